import { parsed, refused } from '../values/parsed.ts'
import { textual, type Field, type Kind } from './field.ts'
import { PROSE, WORDS, oneOf } from './plain.ts'
import { block } from './section.ts'

export const TLS = block('TLS', {
  ca: { key: 'CA', aliases: ['Certificate Authority'], kind: WORDS, doc: "Who signed the buyer's certificate", example: 'certs/buyer-ca.pem' },
  certificate: { key: 'Certificate', aliases: ['Cert'], kind: WORDS, doc: 'Our certificate, where the buyer asks for one', example: 'certs/us.pem' },
  key: { key: 'Key', aliases: ['Private Key'], kind: WORDS, doc: 'Its private key', example: '${TLS_KEY}' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ ca: values.ca ?? null, certificate: values.certificate ?? null, key: values.key ?? null }))

const ENCODINGS = { gzip: 'gzip', identity: 'none', none: 'none' } as const

/** The subject document's way of writing `Compression: gzip`. */
export const REQUEST = block('Request', {
  encoding: { key: 'Content-Encoding', aliases: ['Compression'], kind: oneOf('an encoding', ENCODINGS), doc: 'Compresses what is sent', example: 'gzip' },
  body: { key: 'Body', kind: PROSE, doc: 'A remark', example: 'Compressed JSON' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ compression: values.encoding ?? null }))

/** `gzip, br`: what can be unpacked. */
const CODINGS: Kind<string> = textual('encodings that can be unpacked: gzip, deflate, br', (text, place) => {
  const names = text.toLowerCase().split(',').map((each) => each.replace(/;.*$/, '').trim())
  const unknown = names.find((each) => !['gzip', 'deflate', 'br', 'identity'].includes(each))
  return unknown === undefined ? parsed(text.toLowerCase()) : refused(place, 'bad-encoding', `"${unknown}" cannot be unpacked`, 'write gzip, deflate or br')
})

export const RESPONSE = block('Response', {
  encoding: { key: 'Accept-Encoding', kind: CODINGS, doc: 'Asks for compressed answers, by the header of that name; what comes compressed is unpacked in any case', example: 'gzip' },
  process: { key: 'Process', kind: PROSE, doc: 'A remark', example: 'Decompress automatically' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ acceptEncoding: values.encoding ?? null }))
