import type { Verdict } from '../core/verdict.ts'
import type { Reader } from './read.ts'

/**
 * A buyer may echo what it was sent (VICIdial shows a wrong password): secrets are masked in its words before they reach
 * the ledger (contract, section 1). Lead ids and captures are data that is used again, and stay.
 */
export const maskedReader = ({ read, readBatch }: Reader, mask: (text: string) => string): Reader => ({
  read: (reply, phase) => withMaskedWords(read(reply, phase), mask),
  readBatch: (reply, leads) => readBatch(reply, leads).map((each) => withMaskedWords(each, mask)),
})

const withMaskedWords = (verdict: Verdict, mask: (text: string) => string): Verdict => {
  const { reason, said } = verdict
  if (reason === null && typeof said !== 'string') return verdict
  const words = reason === null ? null : mask(reason)
  const theirs = typeof said === 'string' ? mask(said) : said
  return words === reason && theirs === said ? verdict : { ...verdict, reason: words, ...(theirs === undefined ? {} : { said: theirs }) }
}
