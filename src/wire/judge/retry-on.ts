import type { Verdict } from '../../core/verdict.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { toldOf } from './by-status.ts'
import { classOfStatus, failureOfClass, statusText } from './classify.ts'
import type { Answer } from '../parse/answer.ts'
import { compileProbe } from '../parse/probe.ts'

/** `Retry On`: what would end the lead here is tried again instead. */
export const createExceptions = (definition: EndpointDefinition): ((verdict: Verdict, answer: Answer, at: number) => Verdict) | null => {
  if (definition.retryOn.length === 0) return null
  const exceptions = definition.retryOn.map(({ status, when, again }) => ({ status, probe: when && compileProbe(when), again }))
  return (verdict, answer, at) => {
    const exception = exceptions.find(({ status, probe }) =>
      (!status || (answer.status >= status.from && answer.status <= status.to)) && (!probe || probe(answer) === 'yes'))
    if (!exception) return verdict
    const told = toldOf(answer, { reason: verdict.reason ?? statusText(answer.status), ...('said' in verdict ? { said: verdict.said ?? null } : {}) }, at)
    const usual = classOfStatus(answer.status, told.retryAfterMs)
    // A 403 that passes (Salesforce's REQUEST_LIMIT_EXCEEDED) is no trouble with credentials: nothing is paused.
    const failure = usual === 'auth' ? 'server_error' : usual
    return { ...failureOfClass(failure, answer.status, told), retry: true, ...(exception.again ? { again: exception.again } : {}), ...(told.retryAfterMs === null ? {} : { retryAfterMs: told.retryAfterMs }) }
  }
}
