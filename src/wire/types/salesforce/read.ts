import type { Reader } from '../../endpoint.ts'
import type { Lead } from '../../../core/lead.ts'
import type { Verdict } from '../../../core/verdict.ts'
import type { EndpointDefinition } from '../../../definitions/endpoint-definition.ts'
import { byStatus } from '../../judge/by-status.ts'
import { createVoice, type Voice } from '../../judge/voice.ts'
import { verdictOfFault } from '../../judge/classify.ts'
import { Answer } from '../../parse/answer.ts'
import type { AnyReply } from '../../request.ts'
import { waitAskedFor } from '../../judge/retry-after.ts'
import { verdictOfHandover } from '../handover.ts'
import { errorsIn, verdictOfErrors } from './errors.ts'
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
