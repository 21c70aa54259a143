import type { Choice } from '../../../core/event.ts'
import { refusedClaim } from '../../../core/claim.ts'
import type { PackedResult, PackedStep } from '../packing.ts'
import { standingOf, STANDING_COLUMNS, STATES, type SqlValue } from '../rows.ts'
import { keyOf, leadKey, type Steps, type View } from './view.ts'

/** A delivery as the group leaves it. */
export interface Changed {
  readonly deliveryId: string
  /** Null where the group makes it. */
  readonly n: number | null
  readonly was: { readonly version: number; readonly fence: number } | null
  readonly create: readonly SqlValue[] | null
  /** Made here, the only one of its lead: whoever takes the lead in for another target in the same moment finds it. */
  readonly sole: boolean
  version: number
  standing: readonly SqlValue[]
  runId: string
  joined: string | null | undefined
}
export interface Logged { readonly changed: Changed; readonly runId: string; readonly count: number; readonly events: string; readonly result: number }
interface Sale { readonly leadId: string; readonly recipient: string; readonly mode: string; readonly number: number }

/** What a group of steps comes to: an answer for each (null: taken; its number is known once it is written), and all that is to be written. */
export type Judged = ReturnType<typeof judge>

/** One step after the other, each seeing what those before it did; the meaning is the one of `test/world/memory-ledger`. */
export const judge = (steps: readonly Steps[], view: View) => {
  const changed = new Map<string, Changed>()
  const sold = new Map<string, Set<string>>()
  const sales: Sale[] = []
  const log: Logged[] = []
  const counters = new Map<string, number>()
  const permits = new Map<string, number>()
  const taken = new Set<string>()

  const boughtBy = (key: string): ReadonlySet<string> => new Set([...(view.sales.get(key) ?? []), ...(sold.get(key) ?? [])])

  const counted = (name: string): number => (view.counters.get(name) ?? 0) + (counters.get(name) ?? 0)
  const takenUntil = (name: string): number => permits.get(name) ?? view.permits.get(name) ?? 0

  const one = ({ packed, starts, once, joined }: Steps, i: number): Exclude<PackedResult, number> | null => {
    const { deliveryId } = packed
    const key = keyOf(deliveryId)
    const made = changed.get(deliveryId)
    const known = view.deliveries.get(deliveryId)
    const lead = leadKey(key.leadId, key.mode, key.number)
    const has = new Set([...boughtBy(lead), ...(view.siblings.get(deliveryId)?.takers ?? [])])
    if (packed.create) {
      if (made ?? known) return { kind: 'exists', standing: made ? standingNow(made) : known?.standing ?? { state: 'working' }, number: highestMade(changed, known?.highest ?? key.number, deliveryId) }
      if (!packed.informed && has.size > 0) return { kind: 'had', recipients: [...has] }
    } else if (!(made ?? known) || (made?.version ?? known?.version) !== packed.version || (!made && known?.elsewhere)) return { kind: 'conflict' }
    // It was loaded before a purge came.
    else if (known?.purged && packed.standing[0] !== STATES.settled) return { kind: 'conflict' }
    const had = once.filter((recipient) => has.has(recipient))
    if (had.length > 0) return { kind: 'had', recipients: had }
    const busy = once.filter((recipient) => view.underWay.get(deliveryId)?.(recipient))
    if (busy.length > 0) return { kind: 'busy', recipients: busy }
    const refused = refusedClaim(packed.claims, packed.at, counted, takenUntil)
    if (refused) return { kind: 'refused', claim: refused }
    const paused = starts.find((recipient) => view.paused.has(`${key.mode} ${recipient}`))
    if (paused !== undefined) return { kind: 'paused', recipient: paused, reason: view.paused.get(`${key.mode} ${paused}`) ?? '' }
    const before = boughtBy(lead)
    if (packed.sales.some((recipient) => before.has(recipient)) || new Set(packed.sales).size < packed.sales.length) return { kind: 'booked' }

    for (const recipient of packed.sales) {
      sold.set(lead, (sold.get(lead) ?? new Set()).add(recipient))
      sales.push({ leadId: key.leadId, recipient, mode: key.mode, number: key.number })
    }
    for (const claim of packed.claims) {
      if (claim.kind === 'cap') counters.set(claim.counter, (counters.get(claim.counter) ?? 0) + claim.amount)
      else permits.set(claim.name, claim.until)
    }
    const sole = packed.create !== null && !view.siblings.has(deliveryId) && !taken.has(lead)
    if (sole) taken.add(lead)
    const now = made ?? { deliveryId, n: known?.n ?? null, was: known ? { version: known.version, fence: known.fence } : null, create: packed.create, sole, version: known?.version ?? 0, standing: packed.standing, runId: packed.runId, joined }
    now.version += packed.count
    now.standing = packed.standing
    now.runId = packed.runId
    if (joined !== undefined) now.joined = joined
    changed.set(deliveryId, now)
    if (packed.count > 0) log.push({ changed: now, runId: packed.runId, count: packed.count, events: packed.events, result: i })
    return null
  }

  return { results: steps.map(one), changed: [...changed.values()], log, sales, counters, permits }
}

const standingNow = ({ standing }: Changed) => standingOf(Object.fromEntries(STANDING_COLUMNS.map((name, i) => [name, standing[i]])))

/** Numbers of the same lead and target that this very group makes. */
const highestMade = (changed: ReadonlyMap<string, Changed>, from: number, deliveryId: string): number => {
  const [mode = '', , target = '', ...lead] = deliveryId.split(':')
  let number = from
  while (changed.has([mode, String(number + 1), target, ...lead].join(':'))) number += 1
  return number
}

/** What of an event the store looks at. */
interface LookedAt { readonly type: string; readonly recipient?: string; readonly batch?: string; readonly choice?: Choice }

export const stepsOf = (step: PackedStep, once: readonly string[], events: readonly LookedAt[]): Steps => {
  const starts = events.flatMap((each, i) => (each.type === 'attemptStarted' && each.recipient !== undefined && events[i + 1]?.type !== 'attemptFinished' ? [each.recipient] : []))
  return { packed: step, starts, once, joined: joinedWith(events) }
}

/** The batch that a delivery goes with after these events; null: it left the one before; undefined: as before. */
export const joinedWith = (events: readonly LookedAt[]): string | null | undefined => {
  const last = events.findLast((each) => each.type === 'attemptStarted' || each.type === 'attemptFinished' || each.choice?.kind === 'apart')
  return last && (last.batch ?? null)
}
