import { formatMoney } from '../base/money.ts'
import { classOf, type Verdict } from '../core/verdict.ts'

/** A verdict exactly as `finalmile parse --json` prints it (contract, section 7). */
export interface VerdictJson {
  readonly verdict: Verdict['kind']
  /** The buyer's message; null where it gave none. */
  readonly reason: string | null
  readonly class: string | null
  readonly retry: boolean
  readonly retryAfterMs: number | null
  readonly buyerLeadId: string | null
  readonly price: string | null
  readonly currency: string | null
  readonly captured: Readonly<Record<string, string>>
}

export const verdictJson = (verdict: Verdict): VerdictJson => {
  const price = verdict.kind === 'accepted' || verdict.kind === 'bid' ? verdict.price : null
  return {
    verdict: verdict.kind,
    reason: verdict.said === undefined ? verdict.reason : verdict.said,
    class: classOf(verdict),
    retry: 'retry' in verdict && verdict.retry,
    retryAfterMs: (verdict.kind === 'failed' ? verdict.retryAfterMs ?? verdict.again?.waitMs : undefined) ?? null,
    buyerLeadId: verdict.buyerLeadId ?? null,
    price: price && formatMoney(price),
    currency: price && price.currency,
    captured: verdict.captured ?? {},
  }
}
