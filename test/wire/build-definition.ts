import type { Condition, Operator, Scalar, ValuePath } from '../../src/core/condition.ts'
import type { ParsingDefinition, ResponseCodeRow } from '../../src/definitions/answer-definition.ts'
import type { EndpointBasics, EndpointDefinition, PingDefinition } from '../../src/definitions/endpoint-definition.ts'
import type { EndpointType } from '../../src/definitions/endpoint-type.ts'
import type { MappingNode } from '../../src/definitions/mapping-node.ts'
import type { Text } from '../../src/definitions/text.ts'
import type { Reply } from '../../src/wire/request.ts'

/** Definitions as the YAML compiler makes them, with the defaults of the contract, for tests of the wire. */
export const place = { file: 'recipients/test.yaml', line: 1, col: 1 }

export const textOf = (text: string): Text => ({ text, place })

/** A path as `Response Parsing` writes it: dotted, XPath, `css(h1 @data-x)`, `regex(id=(\d+))`. */
export const path = (text: string): ValuePath => {
  const css = /^css\((.*?)(?:\s+@([\w-]+))?\)$/.exec(text)
  if (css) return { kind: 'css', selector: css[1] ?? '', attribute: css[2] ?? null }
  const regex = /^regex\((.*)\)$/.exec(text)
  return regex ? { kind: 'regex', source: regex[1] ?? '', flags: '' } : { kind: 'path', text }
}

export const is = (at: string, value: Scalar, op: Exclude<Operator, 'in' | 'matches'> = '='): Condition => ({ kind: 'compare', path: path(at), op, value })
export const matches = (at: string, source: string, flags = ''): Condition => ({ kind: 'matches', path: path(at), source, flags })
export const exists = (at: string): Condition => ({ kind: 'exists', path: path(at) })
export const not = (term: Condition): Condition => ({ kind: 'not', term })
export const and = (...terms: readonly Condition[]): Condition => ({ kind: 'and', terms })
export const or = (...terms: readonly Condition[]): Condition => ({ kind: 'or', terms })

export const buildParsing = (given: Partial<ParsingDefinition> = {}): ParsingDefinition => ({
  format: null, success: null, rejected: null, duplicate: null, error: null, leadId: null, price: null, message: null,
  redirectUrl: null, capture: {}, optional: [], bid: null, pingId: null, places: {}, ...given,
})

export const buildPing = (parsing: Partial<ParsingDefinition>, given: Partial<PingDefinition> = {}): PingDefinition => ({
  endpoint: null, timeoutMs: null, mapping: null, ...given, parsing: buildParsing(parsing),
})

export const codeRow = (status: number | readonly [from: number, to: number] | null, means: ResponseCodeRow['means'], given: Partial<ResponseCodeRow> = {}): ResponseCodeRow => ({
  status: status === null ? null : typeof status === 'number' ? { from: status, to: status } : { from: status[0], to: status[1] },
  when: null, means, retry: null, pause: false, text: means, place, ...given,
})

type Given = Partial<EndpointBasics> & { readonly type?: EndpointType; readonly settings?: unknown }

export const buildDefinition = (given: Given = {}): EndpointDefinition => ({
  id: 'test-buyer', name: 'Test Buyer', type: 'custom', version: null, place,
  url: textOf('https://buyer.example/leads'), backupUrl: null, endpoints: [], method: 'POST', format: 'json', headers: [], auth: null,
  mapping: null, includeAllFields: false, omitEmpty: false, root: null, bodyParameter: null, extraFields: null, charset: 'utf-8',
  compression: null, soap: { version: '1.1', action: null, namespace: null, security: null }, idempotency: { header: 'Idempotency-Key', key: null }, parsing: buildParsing(), responseCodes: [], retryOn: [],
  samples: [], tables: {}, batch: null, ping: null, test: null,
  transport: {
    timeoutMs: 10_000, connectTimeoutMs: 5_000, connections: 10, keepAliveMs: 300_000, followRedirects: false, proxy: null, tls: null,
    allowPrivateNetwork: false, maximumResponse: 1_048_576, concurrency: null, rate: null, inDoubtWindow: null,
  },
  currency: 'USD', alertWhen: [], notify: null,
  about: { buyer: null, contact: null, documentation: null, notes: null, requirements: [] },
  ...given,
} as EndpointDefinition)

/** A type's own settings; a plain text stands for a template at `place`. */
export type OwnSettings = Readonly<Record<string, string | Text | undefined>>
const textsOf = (names: readonly string[], given: OwnSettings): object =>
  Object.fromEntries(names.map((name) => { const value = given[name]; return [name, typeof value === 'string' ? textOf(value) : value ?? null] }))

export const buildEmail = (settings: OwnSettings, given: Partial<EndpointBasics> = {}): EndpointDefinition =>
  buildDefinition({ type: 'email', settings: { attach: null, ...settings, ...textsOf(['from', 'to', 'cc', 'replyTo', 'subject', 'body'], settings) }, ...given })
export const buildSftp = (settings: OwnSettings, given: Partial<EndpointBasics> = {}): EndpointDefinition =>
  buildDefinition({ type: 'sftp', format: 'csv', settings: { hostKey: null, ...settings, ...textsOf(['fileName', 'key', 'username', 'password'], settings) }, ...given })
export const buildFile = (settings: OwnSettings, given: Partial<EndpointBasics> = {}): EndpointDefinition =>
  buildDefinition({ type: 'file', format: 'csv', url: null, settings: textsOf(['path', 'fileName'], settings), ...given })

/** A mapping from plain values: text becomes a template, objects maps, arrays lists. */
export const mapping = (value: unknown): MappingNode => {
  if (typeof value === 'string') return { kind: 'template', text: value, place }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(mapping), place }
  if (typeof value === 'object' && value !== null) {
    return { kind: 'map', place, entries: Object.entries(value).map(([key, each]) => ({ kind: 'entry', key, value: mapping(each), place })) }
  }
  return { kind: 'constant', value: value as number | boolean | null, text: String(value), place }
}

/** An answer as the transport hands it over; headers in lower case. An object as body is sent as JSON. */
export const answer = (status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Extract<Reply, { kind: 'answer' }> => ({
  kind: 'answer',
  status,
  headers: typeof body === 'string' || body instanceof Uint8Array ? headers : { 'content-type': 'application/json', ...headers },
  body: body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  truncated: false,
  durationMs: 12,
  at: Date.UTC(2026, 10, 24, 12, 0, 0),
})
