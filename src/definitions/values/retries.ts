import type { Place } from '../../base/diagnostic.ts'
import { parseDuration } from '../../base/time.ts'
import type { RetryRule } from '../../core/policy.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

type Backoff = RetryRule['backoff']
interface RetriesText { readonly retries: number; /** null: as each class has it */ readonly backoff: Backoff | null }

const WORDS: Readonly<Record<string, number>> = { none: 0, no: 0, off: 0, never: 0, once: 1, twice: 2 }

/** `3`, `3 times`, `3x`, `none`; null for anything else. */
export const retryCount = (text: string): number | null => {
  const word = WORDS[text.trim().toLowerCase()]
  if (word !== undefined) return word
  const match = /^(\d{1,3})\s*(?:x|times?|retries|retry|attempts?)?$/i.exec(text.trim())
  return match ? Number(match[1]) : null
}

/** `3`, `none`, `3 with exponential backoff`, `3 every 5s`, `3 with 1s, 2s, 4s`, `3 with backoff 1s, 2s, 4s`. */
export const parseRetries = (text: string, place: Place): Parsed<RetriesText> => {
  const [count = '', ...rest] = text.split(/\s*(?:\bwith\b|\bafter\b|\bevery\b|\bat\b)\s*/i)
  const retries = retryCount(count)
  if (retries === null || rest.length > 1) return refused(place, 'bad-retries', `got "${text}", expected how often a failure is tried again`, 'write 3, 3 with exponential backoff, or none')
  const waits = rest[0]?.replace(/\s+(?:and|plus)\s+jitter$/i, '').replace(/^back-?off\s+(?:of\s+)?|\s*(?:back-?off|waits?)$/gi, '') ?? ''
  if (waits === '') return parsed({ retries, backoff: null })
  const backoff = parseBackoff(waits, place)
  return backoff.ok ? parsed({ retries, backoff: backoff.value }) : backoff
}

/** `exponential`, `exponential from 2s`, or waits: `1s, 2s, 4s`. */
export const parseBackoff = (text: string, place: Place): Parsed<Backoff> => {
  const exponential = /^exponential(?:\s+(?:from|starting\s+at|of)?\s*(\S.*))?$/i.exec(text.trim())
  if (exponential && exponential[1] === undefined) return parsed({ kind: 'exponential', firstMs: 1_000 })
  const waits: number[] = []
  for (const part of (exponential?.[1] ?? text).split(',')) {
    const wait = parseDuration(part.trim())
    if (!wait.ok) {
      return wait.problem === 'needs-unit' ? refused(place, 'needs-unit', `\`${part.trim()}\` needs a unit`, `write ${part.trim()}s for seconds`)
        : refused(place, 'bad-backoff', `got "${text}", expected waits or exponential`, 'write 1s, 2s, 4s or exponential')
    }
    waits.push(wait.ms)
  }
  return parsed(exponential ? { kind: 'exponential', firstMs: waits[0] ?? 1_000 } : { kind: 'steps', ms: waits })
}
