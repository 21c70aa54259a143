import type { Verdict } from '../../core/verdict.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Answer } from '../parse/answer.ts'
import { namesStatus, pathsOf, readsBody } from '../parse/path.ts'
import { compileProbe, compileStray } from '../parse/probe.ts'
import { classOfFault, soapFaultOf, type SoapFault } from '../parse/soap-fault.ts'
import { createAcceptance, written } from './acceptance.ts'
import { byStatus, toldOf } from './by-status.ts'
import { failureOfClass, verdictOfStatus } from './classify.ts'
import { createExtras } from './extras.ts'
import { compileNegatives, negative } from './negatives.ts'
import { compileRow, createExceptions, verdictOfRow } from './response-codes.ts'
import { createVoice, type Voice } from './voice.ts'
import { compileWhyNot, whyUnreadable } from './why-not.ts'

/** What one answer means; `at` is when it came. */
export type Judge = (answer: Answer, at: number) => Verdict

/**
 * The rules of one recipient's posts, compiled: `Response Codes` from the top, then Error, Duplicate, Rejected and
 * Success, then the default table. Acceptance needs every rule that could say no to be readable, and the Lead ID and
 * Price that are declared.
 */
export const createJudge = (definition: EndpointDefinition, hasPriceFallback: boolean): Judge => {
  const { parsing } = definition
  const isSoap = definition.format === 'soap'
  const rows = definition.responseCodes.map(compileRow)
  const tableDecides = rows.some((row) => row.means === 'success')
  const tableReadsBody = rows.some((row) => row.means === 'success' && row.readsBody)
  const before = compileNegatives(parsing)
  const success = parsing.success && compileProbe(parsing.success)
  const whyNot = parsing.success && compileWhyNot(parsing.success)
  const isStray = parsing.success && compileStray(parsing.success)
  const successReadsBody = parsing.success !== null && pathsOf(parsing.success).some(readsBody)
  const successNamesStatus = parsing.success !== null && namesStatus(parsing.success)
  const voice = createVoice(parsing)
  const accept = createAcceptance(definition, hasPriceFallback, voice)
  const excepted = createExceptions(definition)
  const proof = parsing.proof ? compileProbe({ kind: 'exists', path: parsing.proof }) : null

  /** That a 409 is a duplicate is no rule of the recipient's: `Retry On` may say otherwise. */
  const unlessExcepted = (verdict: Verdict, answer: Answer, at: number): Verdict => (excepted && verdict.kind === 'duplicate' ? excepted(verdict, answer, at) : verdict)
  const usual: Judge = (answer, at) => unlessExcepted(byStatus(answer, voice, at), answer, at)

  const decide: Judge = (answer, at) => {
    const isOk = answer.status >= 200 && answer.status < 300
    if (proof && isOk && proof(answer) !== 'yes') return voice.unconfirmed(answer, answer.truncated || answer.isEmpty() ? whyUnreadable(answer) : `it has nothing at ${written(parsing.proof ?? null)}, which every answer of this service has`)
    let doubt = false
    let rowSaysSuccess = false
    for (const row of rows) {
      const sense = row.sense(answer, isOk)
      if (sense === 'no') continue
      if (sense === 'blind') doubt ||= !answer.isEmpty()
      else if (row.means === 'success') {
        rowSaysSuccess = true
        break
      } else return verdictOfRow(row.row, answer, voice, at)
    }
    for (const { kind, probe } of before) {
      const sense = probe(answer)
      if (sense === 'blind') doubt ||= !answer.isEmpty()
      else if (sense === 'yes') return negative(kind, answer, voice, at)
    }
    const fault = isSoap ? soapFaultOf(answer) : null
    if (fault) return unlessExcepted(verdictOfSoapFault(fault, answer, voice, at), answer, at)
    if (!isOk && !rowSaysSuccess && !successNamesStatus) return usual(answer, at)
    const table = rowSaysSuccess || !tableDecides
    const sense = success ? success(answer) : table ? 'yes' : doubt || (tableReadsBody && answer.isEmpty()) ? 'blind' : 'no'
    if (sense === 'yes') return doubt ? voice.unconfirmed(answer, whyUnreadable(answer)) : accept(answer)
    if (!isOk && !rowSaysSuccess) return usual(answer, at)
    if (sense === 'blind' || (successReadsBody && answer.isEmpty()) || isStray?.(answer)) return voice.unconfirmed(answer, whyUnreadable(answer))
    return { kind: 'rejected', ...voice.say(answer, whyNot ? whyNot(answer) : 'it matches no row of Response Codes') }
  }

  const decorate = createExtras(parsing)
  // A signed webhook's endpoint that is gone has been switched off (Standard Webhooks): leads wait until a person looks.
  const goneIsOff = definition.auth?.kind === 'standard-webhooks'
  return (answer, at) => {
    const found = decide(answer, at)
    const verdict = goneIsOff && answer.status === 410 && found.kind === 'failed' ? { ...found, alert: true, pause: true } : found
    const final = excepted && (verdict.kind === 'rejected' || (verdict.kind === 'failed' && !verdict.retry)) ? excepted(verdict, answer, at) : verdict
    return decorate ? decorate(final, answer) : final
  }
}

/** A Fault means the same on 200 and 500; a status that says more (401, 409, 429, 503 …) goes before its code. */
const verdictOfSoapFault = (fault: SoapFault, answer: Answer, voice: Voice, at: number): Verdict => {
  const reason = voice.message?.(answer) ?? fault.words
  const told = toldOf(answer, reason === null ? { reason: `SOAP fault ${fault.codes.join('.')}`, said: null } : { reason }, at)
  const { status } = answer
  if ((status >= 200 && status < 300) || status === 400 || status === 500) return failureOfClass(classOfFault(fault), status, told)
  return verdictOfStatus(status, told)
}
