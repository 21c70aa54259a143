import { distance } from 'fastest-levenshtein'
import { normalKey } from './keys.ts'

/** The candidate that a mistyped word most likely means, as the candidate is written; null where none is near. */
export const suggest = (word: string, candidates: Iterable<string>): string | null => {
  const asked = normalKey(word)
  if (asked === '') return null
  let best: string | null = null
  let least = Infinity
  for (const candidate of candidates) {
    const known = normalKey(candidate)
    const away = known === asked ? 0 : distance(asked, known)
    // A third of the letters may be wrong; of a word of two or three letters one.
    if (away < least && away <= Math.max(1, Math.floor(Math.max(asked.length, known.length) / 3)) && away < known.length) {
      best = candidate
      least = away
    }
  }
  return best
}
