import type { Report } from '../../../base/diagnostic.ts'
import { shortHash } from '../../../base/hash.ts'
import type { EndpointDefinition, EndpointOf } from '../../../definitions/endpoint-definition.ts'
import type { Text } from '../../../definitions/text.ts'
import { compileBody } from '../../encode/body.ts'
import { charsetNamed } from '../../encode/charset.ts'
import { columnsOf, csvOf, FOR_PEOPLE } from '../../encode/csv.ts'
import type { RenderInput, Rendered, Renderer } from '../../endpoint.ts'
import { inCommonOf } from '../../in-common.ts'
import type { FileRequest } from '../../request.ts'
import type { TemplateOptions } from '../../template/template.ts'
import { documentOf, oneForAll, typeOptions } from '../compiling.ts'
import { tellOfNoAnswer } from '../handover.ts'
import { readServer, type Schemes, type ServerAddress } from '../server.ts'
import { compilePathWords, nameProblem, partOfName, splitPath, withKey } from './path.ts'

const SCHEMES: Schemes = { sftp: { port: 22, secure: false } }

/** Everything of an `sftp` or `file` recipient that makes files; mistakes are reported at their place in the file. */
export const compileFile = (definition: EndpointOf<'sftp' | 'file'>, report: Report): Renderer => {
  const options = typeOptions(definition, report)
  const kind = definition.type
  const server = kind === 'sftp' && definition.url ? readServer(definition.url, SCHEMES, definition, options) : null
  const sftp = definition.type === 'sftp' ? accessOf(definition, server, options) : null
  const target = compileTarget(definition, server, options)
  const content = compileContent(definition, options)
  const rehearsal = definition.rehearsal ?? null
  tellOfNoAnswer(definition, options.tell, 'a file', 'it is written or it is not')
  if (definition.endpoints.length > 0 || definition.backupUrl) options.tell(definition.place, 'no-endpoints', 'a file recipient has one place', 'write a recipient for each place, and arrange them by a Fallback')

  const request = (input: RenderInput, inputs: readonly RenderInput[]): Rendered => {
    const key = shortHash(input.key).replaceAll(/[_-]/g, 'x').slice(0, 10)
    const place = target(input, inputs.length > 1 || definition.batch !== null, key)
    if (!place.ok) return place
    const { folder, name } = place
    const file: FileRequest = {
      kind, method: 'PUT', url: kind === 'sftp' ? `${server?.origin ?? 'sftp:'}/${folder.replace(/^\//, '')}${name}` : `file:${folder}${name}`,
      headers: [['Content-Type', content.type]], body: content.write(inputs), folder, name,
      otherName: withKey(name, key), temporaryName: `.${name}.${key}.part`, sftp, rehearsal,
    }
    return { ok: true, request: file }
  }
  return {
    ...oneForAll(request),
    inCommon: inCommonOf((input) => target(input, true, '')),
  }
}

type Place = { readonly ok: true; readonly folder: string; readonly name: string } | { readonly ok: false; readonly reason: string }

/** Folder and name. A `Path` that ends with a slash, or stands beside a `File Name`, is a folder; else it names the file. */
const compileTarget = (definition: EndpointOf<'sftp' | 'file'>, server: ServerAddress | null, options: TemplateOptions): ((input: RenderInput, batch: boolean, key: string) => Place) => {
  const isSftp = definition.type === 'sftp'
  const path: Text | null = isSftp ? server && { text: server.path, place: definition.url?.place ?? definition.place } : definition.settings.path ?? (definition.url && { ...definition.url, text: definition.url.text.trim().replace(/^file:(\/\/(?=\/))?/i, '') })
  const { fileName } = definition.settings
  if (!isSftp && path === null) options.tell(definition.place, 'missing-key', `${definition.name} has no Path`, 'write Path: out/ under Settings for a file of its own for each lead; Batch: puts many into one')
  if (fileName?.text.includes('/')) options.tell(fileName.place, 'bad-value', 'File Name has a slash', `write the folder into ${isSftp ? 'Endpoint' : 'Path'}`)
  const named = fileName ?? (isSftp || path?.text.trim().endsWith('/') === true ? null : path)
  if (definition.batch === null && named && !named.text.includes('{{')) {
    const { name } = splitPath(named.text.trim())
    options.tell(named.place, 'one-name', `each lead is written to a file of its own, and all are called ${name}: those behind the first are ${withKey(name, '…')}`, 'write {{lead.id}} into the name, or Batch: {Accumulate: 100 leads or 5 minutes} for many leads in one file', 'warning')
  }
  const words = path && compilePathWords(path, options)
  const ownName = fileName && compilePathWords(fileName, options)
  const ending = ENDINGS[formatOf(definition)]
  return (input, batch, key) => {
    const written = words?.(input)
    if (written === undefined) return { ok: false, reason: 'the folder needs a field which this lead does not have' }
    const text = isSftp || ownName ? (written === '' || written.endsWith('/') ? written : `${written}/`) : written
    const parts = splitPath(text)
    const name = ownName ? ownName(input) : parts.name !== '' ? parts.name : batch ? `${definition.id}-batch-${key}${ending}` : `${definition.id}-${partOfName(input.lead.id).replaceAll(' ', '_')}-${key}${ending}`
    if (name === undefined) return { ok: false, reason: 'the file name needs a field which this lead does not have' }
    const problem = nameProblem(name)
    return problem === null ? { ok: true, folder: parts.folder, name } : { ok: false, reason: problem }
  }
}

const accessOf = (definition: EndpointOf<'sftp'>, address: ServerAddress | null, { tell }: TemplateOptions): FileRequest['sftp'] => {
  const { hostKey, key, username, password } = definition.settings
  const keys = (hostKey ?? '').split(',').map((each) => each.trim().replace(/=+$/, '')).filter((each) => each !== '')
  if (definition.url === null) tell(definition.place, 'missing-key', `${definition.name} has no Endpoint`, 'write Endpoint: sftp://user@files.buyer.example:22/folder/')
  if (address === null) return null
  if (hostKey === null) tell(definition.place, 'missing-key', `${definition.name} has no Host Key, without which anybody could pose as the server`, `write Host Key: SHA256:…, as the buyer gives it; ssh-keyscan -p ${address.server.port} ${address.server.host} | ssh-keygen -lf - shows what the server has`)
  else for (const each of keys) if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(each)) tell(definition.places?.hostKey ?? definition.place, 'bad-value', `got "${each.slice(0, 24)}", expected a fingerprint`, 'write SHA256: and 43 characters, as ssh-keygen -l shows it')
  const privateKey = key?.text ?? null
  const secret = password?.text ?? address.server.password
  const user = address.server.user ?? username?.text ?? null
  if (user === null) tell(definition.url?.place ?? definition.place, 'missing-key', 'the endpoint names no user', 'write sftp://user@host:22/folder/')
  if (privateKey === null && secret === null) tell(definition.place, 'missing-key', `${definition.name} has neither a Key nor a Password`, 'write Key: ${SFTP_KEY}, a file or its text, or Password: ${SFTP_PASSWORD}')
  return { server: { ...address.server, user, password: secret }, privateKey, hostKeys: keys }
}

type Format = EndpointDefinition['format']
const ENDINGS: Readonly<Record<Format, string>> = { csv: '.csv', json: '.json', xml: '.xml', soap: '.xml', text: '.txt', form: '.txt', query: '.txt' }

const formatOf = (definition: EndpointDefinition): Format => definition.batch?.format ?? definition.format

const compileContent = (definition: EndpointDefinition, options: TemplateOptions): { readonly type: string; readonly write: (inputs: readonly RenderInput[]) => string | Uint8Array } => {
  const document = documentOf(definition, options)
  const format = formatOf(definition)
  if (format === 'csv') {
    const columns = columnsOf(document.shape)
    return { type: 'text/csv; charset=utf-8', write: (inputs) => csvOf(inputs.map(document.build), columns, FOR_PEOPLE) }
  }
  if (format !== 'json' && format !== 'xml' && format !== 'text') {
    options.tell(definition.place, 'unsupported-format', `Format: ${format} cannot be written into a file`, 'write Format: CSV, JSON, XML or Text')
    return { type: 'text/plain', write: () => '' }
  }
  const charset = charsetNamed(definition.charset) ?? 'utf-8'
  const encoder = compileBody({ ...definition, bodyParameter: null }, { document, extra: null, charset, format })
  return {
    type: encoder.contentType ?? 'application/octet-stream',
    write: (inputs) => { const [first] = inputs; return (encoder.many ? encoder.many(inputs).body : first ? encoder.one(first).body : '') ?? '' },
  }
}
