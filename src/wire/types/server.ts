import { unescape } from '../../base/percent.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Text } from '../../definitions/text.ts'
import type { Server } from '../request.ts'
import type { TemplateOptions } from '../template/template.ts'

/** The schemes of a type and the port of each. */
export type Schemes = Readonly<Record<string, { readonly port: number; readonly secure: boolean }>>

export interface ServerAddress {
  readonly server: Server
  /** Without credentials: what a person sees. */
  readonly origin: string
  /** From the first slash on; empty where there is none. */
  readonly path: string
}

/**
 * `smtp://user:pass@host:587`, `sftp://user@host:22/folder/`. A password is usually `${…}`, put in as it is, so the
 * address is read by hand: `@`, `#` and `:` in a password do no harm. Null, and reported, where it cannot be read.
 */
export const readServer = (source: Text, schemes: Schemes, definition: EndpointDefinition, { tell }: TemplateOptions): ServerAddress | null => {
  const names = Object.keys(schemes)
  const example = names.includes('sftp') ? 'sftp://user@files.buyer.example:22/folder/' : 'smtp://user:${SMTP_PASSWORD}@mail.example.com:587'
  const wrong = (message: string, help = `write Endpoint: ${example}`): null => { tell(source.place, 'bad-url', message, help); return null }
  const match = (names.includes('sftp') ? ADDRESS_AND_PATH : ADDRESS).exec(source.text.trim())
  const scheme = match?.[1]?.toLowerCase() ?? ''
  const known = schemes[scheme]
  if (!match || !known) return wrong(`the endpoint of ${definition.type === 'email' ? 'an e-mail recipient' : `an ${definition.type} recipient`} starts with ${names.map((each) => `${each}://`).join(' or ')}`)
  const [, , user, password, host = '', port, path = ''] = match
  if ((user ?? '').includes('{{') || (password ?? '').includes('{{') || host.includes('{{')) return wrong('the server of this endpoint depends on the lead', 'write its host out; only the folder may be a template')
  const number = port === undefined ? known.port : Number(port)
  if (number < 1 || number > 65_535) return wrong(`${port} is no port`)
  const basic = definition.auth?.kind === 'basic' ? definition.auth : null
  if (definition.auth !== null && basic === null) tell(definition.place, 'unsupported-auth', `Auth of this kind cannot be used for ${definition.type}`, 'write Username and Password under Auth, or user:${PASSWORD}@ in Endpoint')
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  return {
    origin: `${scheme}://${host.toLowerCase()}:${number}`,
    path,
    server: {
      host: bare.toLowerCase(), port: number, secure: known.secure,
      user: basic?.username.text ?? (user ? unescape(user) : null), password: basic?.password.text ?? (password ? unescape(password) : null),
      mayBePrivate: definition.transport.allowPrivateNetwork || isWrittenOut(bare),
    },
  }
}

// The shortest user and password after which a host, and nothing but a port or path, follows.
const SERVER = /^([a-z][a-z0-9+.-]*):\/\/(?:([^:@/]*)(?::(.*?))?@)?(\[[0-9a-f:.]+\]|[^:/@?#\s]+)(?::(\d{1,5}))?/.source
const ADDRESS = new RegExp(`${SERVER}(/)?$`, 'i')
const ADDRESS_AND_PATH = new RegExp(`${SERVER}(/.*)?$`, 'i')

/** An address or `localhost`, written by the author (contract, section 5, Addresses). */
const isWrittenOut = (host: string): boolean => /^(localhost|.*\.localhost|\d{1,3}(\.\d{1,3}){3})$/i.test(host) || host.includes(':')
