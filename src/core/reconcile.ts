import { subtractMoney, type Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf } from './event.ts'
import { creditOf } from './returns.ts'
import { createSaleReader } from './sale.ts'
import type { VerdictKind } from './verdict.ts'

/** What our ledger says of one lead with one buyer. */
export interface OurLine {
  readonly leadId: string
  readonly buyerLeadId: string | null
  /**
   * `sold`: booked, whatever was returned later. `surplus`: accepted when another had bought it. `in doubt`: no answer came.
   * `under way`: sent, by a run that goes on or was killed, and nothing is recorded of an answer yet. Else what the buyer's last answer was.
   */
  readonly state: 'sold' | 'surplus' | 'in doubt' | 'under way' | Exclude<VerdictKind, 'accepted' | 'unknown' | 'bid'>
  /** What the sale is worth after returns; null where nothing was sold. */
  readonly worth: Money | null
  readonly at: Instant
}

/** One row of the buyer's list. `taken`: whether by its status the buyer has the lead. `price` as written; null where there is none. */
export interface TheirLine {
  readonly line: number
  readonly ids: readonly string[]
  /** Which of them is the buyer's own, where the line says so. */
  readonly theirId?: string | null
  readonly price: string | null
  /** What a price without a currency is in; null: in ours. */
  readonly currency?: string | null
  readonly taken: boolean
}

export type Finding =
  | { readonly kind: 'agrees' | 'price differs' | 'settles a doubt' | 'they have it, we do not' | 'listed twice'; readonly ours: OurLine; readonly theirs: TheirLine }
  | { readonly kind: 'we have it, they do not' | 'in doubt, and they do not have it'; readonly ours: OurLine; readonly theirs: null }
  | { readonly kind: 'unknown to us'; readonly ours: null; readonly theirs: TheirLine }

/** Our side of the account with a recipient, event after event of a ledger in its order; `lines` by delivery. */
export const createOurs = (recipient: string) => {
  const lines = new Map<string, OurLine>()
  const saleOf = createSaleReader()
  const answered = (leadId: string, deliveryId: string, { verdict, at }: EventOf<'attemptFinished'>): void => {
    const before = lines.get(deliveryId)
    // A sale stands, whatever is answered to a repeat.
    if (before?.state === 'sold' || verdict.kind === 'bid') return
    const state = verdict.kind === 'accepted' ? 'surplus' : verdict.kind === 'unknown' ? 'in doubt' : verdict.kind
    const buyerLeadId = verdict.buyerLeadId ?? before?.buyerLeadId ?? null
    // A failure after a doubt does not say that the first was not processed; and who has the lead already may have it from that.
    if (before?.state === 'in doubt' && (state === 'failed' || state === 'duplicate')) lines.set(deliveryId, { ...before, buyerLeadId })
    else lines.set(deliveryId, { leadId, buyerLeadId, state, worth: null, at })
  }
  return {
    lines: lines as ReadonlyMap<string, OurLine>,
    add: (leadId: string, deliveryId: string, event: DeliveryEvent): void => {
      const sale = saleOf(event)
      const before = lines.get(deliveryId)
      if (sale?.recipient === recipient) lines.set(deliveryId, { leadId, buyerLeadId: sale.buyerLeadId ?? before?.buyerLeadId ?? null, state: 'sold', worth: sale.revenue, at: sale.at })
      else if (event.type === 'attemptStarted' && event.recipient === recipient && event.phase === 'post' && !before) lines.set(deliveryId, { leadId, buyerLeadId: null, state: 'under way', worth: null, at: event.at })
      else if (event.type === 'attemptFinished' && event.recipient === recipient && event.phase === 'post') answered(leadId, deliveryId, event)
      else if (event.type === 'returned' && event.recipient === recipient && before?.worth) lines.set(deliveryId, { ...before, worth: subtractMoney(before.worth, event.amount) })
    },
  }
}

/** Our side against theirs, each line of either once: theirs in their order, then what only we have. */
export const reconcile = (ours: Iterable<OurLine>, theirs: readonly TheirLine[], since: Instant | null, until: Instant | null): readonly Finding[] => {
  const all = [...ours]
  const byId = new Map<string, OurLine>()
  // The buyer's own ids first: where a name means two leads, our own id decides.
  for (const each of all) if (each.buyerLeadId !== null) prefer(byId, each.buyerLeadId, each)
  for (const each of all) prefer(byId, each.leadId, each)
  const taken = linesById(all, ['sold', 'in doubt', 'under way'])
  const refused = linesById(all, ['rejected', 'duplicate', 'failed'])
  const listed = new Set(theirs.flatMap(({ theirId }) => theirId ?? []))
  const met = new Set<OurLine>()
  /** Not met yet, and not what another row names by the buyer's own id. */
  const isFree = (line: OurLine, { theirId = null }: TheirLine): boolean =>
    !met.has(line) && (theirId === null || line.buyerLeadId === null || line.buyerLeadId === theirId || !listed.has(line.buyerLeadId))
  const findings: Finding[] = theirs.map((each) => {
    const named = each.ids.map((id) => byId.get(id)).find((line) => line !== undefined)
    if (!named) return { kind: 'unknown to us', ours: null, theirs: each }
    // A lead that was delivered again may have been sold twice: the next line of it is about the other sale, or about a doubt; of two prices each line means its own.
    const free = [named, ...each.ids.flatMap((id) => taken.get(id) ?? [])].filter((line) => isFree(line, each))
    const [first] = free
    // A no is about the delivery that they refused, unless the row names the sale itself.
    const no = each.taken || (named.buyerLeadId !== null && each.ids.includes(named.buyerLeadId)) ? undefined : each.ids.flatMap((id) => refused.get(id) ?? []).find((line) => isFree(line, each))
    // Nor is what they have the delivery that they refused, where another is in doubt.
    const doubt = each.taken && first?.state !== 'sold' ? free.find((line) => line.state === 'in doubt') : undefined
    const mine = no ?? free.find((line) => compare(line, each) === 'agrees') ?? doubt ?? first ?? named
    if (met.has(mine) && each.taken && (mine.state === 'sold' || mine.state === 'in doubt')) return { kind: 'listed twice', ours: mine, theirs: each }
    met.add(mine)
    return { kind: compare(mine, each), ours: mine, theirs: each }
  })
  for (const mine of all) {
    const within = (since === null || mine.at >= since) && (until === null || mine.at < until)
    if (met.has(mine) || !within) continue
    if (mine.state === 'sold' && mine.worth?.amount !== 0) findings.push({ kind: 'we have it, they do not', ours: mine, theirs: null })
    if (mine.state === 'in doubt') findings.push({ kind: 'in doubt, and they do not have it', ours: mine, theirs: null })
  }
  return findings
}

/** A row that says no needs no line of ours that says so too. */
export const isDifference = ({ kind, theirs }: Finding): boolean => kind !== 'agrees' && !(kind === 'unknown to us' && !theirs.taken)

const compare = (ours: OurLine, theirs: TheirLine): 'agrees' | 'price differs' | 'settles a doubt' | 'they have it, we do not' => {
  if (ours.state === 'in doubt') return 'settles a doubt'
  const mineWorth = ours.worth?.amount ?? 0
  if (ours.state !== 'sold') return theirs.taken ? 'they have it, we do not' : 'agrees'
  if (!theirs.taken) return mineWorth === 0 ? 'agrees' : 'price differs'
  if (theirs.price === null) return 'agrees'
  const price = creditOf(theirs.price, theirs.currency ?? ours.worth?.currency ?? 'USD')
  return price !== null && price.amount === mineWorth && (ours.worth === null || price.currency === ours.worth.currency) ? 'agrees' : 'price differs'
}

/** Of these states, in this order. */
const linesById = (lines: readonly OurLine[], states: readonly OurLine['state'][]): ReadonlyMap<string, readonly OurLine[]> => {
  const found = new Map<string, OurLine[]>()
  for (const state of states) {
    for (const each of lines) {
      if (each.state !== state) continue
      for (const id of new Set([each.leadId, each.buyerLeadId])) if (id !== null) found.set(id, [...(found.get(id) ?? []), each])
    }
  }
  return found
}

/** Of several deliveries of a lead the one that sold, else the latest. */
const prefer = (byId: Map<string, OurLine>, id: string, line: OurLine): void => {
  const before = byId.get(id)
  if (!before || before.leadId !== line.leadId || before.state !== 'sold' || line.state === 'sold') byId.set(id, line)
}
