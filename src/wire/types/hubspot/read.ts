import type { Lead } from '../../../core/lead.ts'
import type { StepName } from '../../../core/plan.ts'
import type { Verdict } from '../../../core/verdict.ts'
import type { EndpointDefinition } from '../../../definitions/endpoint-definition.ts'
import type { Reader, RenderInput } from '../../endpoint.ts'
import { unconfirmed, verdictOfFault } from '../../judge/classify.ts'
import { Answer } from '../../parse/answer.ts'
import { objectIn } from '../../parse/json.ts'
import type { AnswerReply, AnyReply } from '../../request.ts'
import { inputAt } from '../../token.ts'
import { documentOf, typeOptions } from '../compiling.ts'
import { verdictOfHandover } from '../handover.ts'
import { failureOfStep, verdictOfEntry, verdictOfRefusal } from './errors.ts'
import { propertiesOf } from './render.ts'

type Entry = Readonly<Record<string, unknown>>
/** What HubSpot says of contacts, made or updated: of each by itself, also where only some of them fared well (207). */
export const hubspotReader = (definition: EndpointDefinition): Reader => {
  const document = documentOf(definition, typeOptions(definition, () => undefined))
  const emailOf = (lead: Lead): string => propertiesOf(document.build(inputOf(lead)))['email']?.trim().toLowerCase() ?? ''
  return {
    read: (reply, phase) => {
      if (phase === 'list' || phase === 'workflow') return readStep(reply, phase)
      return (whole(reply, 1) ?? [ofOne(new Answer(reply as AnswerReply, null))])[0] as Verdict
    },
    readBatch: (reply, leads) => whole(reply, leads.length) ?? ofMany(new Answer(reply as AnswerReply, null), leads, emailOf),
  }
}

/** One verdict for all, where the answer is about the request as a whole. */
const whole = (reply: AnyReply, count: number): readonly Verdict[] | null => {
  const all = (verdict: Verdict): readonly Verdict[] => Array.from({ length: count }, () => verdict)
  if (reply.kind === 'fault') return all(verdictOfFault(reply))
  if (reply.kind !== 'answer') return all(verdictOfHandover(reply))
  return reply.status >= 200 && reply.status < 300 ? null : all(verdictOfRefusal(new Answer(reply, null), reply.at, count))
}

const ofOne = (answer: Answer): Verdict => {
  const body = objectIn(answer.json())
  if (body === null) return unconfirmed(answer.isEmpty() ? `HTTP ${answer.status} with an empty body says neither yes nor no` : 'it is no answer of HubSpot\'s')
  const [result] = entriesIn(body['results'])
  const [error] = entriesIn(body['errors'])
  // An update is answered by the contact itself.
  if (result ?? ('id' in body && !('results' in body))) return result ? accepted(result) : accepted({ ...body, new: false })
  return error ? verdictOfEntry(error) : unconfirmed('it names no contact')
}

/** Results and errors come in no promised order: found by our trace id, else by the address, else by their place. */
const ofMany = (answer: Answer, leads: readonly Lead[], emailOf: (lead: Lead) => string): readonly Verdict[] => {
  const body = objectIn(answer.json())
  if (body === null) return leads.map(() => unconfirmed('it is no answer of HubSpot\'s'))
  const [results, errors] = [entriesIn(body['results']), entriesIn(body['errors'])]
  const verdicts: (Verdict | null)[] = leads.map(() => null)
  const emails = leads.map(emailOf)
  const at = (names: readonly string[]): number => leads.findIndex((lead, i) => verdicts[i] === null && names.some((name) => name === lead.id || name.toLowerCase() === emails[i]))
  const unplaced: Entry[] = []
  for (const result of results) {
    const i = at(namesOf(result))
    if (i >= 0) verdicts[i] = accepted(result)
    else unplaced.push(result)
  }
  for (const error of errors) {
    const i = at(contextOf(error))
    const byWords = i >= 0 ? i : emails.findIndex((email, n) => verdicts[n] === null && email !== '' && String(error['message'] ?? '').toLowerCase().includes(email))
    if (byWords >= 0) verdicts[byWords] = verdictOfEntry(error)
    // It names none of ours, and only one is left: it is about that one.
    else if (errors.length === 1 && results.length === leads.length - 1 && unplaced.length === 0) { const left = verdicts.indexOf(null); if (left >= 0) verdicts[left] = verdictOfEntry(error) }
  }
  if (unplaced.length === leads.length && errors.length === 0) return unplaced.map(accepted)
  return verdicts.map((each) => each ?? unconfirmed('the answer speaks of this contact nowhere'))
}

const readStep = (reply: AnyReply, step: StepName): Verdict => {
  if (reply.kind !== 'answer') return reply.kind === 'fault' ? verdictOfFault(reply) : verdictOfHandover(reply)
  if (reply.status < 200 || reply.status > 299) return failureOfStep(reply)
  if (step === 'workflow') return { kind: 'accepted', reason: 'enrolled in the workflow', said: null, price: null }
  const body = objectIn(new Answer(reply, null).json())
  if (body === null) return unconfirmed('it does not say whether the contact joined the list')
  const ids = (name: string): readonly unknown[] => (Array.isArray(body[name]) ? body[name] : [])
  if (ids('recordIdsMissing').length > 0) return { kind: 'failed', class: 'invalid_data', retry: false, alert: true, reason: 'HubSpot has no such contact (any more), so that it joined no list', said: null }
  return { kind: 'accepted', reason: [...ids('recordsIdsAdded'), ...ids('recordIdsAdded')].length > 0 ? 'joined the list' : 'was in the list already', said: null, price: null }
}

const accepted = (entry: Entry): Verdict => {
  const id = entry['id']
  if (typeof id !== 'string' && typeof id !== 'number') return unconfirmed('its contact has no id')
  const isNew = entry['new']
  return { kind: 'accepted', reason: isNew === true ? 'created' : isNew === false ? 'updated' : null, said: null, buyerLeadId: String(id), price: null }
}

const entriesIn = (value: unknown): readonly Entry[] => (Array.isArray(value) ? (value as readonly unknown[]).map(objectIn).filter((each) => each !== null) : [])
const textsIn = (value: unknown): readonly string[] => (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string')

const namesOf = (result: Entry): readonly string[] => [...textsIn(result['objectWriteTraceId']), ...textsIn(objectIn(result['properties'])?.['email'])]

/** `context: {objectWriteTraceId: [...], ids: [...]}`, whatever else stands in it. */
const contextOf = (error: Entry): readonly string[] => [...textsIn(error['objectWriteTraceId']), ...textsIn(error['id']), ...Object.values(objectIn(error['context']) ?? {}).flatMap(textsIn)]

/** The address is the lead's own; nothing of a run stands in it. */
const inputOf = (lead: Lead): RenderInput => ({ ...inputAt(0), lead })
