import type { FailureClass, Verdict, FailedVerdict } from '../../core/verdict.ts'
import { tidy } from '../parse/words.ts'
import type { Fault, FaultReply } from '../request.ts'

/** What a missing answer means (contract, section 5): nothing sent is a failure, something sent is in doubt. */
export const verdictOfFault = (reply: FaultReply): Verdict => {
  const reason = tidy(reply.message) ?? FAULT_WORDS[reply.fault]
  const own = { reason, said: null }
  switch (reply.fault) {
    case 'refused':
    case 'dns':
    case 'connect-timeout':
    case 'unreachable':
    case 'tls-handshake': return { kind: 'failed', class: 'network', retry: true, ...own }
    case 'stopped': return { kind: 'failed', class: 'network', retry: true, interrupted: true, ...own }
    case 'tls-certificate': return { kind: 'failed', class: 'tls', retry: false, alert: true, ...own }
    case 'proxy': return { kind: 'failed', class: 'proxy', retry: true, ...own }
    case 'blocked': return { kind: 'failed', class: 'blocked', retry: false, ...own }
    case 'invalid-request': return { kind: 'failed', class: 'invalid_data', retry: false, ...own }
    case 'timeout':
    case 'reset': return { kind: 'unknown', class: 'timeout', retry: true, ...own }
    case 'abandoned': return { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, ...own }
    case 'malformed': return { kind: 'unknown', class: 'unreadable', retry: true, ...own }
    case 'result-blocked': return { kind: 'unknown', class: 'blocked', retry: false, ...own }
  }
}

const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  refused: 'the connection was refused',
  dns: 'the host name was not found',
  'connect-timeout': 'no connection in time',
  unreachable: 'the host cannot be reached',
  'tls-certificate': 'its certificate is not trusted',
  'tls-handshake': 'no secure connection could be agreed on',
  proxy: 'the proxy refused',
  blocked: 'a private address that the recipient does not allow',
  'invalid-request': 'the request is not valid',
  stopped: 'stopped before it was sent',
  timeout: 'no answer in time',
  reset: 'the connection was lost before the whole answer came',
  abandoned: 'stopped before the answer came',
  malformed: 'what came back is no HTTP answer',
  'result-blocked': 'what came of it lies at a private address that the recipient does not allow',
}

/** Why, in words. `said`: the buyer's own, where they are not the reason; null where it said nothing. */
export interface Words {
  readonly reason: string
  readonly said?: string | null
}

/** What is said about a failure beside its kind. `retryAfterMs` null: the buyer asked for nothing. */
export interface Told extends Words {
  readonly retryAfterMs: number | null
}

/** An answer that says neither yes nor no, of which no words are the buyer's. */
export const unconfirmed = (reason: string): Verdict => ({ kind: 'unconfirmed', class: 'unreadable', reason, said: null })

/** The default table of section 5 for every status but 2xx. */
export const verdictOfStatus = (status: number, told: Told): Verdict => {
  if (status === 409) return { kind: 'duplicate', class: 'duplicate', ...words(told) }
  return failureOfClass(classOfStatus(status, told.retryAfterMs), status, told)
}

/** A 409 has no class of failure of its own: where a rule calls it an error, the data was refused. */
export const classOfStatus = (status: number, retryAfter: number | null): FailureClass => {
  if (status === 429 || (status === 503 && retryAfter !== null)) return 'rate_limited'
  if (status === 401 || status === 403 || status === 407) return 'auth'
  if (status === 408 || status === 425 || status >= 500) return 'server_error'
  if (status >= 400) return 'invalid_data'
  if (status >= 300) return 'redirect'
  // A 2xx (or 1xx) that a rule calls an error: the buyer's side has trouble.
  return 'server_error'
}

export const failureOfClass = (failure: FailureClass, status: number, told: Told): FailedVerdict => {
  switch (failure) {
    case 'rate_limited': return { kind: 'failed', class: failure, retry: true, ...words(told), ...(told.retryAfterMs === null ? {} : { retryAfterMs: told.retryAfterMs }) }
    case 'auth': return { kind: 'failed', class: failure, retry: false, alert: true, pause: true, ...words(told) }
    case 'server_error': return { kind: 'failed', class: failure, retry: status !== 501 && status !== 505, ...words(told) }
    // Gone for good: every lead would fail, so a person must look (Standard Webhooks, Salesforce's retired versions).
    case 'invalid_data': return { kind: 'failed', class: failure, retry: false, ...words(told), ...(status === 410 ? { alert: true } : {}) }
    default: return { kind: 'failed', class: failure, retry: false, ...words(told) }
  }
}

const words = ({ reason, said }: Words): Words => (said === undefined ? { reason } : { reason, said })

/** `HTTP 503 Service Unavailable`; a status without a name stands alone. */
export const statusText = (status: number): string => {
  const name = STATUS_NAMES[status]
  return name === undefined ? `HTTP ${status}` : `HTTP ${status} ${name}`
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  300: 'Multiple Choices', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect',
  400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable',
  407: 'Proxy Authentication Required', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed',
  413: 'Content Too Large', 414: 'URI Too Long', 415: 'Unsupported Media Type', 422: 'Unprocessable Content', 423: 'Locked', 425: 'Too Early', 429: 'Too Many Requests',
  500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported',
}
