import { formatMoney } from '../base/money.ts'
import { classOf, type Verdict } from '../core/verdict.ts'

export type VerdictJson = ReturnType<typeof verdictJson>

/** A verdict exactly as `finalmile parse --json` prints it (contract, section 7). */
export const verdictJson = (verdict: Verdict) => {
  const price = verdict.kind === 'accepted' || verdict.kind === 'bid' ? verdict.price : null
  return {
    verdict: verdict.kind,
    /** The buyer's message; null where it gave none. */
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
