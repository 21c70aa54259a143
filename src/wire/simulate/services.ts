import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { sha256 } from '../../base/hash.ts'
import { objectIn, parseJson } from '../parse/json.ts'
import type { Field, RequestFacts } from './request-fields.ts'
import type { Decision } from './simulate.ts'

/** What a service answers in its own words, where a recipient's file does not say how it speaks. */
interface Spoken { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly means: string }
/** Decides about one record as any simulated buyer does. */
type Decide = (fields: readonly Field[], key: string | null) => Decision
type Speak = (definition: EndpointDefinition, request: RequestFacts, decide: Decide) => Spoken | null

export const speechOf = (type: EndpointDefinition['type']): Speak | null => (type === 'salesforce.create_lead' ? salesforce : type === 'hubspot.create_or_update_contact' ? hubspot : null)

const salesforce: Speak = (_, request, decide) => {
  const path = request.url.split('?', 1)[0] ?? ''
  if (path.endsWith('/services/oauth2/token')) return said(200, { access_token: 'sandbox-token', id: 'sandbox', scope: 'api', token_type: 'Bearer', issued_at: '0' }, 'token')
  const body = objectIn(parseJson(request.body))
  const upsert = /\/sobjects\/\w+\/(\w+)\/([^/]+)$/.exec(path)
  const outcome = (record: unknown, key: string | null) => {
    const { intent, filling } = decide(fieldsIn(record), key)
    const { id, message } = filling('text')
    switch (intent) {
      case 'accepted': return { intent, result: { id: `00Q${sha256(id).slice(0, 15).toUpperCase()}`, success: true, errors: [] }, code: null, message }
      case 'duplicate': return { intent, result: null, code: 'DUPLICATES_DETECTED', message: 'Use one of these records?' }
      case 'rejected': return { intent, result: null, code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message }
      default: return { intent, result: null, code: 'INVALID_FIELD', message }
    }
  }
  const records = body?.['records']
  if (Array.isArray(records)) {
    const outcomes = records.map((each, i) => outcome(each, `${path} ${i}`))
    return said(200, outcomes.map(({ result, code, message }) => result ?? { success: false, errors: [{ statusCode: code, message, fields: [] }] }), outcomes.map((each) => each.intent).join(', '))
  }
  const { intent, result, code, message } = outcome(body, upsert ? (upsert[2] ?? null) : null)
  if (intent === 'unreadable') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Please wait</body></html>', means: intent }
  if (result) return said(201, result, intent)
  return said(400, [{ errorCode: code, message, fields: [] }], intent, intent === 'rejected' ? NO_REJECTION : {})
}

const hubspot: Speak = (definition, request, decide) => {
  const path = request.url.split('?', 1)[0] ?? ''
  const name = /\/object-type-id\/0-1\/name\/(.+)$/.exec(path)?.[1]
  if (name !== undefined) return said(200, { list: { listId: String(Number.parseInt(sha256(name).slice(0, 6), 16)), name: decodeURIComponent(name), objectTypeId: '0-1', processingType: 'MANUAL' } }, 'list found')
  if (path.endsWith('/memberships/add')) return said(200, { recordsIdsAdded: listIn(request.body), recordIdsRemoved: [], recordIdsMissing: [] }, 'joined')
  if (/\/enrollments\/contacts\//.test(path)) return { status: 204, headers: {}, body: '', means: 'enrolled' }
  if (path.endsWith('/automation/v3/workflows')) return said(200, { workflows: definition.type === 'hubspot.create_or_update_contact' && definition.settings.workflow ? [{ id: 1, name: definition.settings.workflow.text }] : [] }, 'workflows')
  const body = objectIn(parseJson(request.body))
  const inputs = body?.['inputs']
  const results: unknown[] = []
  const errors: unknown[] = []
  const intents: string[] = []
  for (const each of Array.isArray(inputs) ? (inputs as readonly unknown[]) : [{ properties: body?.['properties'] }]) {
    const input = each as { readonly id?: string; readonly objectWriteTraceId?: string; readonly properties?: unknown }
    const { intent, filling } = decide(fieldsIn(input.properties), null)
    const { id, message } = filling('number')
    intents.push(intent)
    // A contact that is known is no duplicate here: it is updated.
    if (intent === 'accepted' || intent === 'duplicate') results.push({ id, properties: input.properties ?? {}, new: intent === 'accepted', archived: false, ...(input.objectWriteTraceId === undefined ? {} : { objectWriteTraceId: input.objectWriteTraceId }) })
    else errors.push({ status: 'error', category: 'VALIDATION_ERROR', message, context: { ids: [input.id ?? ''], ...(input.objectWriteTraceId === undefined ? {} : { objectWriteTraceId: [input.objectWriteTraceId] }) } })
  }
  const means = intents.join(', ')
  if (intents[0] === 'unreadable') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Please wait</body></html>', means }
  if (results.length === 0) return said(400, errors[0], means, intents[0] === 'rejected' ? NO_REJECTION : {})
  return said(errors.length > 0 ? 207 : 200, { status: 'COMPLETE', results, ...(errors.length > 0 ? { numErrors: errors.length, errors } : {}) }, means)
}

/** A CRM takes what is valid: it has no word for not wanting a lead. */
const NO_REJECTION = { 'x-sandbox-note': 'a CRM does not reject leads; a validation rule refused it' }

const said = (status: number, body: unknown, means: string, more: Readonly<Record<string, string>> = {}): Spoken =>
  ({ status, headers: { 'content-type': 'application/json', ...more }, body: JSON.stringify(body), means })

const listIn = (text: string): readonly unknown[] => { const value = parseJson(text); return Array.isArray(value) ? value : [] }

const fieldsIn = (record: unknown): readonly Field[] =>
  typeof record === 'object' && record !== null ? Object.entries(record).filter(([name, value]) => name !== 'attributes' && value !== null && typeof value !== 'object').map(([name, value]) => ({ name, value: String(value) })) : []
