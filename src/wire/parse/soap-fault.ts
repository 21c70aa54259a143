import type { FailureClass } from '../../core/verdict.ts'
import type { Answer } from './answer.ts'
import { tidy } from './words.ts'
import { childElements, localName, textOfNode, type Element } from './xml.ts'

/** A Fault of SOAP 1.1 or 1.2, by local names: prefixes are the service's to choose. */
export interface SoapFault {
  /** `Client`, `Server`, `Sender`, `Receiver`, or what the service made up; then its subcodes. */
  readonly codes: readonly string[]
  /** `faultstring`, or the `Text` of `Reason`; null where it is empty. */
  readonly words: string | null
}

/** The Fault in the Body of an envelope; null for any other answer. */
export const soapFaultOf = (answer: Answer): SoapFault | null => {
  const root = answer.document()?.documentElement ?? null
  if (root === null || localName(root) !== 'Envelope') return null
  const fault = child(child(root, 'Body'), 'Fault')
  if (fault === null) return null
  const code = child(fault, 'faultcode')
  const reason = child(fault, 'faultstring') ?? child(child(fault, 'Reason'), 'Text')
  return { codes: code ? unqualified(textOfNode(code)).split('.') : codesIn(child(fault, 'Code'), 0), words: reason && tidy(textOfNode(reason)) }
}

/** Whose fault it is (SOAP 1.1, 4.4.1; SOAP 1.2, 5.4.6): the sender's data, the credentials, or the service itself. */
export const classOfFault = ({ codes }: SoapFault): FailureClass => {
  if (codes.some((each) => AUTH.test(each))) return 'auth'
  return SENDERS.has(codes[0] ?? '') ? 'invalid_data' : 'server_error'
}

const SENDERS = new Set(['Client', 'Sender', 'VersionMismatch', 'MustUnderstand', 'DataEncodingUnknown'])
/** WS-Security's own codes, and the usual `Client.Authentication`. */
const AUTH = /^(FailedAuthentication|InvalidSecurity|InvalidSecurityToken|FailedCheck|SecurityTokenUnavailable|Authentication|AuthenticationFailed|Unauthori[sz]ed|AccessDenied)$/i

const MOST_SUBCODES = 5

const codesIn = (code: Element | null, depth: number): readonly string[] => {
  const value = child(code, 'Value')
  if (code === null || value === null || depth > MOST_SUBCODES) return []
  return [unqualified(textOfNode(value)), ...codesIn(child(code, 'Subcode'), depth + 1)]
}

const child = (parent: Element | null, name: string): Element | null => (parent && childElements(parent).find((each) => localName(each) === name)) ?? null

const unqualified = (name: string): string => name.slice(name.indexOf(':') + 1)
