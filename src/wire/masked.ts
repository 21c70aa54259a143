import type { Verdict } from '../core/verdict.ts'
import type { Reader, TokenSource } from './endpoint.ts'

/**
 * A buyer may echo what it was sent (VICIdial shows a wrong password): secrets are masked in its words before they reach
 * the ledger (contract, section 1). Lead ids and captures are data that is used again, and stay.
 */
export const maskedReader = ({ read, readBatch }: Reader, mask: (text: string) => string): Reader => ({
  read: (reply, phase) => withMaskedWords(read(reply, phase), mask),
  readBatch: (reply, leads) => readBatch(reply, leads).map((each) => withMaskedWords(each, mask)),
})

/** A token host may echo the secret that it refuses. */
export const maskedToken = (token: TokenSource, mask: (text: string) => string): TokenSource => ({
  ...token,
  read: (reply) => { const read = token.read(reply); return read.kind === 'failed' ? { ...read, verdict: withMaskedWords(read.verdict, mask) } : read },
})

const withMaskedWords = <V extends Verdict>(verdict: V, mask: (text: string) => string): V => {
  const { reason, said } = verdict
  if (reason === null && typeof said !== 'string') return verdict
  const words = reason === null ? null : mask(reason)
  const theirs = typeof said === 'string' ? mask(said) : said
  return words === reason && theirs === said ? verdict : { ...verdict, reason: words, ...(theirs === undefined ? {} : { said: theirs }) }
}
