import type { EmailRequest, Fault } from '../../wire/request.ts'
import { faultOfConnect, wordsOf } from '../http/faults.ts'
import type { Said } from '../said.ts'

interface MailError { readonly code: string; readonly originalCode: string; readonly responseCode: number; readonly response: string; readonly recipient: string }

/** What nodemailer's error means. `begun`: the message was on its way, so that a missing answer leaves it in doubt. */
export const meaningOf = (error: unknown, begun: boolean): Said => {
  const { code, originalCode, responseCode, response } = readError(error)
  const message = response === '' ? wordsOf(error) : `the mail server says: ${oneLine(response)}`
  if (responseCode >= 400 && responseCode < 500) return { kind: 'refused', why: 'later', message }
  if (code === 'EAUTH' || NO_CREDENTIALS.has(responseCode)) return { kind: 'refused', why: 'credentials', message }
  if (responseCode >= 500 && responseCode < 600) return { kind: 'refused', why: 'never', message }
  const fault = (kind: Fault): Said => ({ kind: 'fault', fault: kind, message })
  switch (code) {
    case 'ETIMEDOUT': return fault(begun ? 'timeout' : 'connect-timeout')
    case 'ETLS': return fault(originalCode !== '' && faultOfConnect({ code: originalCode }, 'tls') === 'tls-certificate' ? 'tls-certificate' : 'tls-handshake')
    // Something was said to the message, and it is neither yes nor no.
    case 'EMESSAGE': return begun ? fault('malformed') : { kind: 'refused', why: 'never', message }
    case 'EPROTOCOL': return fault(begun ? 'malformed' : 'unreachable')
    default:
      if (originalCode !== '' && faultOfConnect({ code: originalCode }, 'tls') === 'tls-certificate') return fault('tls-certificate')
      return fault(begun ? 'reset' : 'unreachable')
  }
}

/** It asks for user and password, for others, or for TLS before them (RFC 4954). 454 is none of these: a trouble of the server's, that passes. */
const NO_CREDENTIALS = new Set([530, 534, 535, 538])

/** A message was taken; `rejected` are the mailboxes that were refused beside those that were not. */
export const meaningOfPartial = (request: EmailRequest, rejected: readonly unknown[], response: string): Said => {
  const refusals = rejected.map(readError)
  const buyers = new Set(request.to.map((each) => each.address.toLowerCase()))
  const refused = refusals.filter((each) => buyers.has(each.recipient.toLowerCase()))
  const words = (list: readonly MailError[]): string => list.map((each) => `${each.recipient} (${oneLine(each.response)})`).join(', ')
  if (refused.length === 0) return { kind: 'handed-over', to: 'email', words: refusals.length === 0 ? oneLine(response) : `${oneLine(response)}; not to the copy ${words(refusals)}`, rehearsal: false }
  if (refused.length < buyers.size) return { kind: 'refused', why: 'partly', message: `the mail server took the message for some of the buyer's mailboxes and refused ${words(refused)}` }
  return { kind: 'refused', why: refused.some((each) => each.responseCode < 500) ? 'later' : 'never', message: `the mail server refused the buyer's mailbox: ${words(refused)}` }
}

const readError = (error: unknown): MailError => {
  const value = (typeof error === 'object' && error !== null ? error : {}) as Partial<Record<keyof MailError, unknown>>
  const text = (each: unknown): string => (typeof each === 'string' ? each : '')
  const code = text(value.code)
  return { code, originalCode: text(value.originalCode), responseCode: typeof value.responseCode === 'number' ? value.responseCode : 0, response: text(value.response), recipient: text(value.recipient) }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300)
