import type { Reader } from '../wire/endpoint.ts'
import { createContext, Script } from 'node:vm'
import { errorCode } from '../base/error.ts'
import type { Verdict } from '../core/verdict.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { AnyReply } from '../wire/request.ts'

/** Far more than a sound pattern takes on an answer of 1 MB. */
const LIMIT_MS = 1_000
/** Some tenths of a second. */
const FEW_STEPS = 1e8

/**
 * Patterns of `matches` and `regex(…)` are tried in every way there is before they fail: `^(\w+\s?)*$` takes 7 s on 27
 * characters (measured), and twice as long on each more. Where one may take long on an answer, reading it ends after a
 * second, and the answer is one that cannot be read. The limit costs 0.8 ms, so that the others are read without it.
 */
export const readInTime = (definition: EndpointDefinition, reader: Reader, limitMs = LIMIT_MS): Reader => {
  const { parsing, ping, responseCodes, retryOn } = definition
  const patterns = patternsIn([parsing, ping?.parsing, responseCodes, retryOn])
  if (patterns.length === 0) return reader
  const exponent = Math.max(...patterns.map(exponentOf))
  const mayTakeLong = (reply: AnyReply): boolean => reply.kind === 'answer' && reply.body.length ** exponent > FEW_STEPS
  const withinLimit = createLimit(limitMs)
  return {
    read: (reply, phase) => (mayTakeLong(reply) ? withinLimit(() => reader.read(reply, phase), () => TOO_SLOW) : reader.read(reply, phase)),
    readBatch: (reply, leads) => (mayTakeLong(reply) ? withinLimit(() => reader.readBatch(reply, leads), () => leads.map(() => TOO_SLOW)) : reader.readBatch(reply, leads)),
  }
}

const TOO_SLOW: Verdict = { kind: 'unconfirmed', class: 'unreadable', reason: `a pattern of its rules (matches, regex) takes longer than ${LIMIT_MS / 1000} s on it, so that it could not be read: write the pattern without repetitions within repetitions`, said: null }

/** A pattern takes about the answer's length to this power in steps, at worst; without end where what is repeated repeats itself or may be one of several. */
const exponentOf = (pattern: string): number => (/\)[*+{]/.test(pattern) ? Infinity : 1 + (pattern.match(/[*+{]/g) ?? []).length)

const patternsIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  return 'source' in value && 'flags' in value ? [String(value.source)] : Object.values(value).flatMap(patternsIn)
}

const createLimit = (timeout: number) => {
  const script = new Script('work()')
  let context: { work: () => unknown } | null = null
  return <T>(work: () => T, otherwise: () => T): T => {
    context ??= createContext({ work }) as { work: () => unknown }
    context.work = work
    try {
      return script.runInContext(context, { timeout }) as T
    } catch (error) {
      if (errorCode(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      return otherwise()
    }
  }
}
