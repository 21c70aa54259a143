import type { Report } from '../base/diagnostic.ts'
import type { PhaseName } from '../core/plan.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { Format } from '../definitions/endpoint-type.ts'
import type { MappingNode } from '../definitions/mapping-node.ts'
import type { RenderInput, Rendered, Renderer } from './endpoint.ts'
import { compileAuth } from './encode/auth.ts'
import { compileBody, type Payload } from './encode/body.ts'
import { charsetNamed, CHARSETS } from './encode/charset.ts'
import { compileHeaders, USER_AGENT, type Header } from './encode/headers.ts'
import { pairsOf } from './encode/pairs.ts'
import { addQuery } from './encode/url.ts'
import { compileSoap } from './encode/soap.ts'
import { checkXmlNames } from './encode/xml.ts'
import { compileDocument } from './mapping/document.ts'
import { inCommonOf } from './in-common.ts'
import { leadOfPing, pingProblems, WHOLE } from './ping-lead.ts'
import { placeOfKey } from './mapping/place-of-key.ts'
import { templateOptions, type TemplateOptions } from './template/template.ts'
import { compileTokenSource } from './token.ts'
import { oneKeyOf } from './types/compiling.ts'
import { compileTarget } from './encode/target.ts'
import { changingBodies, compileKey } from './encode/key.ts'

/** Compiles everything of an endpoint that makes requests; mistakes are reported at their place in the file. */
export const compileRenderer = (definition: EndpointDefinition, report: Report): Renderer => {
  const captures = definition.ping ? Object.keys(definition.ping.parsing.capture) : null
  const options = templateOptions({ recipient: { id: definition.id, name: definition.name }, tables: definition.tables, captures, ...(asksForToken(definition.auth) ? { token: 'in Auth' as const } : {}) }, report)
  const post = compilePhase(definition, 'post', options)
  const ping = definition.ping ? compilePhase(definition, 'ping', options) : null
  const token = compileTokenSource(definition, options)
  pingProblems(definition).forEach(report)
  changingBodies(definition).forEach(report)
  return {
    render: (input) => (input.phase === 'ping' && ping ? ping.render : post.render)(input),
    renderBatch: post.renderBatch,
    inCommon: post.inCommon,
    ...(token ? { token } : {}),
  }
}

const asksForToken = (auth: EndpointDefinition['auth']): boolean => auth?.kind === 'oauth2' || auth?.kind === 'token-request'

const compilePhase = (definition: EndpointDefinition, phase: PhaseName, options: TemplateOptions): Renderer => {
  const { ping } = definition
  const method = (definition.method || (definition.format === 'query' ? 'GET' : 'POST')).toUpperCase()
  const bodiless = method === 'GET' || method === 'HEAD'
  const mapping = phase === 'ping' ? ping?.mapping ?? null : definition.mapping
  const format = formatOf(definition, mapping, bodiless, options)
  const charset = charsetNamed(definition.charset) ?? unsupportedCharset(definition, options)
  // Without a mapping the whole lead goes, but never in a URL, which others log, and never in a ping.
  const includeAll = phase === 'post' && (definition.includeAllFields || (mapping === null && !bodiless && format !== 'query'))
  const document = compileDocument({ mapping, includeAll, omitEmpty: definition.omitEmpty }, options)
  const carried = phase === 'ping' ? leadOfPing(mapping) : WHOLE
  const extra = definition.extraFields ? compileDocument({ mapping: definition.extraFields, includeAll: false, omitEmpty: definition.omitEmpty }, options, carried.beside) : null
  if (format === 'xml' || definition.batch?.format === 'xml') {
    checkXmlNames(document.shape, definition.root, (key) => (mapping && placeOfKey(mapping, key)) ?? definition.places?.root ?? definition.place).forEach(options.report)
  }
  const forBody = phase === 'ping' ? { ...definition, batch: null } : definition
  const soap = definition.format === 'soap' ? compileSoap(definition, charset, options) : null
  const encoder = compileBody(forBody, { document, extra, charset, format, soap })
  const headers = compileHeaders(definition.headers, options)
  const authorize = compileAuth(soap?.securesItself ? null : definition.auth, options)
  const url = compileTarget(definition, phase, options, carried.beside)
  const ownKey = definition.idempotency?.header.toLowerCase()
  const ownHeader = definition.headers.find((each) => each.name.toLowerCase() === ownKey)
  const idempotencyKey = compileKey(ownHeader?.value ?? definition.idempotency?.key ?? null, phase, options)
  const compression = definition.compression

  const has = (name: string): boolean => headers.names.has(name)
  const before: Header[] = []
  if (encoder.contentType !== null && !has('content-type')) before.push(['Content-Type', encoder.contentType])
  for (const header of soap?.headers ?? []) if (!has(header[0].toLowerCase())) before.push(header)
  if (!has('accept')) before.push(['Accept', acceptOf(definition)])
  if (!has('user-agent')) before.push(USER_AGENT)

  const writeHeaders = (input: RenderInput): Header[] => headers.write(input).filter(([name]) => name.toLowerCase() !== ownKey)
  /** `leads`: of a batch. Its key is of all of them: named by the first alone, it would come again when that goes first with others. */
  const request = (input: RenderInput, encode: () => Payload, leads: readonly RenderInput[] | null = null): Rendered => {
    const target = url(input)
    if (!target.ok) return target
    const payload = shallow(encode)
    if (payload === null) return { ok: false, reason: 'a value of this lead is nested too deeply to be written' }
    const all = writeHeaders(carried.beside(input))
    for (const header of before) all.push(header)
    for (const header of authorize(input, payload.body ?? '')) if (!has(header[0].toLowerCase())) all.push(header)
    const key = leads === null ? idempotencyKey(carried.beside(input)) : oneKeyOf(leads.map(idempotencyKey))
    if (definition.idempotency) all.push([ownHeader?.name ?? definition.idempotency.header, key])
    return { ok: true, request: { method, url: addQuery(target.url, payload.query), headers: all, body: payload.body, compression: payload.body === null ? null : compression, mayBePrivate: target.mayBePrivate }, ...(definition.idempotency ? { key } : {}) }
  }
  const { one, many } = encoder
  const onceForAll = (input: RenderInput): unknown => [
    url({ ...input, target: 'endpoint' }), url({ ...input, target: 'backup' }), writeHeaders(input),
    authorize(input, ''), extra ? pairsOf(extra.build(input)) : [],
  ]
  return {
    render: (input) => request(input, () => one(carried.body(input))),
    ...(many !== null && namesALead(definition) ? { inCommon: inCommonOf(onceForAll) } : {}),
    renderBatch: (inputs) => {
      const [first] = inputs
      if (!first || !many) return { ok: false, reason: 'this recipient takes no batches' }
      const key = oneKeyOf(inputs.map((each) => each.key))
      return request({ ...first, key }, () => many(inputs), inputs.map((each) => ({ ...each, key })))
    },
  }
}

/** Whether a request says anything beside its body that may differ from lead to lead. */
const namesALead = ({ url, backupUrl, endpoints, headers, auth, extraFields }: EndpointDefinition): boolean =>
  endpoints.length > 0 || JSON.stringify([url, backupUrl, headers, auth, extraFields]).includes('{{')

/** A hostile lead can be nested deeper than the stack; that is its fault and no crash of ours. Null where it is. */
const shallow = (encode: () => Payload): Payload | null => {
  try {
    return encode()
  } catch (fault) {
    if (fault instanceof RangeError) return null
    throw fault
  }
}

/** GET has no body: JSON, Form and Query values all go into its URL. */
const formatOf = (definition: EndpointDefinition, mapping: MappingNode | null, bodiless: boolean, { tell }: TemplateOptions): Exclude<Format, 'soap'> => {
  const { format } = definition
  if (format === 'soap') {
    if (bodiless) tell(definition.places?.method ?? definition.place, 'body-with-get', `a ${definition.method} request has no body to hold an envelope`, 'write Method: POST')
    if (definition.batch) tell(definition.places?.format ?? definition.place, 'soap-batch', 'a batch cannot be sent as SOAP', 'leave Batch out, or write the batch with Format: XML')
    return 'xml'
  }
  if (!bodiless) return format
  if (mapping !== null && (format === 'xml' || format === 'csv' || format === 'text')) tell(definition.places?.method ?? definition.place, 'body-with-get', `a ${definition.method} request has no body to hold ${format.toUpperCase()}`, 'write Method: POST, or Format: Query')
  return 'query'
}

const unsupportedCharset = (definition: EndpointDefinition, { tell }: TemplateOptions): 'utf-8' => {
  tell(definition.places?.charset ?? definition.place, 'bad-charset', `Charset: ${definition.charset} is not supported`, `one of ${CHARSETS.join(', ')}`)
  return 'utf-8'
}

const acceptOf = ({ parsing, format }: EndpointDefinition): string => {
  switch (parsing.format ?? format) {
    case 'json': return 'application/json, */*;q=0.5'
    case 'xml': return 'application/xml, text/xml, */*;q=0.5'
    case 'soap': return 'text/xml, application/soap+xml, */*;q=0.5'
    default: return '*/*'
  }
}
