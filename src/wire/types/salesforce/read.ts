import { HOUR, MINUTE } from '../../../base/time.ts'
import type { Reader } from '../../endpoint.ts'
import type { Lead } from '../../../core/lead.ts'
import type { FailureClass, Verdict } from '../../../core/verdict.ts'
import type { EndpointDefinition } from '../../../definitions/endpoint-definition.ts'
import { byStatus } from '../../judge/by-status.ts'
import { createVoice, type Voice } from '../../judge/voice.ts'
import { classOfStatus, failureOfClass, statusText, verdictOfFault } from '../../judge/classify.ts'
import { Answer } from '../../parse/answer.ts'
import { tidy } from '../../parse/words.ts'
import type { AnyReply } from '../../request.ts'
import { waitAskedFor } from '../../judge/retry-after.ts'
import { verdictOfHandover } from '../handover.ts'
import { objectIn } from '../../parse/json.ts'

/** What Salesforce says of one record, or of each record of a collection, which is answered with 200 however they fared. */
export const salesforceReader = (definition: EndpointDefinition): Reader => {
  const voice = createVoice(definition.parsing)
  const read = (reply: AnyReply): Verdict => {
    if (reply.kind === 'fault') return verdictOfFault(reply)
    if (reply.kind !== 'answer') return verdictOfHandover(reply)
    const answer = new Answer(reply, null)
    return answer.status >= 200 && answer.status < 300 ? ofRecord(answer, voice) : ofRefusal(answer, voice, reply.at)
  }
  return {
    read: (reply) => read(reply),
    readBatch: (reply, leads) => {
      if (reply.kind !== 'answer' || reply.status < 200 || reply.status > 299) { const verdict = read(reply); return leads.map(() => verdict) }
      return ofCollection(new Answer(reply, null), leads, voice)
    },
  }
}

const ofRecord = (answer: Answer, voice: Voice): Verdict => {
  // An upsert that changed a record may say so by its status alone.
  if (answer.status === 204) return { kind: 'accepted', reason: 'updated', said: null, buyerLeadId: null, price: null }
  const root = objectIn(answer.json())
  if (root === null) return voice.unconfirmed(answer, answer.isEmpty() ? `HTTP ${answer.status} with an empty body says neither yes nor no` : 'it is no answer of Salesforce\'s REST API')
  return ofResult(root, answer) ?? voice.unconfirmed(answer, 'it has no id')
}

const ofRefusal = (answer: Answer, voice: Voice, at: number): Verdict => {
  if (answer.status === 300) return { kind: 'failed', class: 'invalid_data', retry: false, reason: 'several records have this external id; none was changed', said: null }
  const errors = errorsIn(answer.json())
  // A page of a proxy's, or of maintenance: the status says what it means.
  return errors.length === 0 ? byStatus(answer, voice, at) : verdictOfErrors(errors, answer.status, answer.headers, waitAskedFor(answer, at))
}

const ofCollection = (answer: Answer, leads: readonly Lead[], voice: Voice): readonly Verdict[] => {
  const rows = answer.json()
  if (!Array.isArray(rows)) { const verdict = voice.unconfirmed(answer, 'it is no list of results'); return leads.map(() => verdict) }
  // Results come in the order of the records; a list of another length cannot be told apart.
  if (rows.length !== leads.length) return leads.map(() => voice.unconfirmed(answer, `it has ${rows.length} results for ${leads.length} records`))
  return rows.map((row) => { const result = objectIn(row); return (result && ofResult(result, answer)) ?? voice.unconfirmed(answer, 'its result says neither yes nor no') })
}

/** `{id, success, errors}` of one record; null where it says neither yes nor no. */
const ofResult = (result: Readonly<Record<string, unknown>>, answer: Answer): Verdict | null => {
  const { id, success, created } = result
  if (success === true) return typeof id === 'string' && id !== '' ? { kind: 'accepted', reason: created === false ? 'updated' : null, said: null, buyerLeadId: id, price: null } : null
  const errors = errorsIn(result['errors'])
  return success === false ? verdictOfErrors(errors, answer.status, answer.headers) : null
}

/** One entry of an error list: `errorCode` in answers about one record, `statusCode` in those about many, `error` from the token host. */
interface SalesforceError { readonly code: string; readonly message: string; readonly fields: readonly string[]; /** the record that is there already */ readonly existing: string | null }

const errorsIn = (value: unknown): readonly SalesforceError[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).flatMap((each) => {
    if (typeof each !== 'object' || each === null) return []
    const { errorCode, statusCode, error, message, error_description, fields, duplicateResult } = each as Readonly<Record<string, unknown>>
    const code = [errorCode, statusCode, error].find((one) => typeof one === 'string')
    if (typeof code !== 'string') return []
    const text = [message, error_description].find((one) => typeof one === 'string')
    return [{ code, message: tidy(String(text ?? ''), 300) ?? '', fields: Array.isArray(fields) ? fields.filter((one) => typeof one === 'string') : [], existing: firstMatch(duplicateResult ?? null) }]
  })

/** `duplicateResult.matchResults[0].matchRecords[0].record.Id`. */
const firstMatch = (value: unknown): string | null => {
  const at = (from: unknown, key: string | number): unknown => (typeof from === 'object' && from !== null ? (from as Record<string | number, unknown>)[key] : undefined)
  const id = at(at(at(at(at(at(value, 'matchResults'), 0), 'matchRecords'), 0), 'record'), 'Id')
  return typeof id === 'string' ? id : null
}

type Meaning = 'duplicate' | 'limit' | FailureClass

/** What is not here is a fault of the data or of the mapping (REQUIRED_FIELD_MISSING, INVALID_FIELD, STRING_TOO_LONG …). */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  DUPLICATES_DETECTED: 'duplicate', DUPLICATE_VALUE: 'duplicate',
  REQUEST_LIMIT_EXCEEDED: 'limit',
  // It comes as a 400: a rule that never repeats a 4xx loses leads.
  UNABLE_TO_LOCK_ROW: 'server_error', SERVER_UNAVAILABLE: 'server_error', UNKNOWN_EXCEPTION: 'server_error', QUERY_TIMEOUT: 'server_error', REQUEST_RUNNING_TOO_LONG: 'server_error',
  INVALID_SESSION_ID: 'auth', API_DISABLED_FOR_ORG: 'auth', API_CURRENTLY_DISABLED: 'auth', INVALID_LOGIN: 'auth', INSUFFICIENT_ACCESS: 'auth', INSUFFICIENT_ACCESS_OR_READONLY: 'auth',
}

/** A limit that is used up says so; every other repeats in a minute. */
const CONCURRENT_MS = MINUTE
const ALLOCATION_MS = HOUR

/** `retryAfterMs`: what the answer asks for, which Salesforce itself never does; a gateway before it may. */
const verdictOfErrors = (errors: readonly SalesforceError[], status: number, headers: Readonly<Record<string, string>>, retryAfterMs: number | null = null): Verdict => {
  const [first] = errors
  const said = tidy(errors.map((each) => each.message).filter((each) => each !== '').join('; '), 300)
  if (!first) return { kind: 'failed', class: 'invalid_data', retry: false, reason: `${statusText(status)}: refused without a reason`, said: null }
  const words = errors.map((each) => (each.message === '' ? each.code : `${each.code}: ${each.message}`)).join('; ')
  const reason = tidy(words, 300) ?? first.code
  const told = { reason, said, retryAfterMs }
  // Several errors of one record: a duplicate stays one, whatever else is wrong with it.
  const code = errors.find((each) => MEANINGS[each.code] === 'duplicate') ?? first
  const meaning = isLocked(code) ? 'server_error' : MEANINGS[code.code] ?? (status >= 400 ? classOfStatus(status, null) : 'invalid_data')
  switch (meaning) {
    case 'duplicate': return { kind: 'duplicate', class: 'duplicate', reason, said, ...(code.existing === null ? {} : { buyerLeadId: code.existing }) }
    case 'limit': {
      const usedUp = allocationIsUsedUp(headers)
      return { ...failureOfClass('rate_limited', status, { ...told, reason: usedUp ? `${reason} (the API allocation of 24 hours is used up)` : reason, retryAfterMs: usedUp ? ALLOCATION_MS : CONCURRENT_MS }), alert: true }
    }
    // In a list it is about one record, and not about the credentials.
    case 'auth': return status === 401 || status === 403 ? failureOfClass('auth', status, told) : { kind: 'failed', class: 'auth', retry: false, alert: true, reason, said }
    case 'server_error': return failureOfClass(retryAfterMs !== null && status === 503 ? 'rate_limited' : 'server_error', 503, told)
    case 'invalid_data': return { ...failureOfClass('invalid_data', status, told), ...(CONFIGURATION.has(status) ? { alert: true } : {}) }
    default: return failureOfClass(meaning, status, told)
  }
}

/** A trigger or flow that met the lock says so in its words: `… first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access …`; nothing was made. */
const isLocked = ({ code, message }: SalesforceError): boolean => (code === 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' || code === 'CANNOT_EXECUTE_FLOW_TRIGGER') && message.includes('UNABLE_TO_LOCK_ROW')

/** No data of a lead's brings these: a wrong object, method, or a version that is gone. */
const CONFIGURATION = new Set([404, 405, 410, 415])

/** `Sforce-Limit-Info: api-usage=5000/5000`; not named means that it is not known, and the longer wait is the safer one. */
const allocationIsUsedUp = (headers: Readonly<Record<string, string>>): boolean => {
  const usage = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '')
  return usage === null || Number(usage[1]) >= Number(usage[2])
}
