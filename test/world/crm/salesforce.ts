import { createPublicKey, createVerify } from 'node:crypto'
import type { Asked, JsonService, Said } from './json-service.ts'
import { startJsonService } from './json-service.ts'

/** What happens to the next record requests, before the organisation looks at them; the first that is not null. */
export type Trouble = Said | null

export interface SalesforceOptions {
  readonly clientId?: string
  readonly clientSecret?: string
  /** PEM of the certificate's key, for JWT. */
  readonly publicKey?: string
  readonly now?: () => number
  /** API versions that the organisation has. */
  readonly versions?: readonly string[]
  /** Calls allowed in 24 hours. */
  readonly allocation?: number
}

type Record_ = Readonly<Record<string, unknown>> & { readonly Id: string }
interface Fault { readonly code: string; readonly message: string; readonly fields?: readonly string[]; readonly existing?: string }

export interface Salesforce extends JsonService {
  readonly leads: ReadonlyMap<string, Record_>
  readonly tokens: readonly string[]
  /** Every session that was given out is over. */
  expire(): void
  /** The next record requests meet these, in turn. */
  meet(...troubles: readonly Trouble[]): void
  /** This row lock is held for so many tries of a record with this LastName. */
  lock(lastName: string, tries: number): void
}

const FIELDS = new Set(['FirstName', 'LastName', 'Company', 'Email', 'Phone', 'LeadSource', 'Lead_Score__c', 'Lead_Id__c', 'Status', 'OwnerId', 'Description'])

/**
 * An organisation as Salesforce's REST guide shows it: sessions that end, records with required fields, a duplicate rule on
 * Email, a unique field, row locks, the two shapes of errors, and the header that tells how much of the allocation is used.
 */
export const startSalesforce = async (options: SalesforceOptions = {}): Promise<Salesforce> => {
  const { clientId = 'client-id', clientSecret = 'client-secret-1', versions = ['v67.0', 'v68.0'], allocation = 5_000 } = options
  const leads = new Map<string, Record_>()
  const tokens: string[] = []
  const locks = new Map<string, number>()
  let live = new Set<string>()
  let troubles: Trouble[] = []
  let calls = 0

  const token = ({ text, method }: Asked, url: string): Said => {
    const form = new URLSearchParams(text)
    const refused = (error: string, error_description: string): Said => ({ status: 400, body: { error, error_description } })
    if (method !== 'POST') return refused('invalid_request', 'must use HTTP POST')
    if (form.get('grant_type') === 'client_credentials') {
      if (form.get('client_id') !== clientId) return refused('invalid_client_id', 'client identifier invalid')
      if (form.get('client_secret') !== clientSecret) return refused('invalid_client', 'invalid client credentials')
    } else if (form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      const problem = jwtProblem(form.get('assertion') ?? '', options, clientId)
      if (problem !== null) return refused('invalid_grant', problem)
    } else return refused('unsupported_grant_type', 'grant type not supported')
    const made = `00D!session-${tokens.length + 1}`
    tokens.push(made)
    live.add(made)
    return { status: 200, body: { access_token: made, signature: 'c2ln', scope: 'api', instance_url: url, id: `${url}/id/00Dxx/005xx`, token_type: 'Bearer', issued_at: '1795521600000' } }
  }

  const faultOf = (record: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>>, isUpdate: boolean): Fault | null => {
    const name = String(record['LastName'] ?? '')
    const unknown = Object.keys(record).find((each) => each !== 'attributes' && !FIELDS.has(each))
    if (unknown !== undefined) return { code: 'INVALID_FIELD', message: `No such column '${unknown}' on sobject of type Lead`, fields: [] }
    const missing = isUpdate ? [] : ['LastName', 'Company'].filter((each) => record[each] === undefined || record[each] === '')
    if (missing.length > 0) return { code: 'REQUIRED_FIELD_MISSING', message: `Required fields are missing: [${missing.join(', ')}]`, fields: missing }
    if (record['Email'] !== undefined && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(String(record['Email']))) return { code: 'INVALID_EMAIL_ADDRESS', message: `Email: invalid email address: ${String(record['Email'])}`, fields: ['Email'] }
    const held = locks.get(name) ?? 0
    if (held > 0) { locks.set(name, held - 1); return { code: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record or 1 records: 001xx', fields: [] } }
    const twin = isUpdate ? undefined : [...leads.values()].find((each) => each['Email'] !== undefined && each['Email'] === record['Email'])
    if (twin && !/allowSave=true/.test(headers['sforce-duplicate-rule-header'] ?? '')) return { code: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [], existing: twin.Id }
    return null
  }
  const keep = (record: Readonly<Record<string, unknown>>, id = `00Q${String(leads.size + 1).padStart(15, '0')}`): string => {
    const { attributes: _attributes, ...fields } = record
    leads.set(id, { ...leads.get(id), ...fields, Id: id })
    return id
  }
  const known = (field: string, value: unknown): readonly Record_[] => [...leads.values()].filter((each) => String(each[field] ?? '').toLowerCase() === String(value).toLowerCase())

  const answer = (asked: Asked, url: string): Said => {
    if (asked.path === '/services/oauth2/token') return token(asked, url)
    const match = /^\/services\/data\/(v[\d.]+)(\/.*)$/.exec(asked.path)
    if (!match) return { status: 404, body: '<html><body>URL No Longer Exists</body></html>', headers: { 'content-type': 'text/html' } }
    if (!versions.includes(match[1] ?? '')) return { status: 410, body: [{ errorCode: 'UNSUPPORTED_API_VERSION', message: 'The requested API version is no longer supported' }] }
    if (!live.has((asked.headers['authorization'] ?? '').replace(/^Bearer /, ''))) return { status: 401, body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }] }
    const trouble = troubles.shift() ?? null
    if (trouble !== null && trouble !== 'reset') return trouble
    if (++calls > allocation) return { status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }], headers: { 'Sforce-Limit-Info': `api-usage=${allocation}/${allocation}` } }
    const limits = { 'Sforce-Limit-Info': `api-usage=${calls}/${allocation}` }
    const said = records(asked, match[2] ?? '')
    if (trouble === 'reset' || typeof said === 'string') return 'reset'
    return { ...said, headers: limits }
  }

  const records = (asked: Asked, path: string): Said => {
    const body = JSON.parse(asked.text) as Readonly<Record<string, unknown>>
    const whole = (fault: Fault): Said => ({ status: 400, body: [{ ...(fault.existing === undefined ? {} : { duplicateResult: duplicateResult(fault.existing) }), errorCode: fault.code, message: fault.message, fields: fault.fields ?? [] }] })
    const row = (fault: Fault) => ({ success: false, errors: [{ statusCode: fault.code, message: fault.message, fields: fault.fields ?? [] }] })
    const upsert = /^\/sobjects\/Lead\/(\w+)\/(.+)$/.exec(path)
    if (asked.method === 'POST' && path === '/sobjects/Lead') {
      const fault = faultOf(body, asked.headers, false)
      return fault ? whole(fault) : { status: 201, body: { id: keep(body), success: true, errors: [] } }
    }
    if (asked.method === 'PATCH' && upsert) {
      const [, field = '', raw = ''] = upsert
      const value = decodeURIComponent(raw)
      if (field in body) return whole({ code: 'INVALID_FIELD', message: `The ${field} field should not be specified in the sobject data.` })
      const found = known(field, value)
      if (found.length > 1) return { status: 300, body: found.map((each) => `/services/data/v68.0/sobjects/Lead/${each.Id}`) }
      const fault = faultOf(body, asked.headers, found.length === 1)
      if (fault) return whole(fault)
      const id = keep({ ...body, [field]: value }, found[0]?.Id)
      return found.length === 1 ? { status: 200, body: { id, success: true, errors: [], created: false } } : { status: 201, body: { id, success: true, errors: [], created: true } }
    }
    const collection = /^\/composite\/sobjects(?:\/Lead\/(\w+))?$/.exec(path)
    const list = body['records'] as readonly Readonly<Record<string, unknown>>[] | undefined
    if (collection && list) {
      const field = collection[1]
      if (list.length > 200) return { status: 400, body: [{ errorCode: 'EXCEEDED_ID_LIMIT', message: 'record limit reached. cannot submit more than 200 records in this operation' }] }
      if (list.some((each) => (each['attributes'] as { type?: string } | undefined)?.type !== 'Lead')) return { status: 400, body: [{ errorCode: 'INVALID_INPUT', message: 'The attributes map must contain a type' }] }
      return {
        status: 200,
        body: list.map((each) => {
          const found = field === undefined ? [] : known(field, each[field])
          const fault = faultOf(each, asked.headers, found.length === 1)
          return fault ? row(fault) : { id: keep(each, found[0]?.Id), success: true, errors: [], ...(field === undefined ? {} : { created: found.length === 0 }) }
        }),
      }
    }
    return { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] }
  }

  const service = await startJsonService(answer)
  return {
    ...service, leads, tokens,
    expire: () => { live = new Set() },
    meet: (...next) => { troubles = [...troubles, ...next] },
    lock: (lastName, tries) => { locks.set(lastName, tries) },
  }
}

const duplicateResult = (id: string) => ({ allowSave: false, duplicateRule: 'Standard_Lead_Duplicate_Rule', duplicateRuleEntityType: 'Lead', errorMessage: 'Use one of these records?', matchResults: [{ entityType: 'Lead', matchEngine: 'ExactMatchEngine', matchRecords: [{ record: { attributes: { type: 'Lead' }, Id: id } }], rule: 'Standard_Lead_Match_Rule_v1_0', size: 1, success: true }] })

/** What is wrong with a JWT; null where it is good. */
const jwtProblem = (assertion: string, { publicKey, now = Date.now }: SalesforceOptions, clientId: string): string | null => {
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  const read = (part: string): Readonly<Record<string, unknown>> => { try { return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown> } catch { return {} } }
  if (read(header)['alg'] !== 'RS256' || !publicKey) return 'invalid assertion'
  if (!createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(createPublicKey(publicKey), signature, 'base64url')) return 'invalid assertion'
  const { iss, sub, aud, exp } = read(claims)
  if (iss !== clientId) return 'client identifier invalid'
  if (aud !== 'https://login.salesforce.com') return 'audience is invalid'
  if (typeof exp !== 'number' || exp * 1000 <= now() || exp * 1000 > now() + 5 * 60_000) return 'token expired, or its expiry is not within five minutes'
  return sub === 'integration@acme.example' ? null : "user hasn't approved this consumer"
}
