import { shortHash } from '../../base/hash.ts'
import { moneyText } from '../../base/money.ts'
import type { DeliveryEvent, EventOf } from '../../core/event.ts'
import { alsoEarned, type Outcome } from '../../core/outcome.ts'
import type { Verdict } from '../../core/verdict.ts'
import { idempotencyKeyOf } from '../../engine/identity.ts'
import type { Delivery } from '../../ports.ts'

/** So many were purged; the next page begins after row `last`, null at the end. */
export interface PurgedPage { readonly purged: number; readonly last: number | null }

/** Page by page, each in a transaction of its own; how many were purged. */
export const purgePages = async (page: (after: number) => Promise<PurgedPage>): Promise<number> => {
  let purged = 0
  for (let after: number | null = 0; after !== null;) {
    const done: PurgedPage = await page(after)
    purged += done.purged
    after = done.last
  }
  return purged
}

/** An event without what could tell of a person: buyers echo names in their reasons, captures and redirects. It folds to the same figures. */
export const withoutPersonalData = (event: DeliveryEvent, delivery: DeliveryName): DeliveryEvent => {
  switch (event.type) {
    case 'received': return event
    case 'chose': return { ...event, choice: event.choice.kind === 'pass' ? { ...event.choice, reason: PURGED } : event.choice.kind === 'order' ? { ...event.choice, why: PURGED } : event.choice }
    case 'attemptStarted': return { ...event, key: keptKey(event, delivery) }
    case 'attemptFinished': return { ...event, key: keptKey(event, delivery), verdict: silent(event.verdict) }
    case 'settled': return { ...event, outcome: quiet(event.outcome) }
    case 'reopened': return { ...event, reason: PURGED }
    case 'returned': return { ...event, reason: null }
    case 'reviewed': return { ...event, note: null }
  }
}

/** What names a delivery, its id is made of these and stays; and the batches that it went with, which an answer to a single row no longer names. */
type DeliveryName = Pick<Delivery, 'mode' | 'number'> & { readonly leadId: string; readonly batches: readonly string[] }

export const nameOf = ({ mode, number, lead }: Pick<Delivery, 'mode' | 'number' | 'lead'>, events: readonly DeliveryEvent[]): DeliveryName =>
  ({ mode, number, leadId: lead.id, batches: events.flatMap((event) => (event.type === 'attemptStarted' && event.batch !== undefined ? [event.batch] : [])) })

const PURGED = 'purged'

const quiet = (outcome: Outcome): Outcome => ({ ...outcome, reason: alsoEarned(outcome) })

/** What is still told of a purged lead: money that the one revenue of its row may not have, in our words alone; null where there is none. */
export const moneyTold = (events: readonly DeliveryEvent[]): string | null => {
  const settled = events.findLast((event) => event.type === 'settled')
  const told = [settled ? alsoEarned(settled.outcome) : null, ...events.map((event) => {
    if (event.type === 'returned') return `returned ${moneyText(event.amount)}`
    return event.type === 'reviewed' && event.sale ? `bought by ${event.sale.recipient} as well, for ${moneyText(event.sale.revenue)}` : null
  })].filter((each) => each !== null)
  return told.length === 0 ? null : told.join('; ')
}

const silent = (verdict: Verdict): Verdict => {
  const { captured: _captured, said: _said, redirectUrl: _redirectUrl, ...rest } = verdict
  return { ...rest, reason: null }
}

/** Our own keys are made of ids. A recipient's own may hold anything of the lead: its hash still tells one from another. */
const keptKey = ({ key, recipient, phase }: Pick<EventOf<'attemptStarted'>, 'key' | 'recipient' | 'phase'>, { mode, leadId, number, batches }: DeliveryName): string =>
  key === idempotencyKeyOf(mode, recipient, leadId, number, phase) || batches.some((batch) => key === idempotencyKeyOf(mode, recipient, batch, 1, phase)) ? key : shortHash(key)
