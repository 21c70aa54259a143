import type { Verdict } from '../../core/verdict.ts'
import type { ResponseCodeRow } from '../../definitions/answer-definition.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Answer } from '../parse/answer.ts'
import { namesStatus, pathsOf, readsBody } from '../parse/path.ts'
import { compileProbe } from '../parse/probe.ts'
import { toldOf } from './by-status.ts'
import { classOfStatus, failureOfClass, statusText } from './classify.ts'
import type { Voice } from './voice.ts'

export const compileRow = (row: ResponseCodeRow) => {
  const probe = row.when && compileProbe(row.when)
  // Success where no status is named means a 2xx: words in an error page sell nothing.
  const onlyOk = row.means === 'success' && row.status === null && !(row.when && namesStatus(row.when))
  const { status } = row
  return {
    row,
    means: row.means,
    readsBody: row.when !== null && pathsOf(row.when).some(readsBody),
    sense: (answer: Answer, isOk: boolean): 'yes' | 'no' | 'blind' => {
      if (status && (answer.status < status.from || answer.status > status.to)) return 'no'
      if (onlyOk && !isOk) return 'no'
      return probe ? probe(answer) : 'yes'
    },
  }
}

/** What an answer means that a row says is no success. */
export const verdictOfRow = (row: ResponseCodeRow, answer: Answer, voice: Voice, at: number): Verdict => {
  const words = voice.say(answer, `${statusText(answer.status)}: ${row.text}`)
  if (row.means === 'duplicate') return { kind: 'duplicate', class: 'duplicate', ...words }
  if (row.means === 'rejected') return { kind: 'rejected', ...words }
  const told = toldOf(answer, words, at)
  const failure = ROW_CLASS[row.means] ?? classOfStatus(answer.status, told.retryAfterMs)
  const failed = failureOfClass(failure, answer.status, told)
  const retry = row.retry ?? (row.means === 'retry' || row.means === 'server-error' ? true : failed.retry)
  const { pause: _pause, ...rest } = failed
  const pause = row.pause || (failure === 'auth' && !retry)
  return { ...rest, retry, ...(row.again && retry ? { again: row.again } : {}), ...(told.retryAfterMs !== null && retry ? { retryAfterMs: told.retryAfterMs } : {}), ...(pause ? { pause, alert: true } : {}) }
}

const ROW_CLASS: Readonly<Partial<Record<ResponseCodeRow['means'], 'auth' | 'rate_limited' | 'server_error' | 'invalid_data'>>> = {
  auth: 'auth', 'rate-limited': 'rate_limited', 'server-error': 'server_error', 'invalid-data': 'invalid_data',
}

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
