import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { TransportSettings } from '../../definitions/transport-settings.ts'
import { ConnectFault, wordsOf } from './faults.ts'

export type TlsSettings = TransportSettings['tls']

/**
 * The CA, certificate and key as a context. Each is PEM text or the path of a PEM file, read here and not again.
 * Throws a ConnectFault of `invalid-request` that names the setting and the path.
 */
export const secureContext = (tls: TlsSettings): SecureContext | undefined => {
  if (!tls) return undefined
  const problems = checkTlsFiles(tls)
  if (problems.length > 0) throw new ConnectFault('invalid-request', problems.join('; '))
  return createSecureContext(optionsOf(tls))
}

/** What is wrong with the files of `TLS`, in words for a person; empty where they can be used. For checks before a run. */
export const checkTlsFiles = (tls: TlsSettings): readonly string[] => {
  if (!tls) return []
  const problems: string[] = []
  for (const [name, value] of [['CA', tls.ca], ['Certificate', tls.certificate], ['Key', tls.key]] as const) {
    const read = value === null ? null : readPem(value)
    if (read && !read.ok) problems.push(`TLS ${name}: ${read.problem}`)
  }
  if ((tls.certificate === null) !== (tls.key === null)) problems.push('TLS: Certificate and Key belong together, one is missing')
  if (problems.length > 0) return problems
  try {
    createSecureContext(optionsOf(tls))
    return []
  } catch (error) {
    return [`TLS: the certificate or key cannot be used: ${wordsOf(error)}`]
  }
}

const optionsOf = (tls: NonNullable<TlsSettings>) => ({ ca: textOf(tls.ca), cert: textOf(tls.certificate), key: textOf(tls.key) })

const textOf = (value: string | null): string | undefined => {
  const read = value === null ? null : readPem(value)
  return read?.ok ? read.text : undefined
}

const readPem = (value: string): { ok: true; text: string } | { ok: false; problem: string } => {
  if (value.includes('-----BEGIN')) return { ok: true, text: value }
  try {
    const text = readFileSync(value, 'utf8')
    return text.includes('-----BEGIN') ? { ok: true, text } : { ok: false, problem: `${value} holds no PEM text (-----BEGIN …)` }
  } catch (error) {
    return { ok: false, problem: `cannot read ${value}: ${wordsOf(error)}` }
  }
}
