import { errorCode } from '../../base/error.ts'
import type { Fault } from '../../wire/request.ts'

/** Where the making of a connection stood. */
export type ConnectPhase = 'dns' | 'tcp' | 'proxy' | 'tls'

/** No connection came about, so nothing of a request was sent. */
export class ConnectFault extends Error {
  readonly fault: Fault
  constructor(fault: Fault, message: string) {
    super(message)
    this.name = 'ConnectFault'
    this.fault = fault
  }
}

/** What an error of that phase means. Total: an unknown code has its phase's meaning. */
export const faultOfConnect = (error: unknown, phase: ConnectPhase): Fault => {
  if (phase === 'dns') return 'dns'
  if (phase === 'proxy') return 'proxy'
  const code = codeOf(error)
  if (phase === 'tls') return CERTIFICATE.test(code) ? 'tls-certificate' : 'tls-handshake'
  return TCP[code] ?? 'unreachable'
}

/** What an error means after the request went to the wire: the buyer may have processed it, unless the code excludes it. */
export const faultOfExchange = (error: unknown, answerBegan: boolean): Fault => {
  const code = codeOf(error)
  if ((error instanceof Error && error.name === 'HTTPParserError') || code === 'UND_ERR_HEADERS_OVERFLOW') return 'malformed'
  // undici's words for a 100 or 101 that nobody asked for.
  if (code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)/.test(messageOf(error))) return 'malformed'
  // undici's for a status below 100.
  if (code === 'ERR_ASSERTION') return 'malformed'
  // TLS 1.3 refuses a client certificate only after the client has begun to write; the alert says that nothing was read.
  if (!answerBegan && code.startsWith('ERR_SSL_') && CERTIFICATE.test(code)) return 'tls-certificate'
  return 'reset'
}

/** A request that undici refused to write: its headers, path or method cannot stand on the wire. */
export const isInvalidRequest = (error: unknown): boolean => INVALID.has(codeOf(error))

/** The cause's own words. Several attempts (IPv6 and IPv4) are joined; a bare code is better than nothing. */
export const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return [...new Set(error.errors.map(wordsOf))].join('; ')
  const code = codeOf(error)
  const message = messageOf(error)
  if (message === '') return code === '' ? String(error) : code
  const words = code === '' || code.startsWith('UND_ERR') || message.includes(code) ? message : `${message} (${code})`
  return words
    // OpenSSL's messages carry thread, library and source file around the reason.
    .replace(/\w+:error:\w+:[^:]*:[^:]*:([^:]+):[^:\s]+:\d+:(?:SSL alert number \d+:?)?/g, '$1')
    .replace(/wrong version number(?!:)/, 'wrong version number: does this port speak https?')
    // Node's advice is for who starts Node.
    .replace(/; if the root CA is installed locally, try running Node\.js with --use-system-ca/, '')
    .replaceAll(/\s+/g, ' ').trim()
}

const TCP: Readonly<Record<string, Fault>> = {
  ECONNREFUSED: 'refused',
  // A reset instead of an acceptance: some firewalls refuse so.
  ECONNRESET: 'refused',
  ETIMEDOUT: 'connect-timeout',
  EHOSTUNREACH: 'unreachable', ENETUNREACH: 'unreachable', EHOSTDOWN: 'unreachable', ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable', EACCES: 'unreachable', EPERM: 'unreachable', EMFILE: 'unreachable', ENFILE: 'unreachable',
}

/** OpenSSL's verification results and the alerts about a client's certificate, as Node names them. */
const CERTIFICATE = /CERT|CRL|UNKNOWN_CA|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE|HOSTNAME_MISMATCH|^UNABLE_TO_/

const INVALID = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_URL'])

const codeOf = (error: unknown): string => {
  const own = errorCode(error)
  return own === '' && error instanceof AggregateError && error.errors.length > 0 ? codeOf(error.errors[0]) : own
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '')
