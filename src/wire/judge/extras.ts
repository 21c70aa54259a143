import type { Verdict } from '../../core/verdict.ts'
import type { ParsingDefinition } from '../../definitions/answer-definition.ts'
import type { Answer } from '../parse/answer.ts'
import { compileText } from '../parse/probe.ts'

/** Captures and the redirect URL; null where the recipient declares none. */
export const createExtras = (parsing: ParsingDefinition): ((verdict: Verdict, answer: Answer) => Verdict) | null => {
  const captures = Object.entries(parsing.capture).map(([name, path]) => ({ name, read: compileText(path, 1_000) }))
  const redirect = compileText(parsing.redirectUrl, 2_000)
  if (captures.length === 0 && !redirect) return null
  return (verdict, answer) => {
    const found = captures.flatMap(({ name, read }) => {
      const value = read?.(answer) ?? null
      return value === null ? [] : [[name, value] as const]
    })
    const url = redirect?.(answer) ?? null
    return {
      ...verdict,
      ...(found.length > 0 ? { captured: Object.fromEntries(found) } : {}),
      // Only a web address: a person may be sent there.
      ...(url !== null && /^https?:\/\//i.test(url) ? { redirectUrl: url } : {}),
    }
  }
}
