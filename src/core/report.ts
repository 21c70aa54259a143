import { isOfLead, type Money } from '../base/money.ts'
import { DAY, isoTime, type Instant } from '../base/time.ts'
import type { DeliveryEvent, EventOf, Mode } from './event.ts'
import type { OutcomeKind } from './outcome.ts'
import { addDoubt, type Doubts } from './report/doubts.ts'
import { addAttempt, emptyFigures, type Figures } from './report/figures.ts'
import { createSaleReader, type Sale } from './sale.ts'
import { addTo, takeFrom } from './sums.ts'

/** Whose event it is; what the ledger's `events` yields has all of it. */
interface ReportContext {
  readonly deliveryId: string
  readonly source: Readonly<Record<string, string>>
}

/** What is counted: what was recorded from `since` on and before `until`; null: without that end. */
export interface Period { readonly since: Instant | null; readonly until: Instant | null }

export type Grouping = 'recipient' | 'source' | 'day' | 'version'

/** A trouble that a person must look at: wrong credentials, a bad certificate. */
interface Attention { readonly recipient: string; readonly class: string; readonly reason: string | null; count: number }

/**
 * A fold of events in their order, a run's or all of a store's. Its memory grows with recipients, sources, days and versions, and with
 * the leads that may be settled again (failed, held, pooled, in doubt, sold with a step open), not with the leads.
 */
export interface Report {
  readonly mode: Mode
  /** Of figures without any money; the recipients' own, where they have one together. */
  readonly currency: string
  readonly period: Period
  readonly total: Figures
  /** `recipient`: by id; `source`: by `source.name`, else `(none)`; `day`: by UTC date; `version`: `recipient version`. */
  readonly by: Readonly<Record<Grouping, Map<string, Figures>>>
  readonly attention: Map<string, Attention>
  readonly doubts: Doubts
  readonly folding: Folding
}

/** What a later event may need of an earlier one; no figure by itself. */
interface Folding {
  readonly versions: Map<string, string>
  readonly resettable: Map<string, Settled>
  /** Places of a delivery whose last post failed and may be repeated: what follows there offers the lead to nobody new. */
  readonly repeated: Map<string, Set<string>>
  /** Deliveries of which a buyer may have the lead though it said no such thing: a person may yet accept it. */
  readonly inDoubt: Set<string>
  readonly saleOf: (event: DeliveryEvent) => Sale | null
  readonly days: Map<number, string>
}
type Settled = { readonly figures: readonly Figures[]; readonly outcome: OutcomeKind; readonly revenue: readonly Money[]; readonly cost: Money | null }

export const emptyReport = (mode: Mode, currency = 'USD', period: Period = { since: null, until: null }): Report => ({
  mode,
  currency,
  period,
  total: emptyFigures(),
  by: { recipient: new Map(), source: new Map(), day: new Map(), version: new Map() },
  attention: new Map(),
  doubts: new Map(),
  folding: { versions: new Map(), resettable: new Map(), repeated: new Map(), inDoubt: new Set(), saleOf: createSaleReader(), days: new Map() },
})

/** Adds one event in place, for speed, and returns the same report. */
export const addEvent = (report: Report, context: ReportContext, event: DeliveryEvent): Report => {
  addDoubt(report.doubts, context.deliveryId, event)
  const sale = report.folding.saleOf(event)
  // What an attempt earned is counted with it.
  if (sale && event.type !== 'attemptFinished') for (const figures of placesOf(report, context, event.at, sale.recipient)) addTo(figures.sales, sale.revenue)
  switch (event.type) {
    case 'attemptStarted':
      if (event.version !== null) report.folding.versions.set(attemptKey(context, event), event.version)
      return report
    case 'attemptFinished': addFinished(report, context, event); return report
    case 'chose':
      if (event.choice.kind === 'pass' && event.choice.recipient !== null) {
        for (const figures of placesOf(report, context, event.at, event.choice.recipient)) figures.skipped++
      }
      return report
    case 'settled': addSettled(report, context, event); return report
    case 'reviewed':
      // A sale more of a lead that is settled as sold: its outcome is counted already.
      if (sale) for (const figures of wholesOf(report, context, event.at)) addTo(figures.revenue, sale.revenue)
      if (event.decision === 'retry') takeUp(report, context, event.at)
      return report
    case 'returned': addReturned(report, context, event); return report
    case 'reopened': takeUp(report, context, event.at); return report
    case 'received': return report
  }
}

const addFinished = (report: Report, context: ReportContext, event: EventOf<'attemptFinished'>): void => {
  const offers = offersOf(report, context, event)
  for (const figures of placesOf(report, context, event.at, event.recipient)) addAttempt(figures, event, offers)
  const { versions } = report.folding
  if (versions.size > 0) {
    const key = attemptKey(context, event)
    const version = versions.get(key)
    if (version !== undefined) {
      if (isCounted(report, event.at)) addAttempt(figuresOf(report.by.version, `${event.recipient} ${version}`), event, offers)
      versions.delete(key)
    }
  }
  const { verdict } = event
  if (verdict.kind === 'unknown' || verdict.kind === 'unconfirmed') report.folding.inDoubt.add(context.deliveryId)
  if (verdict.kind === 'failed' && verdict.alert) attend(report, event.at, event.recipient, verdict.class, verdict.reason)
}

const attend = (report: Report, at: Instant, recipient: string, trouble: string, reason: string | null): void => {
  if (!isCounted(report, at)) return
  const { attention } = report
  const key = `${recipient} ${trouble}`
  const known = attention.get(key)
  if (known) known.count++
  else attention.set(key, { recipient, class: trouble, reason, count: 1 })
}

/**
 * A run that takes up a retry, and the post after a ping, see no attempt number 1: the first post that this fold meets
 * of a lead at a place offers it there.
 */
const offersOf = ({ folding: { repeated } }: Report, { deliveryId }: ReportContext, { phase, path, verdict }: EventOf<'attemptFinished'>): 0 | 1 => {
  if (phase !== 'post') return 0
  const places = repeated.size === 0 ? undefined : repeated.get(deliveryId)
  const again = places?.has(path) === true
  if (verdict.kind === 'failed' || verdict.kind === 'unknown' || verdict.kind === 'unconfirmed') {
    if (places) places.add(path)
    else repeated.set(deliveryId, new Set([path]))
  }
  return again ? 0 : 1
}

/** By `--retry-failed` or a person: the lead waits, as `status` says, until it is settled anew. A sale with a step open stays one. */
const takeUp = (report: Report, context: ReportContext, at: number): void => {
  const { resettable } = report.folding
  if (resettable.size > 0 && resettable.get(context.deliveryId)?.outcome !== 'accepted') takeBack(report, context, at)
}

/**
 * Settled anew, the lead and its money count once: the lead on the day on which it is settled at last, its money where it was
 * booked. What is taken back is taken off on the day `at` when that is recorded, so that a closed month stays as it was.
 */
const takeBack = (report: Report, context: ReportContext, at: number): void => {
  const { resettable } = report.folding
  const { deliveryId } = context
  // Mostly nothing waits to be settled again: an empty map is not asked, since that would hash every id.
  const before = resettable.size === 0 ? undefined : resettable.get(deliveryId)
  if (!before) return
  for (const figures of before.figures) figures.outcomes.set(before.outcome, (figures.outcomes.get(before.outcome) ?? 0) - 1)
  for (const figures of wholesOf(report, context, at)) {
    for (const each of before.revenue) takeFrom(figures.revenue, each)
    takeFrom(figures.cost, before.cost)
  }
  resettable.delete(deliveryId)
}

const addSettled = (report: Report, context: ReportContext, event: EventOf<'settled'>): void => {
  const { resettable } = report.folding
  const { deliveryId } = context
  takeBack(report, context, event.at)
  const { kind, recipient, besides = [] } = event.outcome
  const revenue = event.outcome.revenue ? [event.outcome.revenue, ...besides] : besides
  // Of leads taken in before such a cost was left out: ids and phone numbers, whose sum would end the report.
  const cost = event.cost && isOfLead(event.cost) ? event.cost : null
  const places = wholesOf(report, context, event.at)
  for (const figures of places) {
    figures.outcomes.set(kind, (figures.outcomes.get(kind) ?? 0) + 1)
    for (const each of revenue) addTo(figures.revenue, each)
    addTo(figures.cost, cost)
  }
  if (event.outcome.open && recipient !== null) attend(report, event.at, recipient, `${event.outcome.open.join(' and ')} step`, event.outcome.reason)
  const { inDoubt } = report.folding
  const doubtful = inDoubt.size > 0 && inDoubt.has(deliveryId) && (kind !== 'accepted' || !inDoubt.delete(deliveryId))
  if (kind === 'failed' || kind === 'held' || kind === 'pooled' || doubtful || event.outcome.open) resettable.set(deliveryId, { figures: places, outcome: kind, revenue, cost })
  else if (report.folding.repeated.size > 0) report.folding.repeated.delete(deliveryId)
}

/** On the day it was recorded, so that a closed month stays as it was. */
const addReturned = (report: Report, context: ReportContext, { at, recipient, amount }: EventOf<'returned'>): void => {
  for (const figures of placesOf(report, context, at, recipient)) {
    figures.returns++
    addTo(figures.returned, amount)
    takeFrom(figures.sales, amount)
  }
  for (const figures of wholesOf(report, context, at)) takeFrom(figures.revenue, amount)
}

/** What was recorded before and after is folded all the same: what is taken back within the period may have been booked before it. */
const isCounted = ({ period: { since, until } }: Report, at: Instant): boolean => (since === null || at >= since) && (until === null || at < until)

/** Where leads are counted, whoever their recipients are. */
const wholesOf = (report: Report, context: ReportContext, at: Instant): readonly Figures[] =>
  (isCounted(report, at) ? [report.total, figuresOf(report.by.source, sourceOf(context)), figuresOf(report.by.day, dayOf(report, at))] : [])

const placesOf = (report: Report, context: ReportContext, at: Instant, recipient: string): readonly Figures[] =>
  (isCounted(report, at) ? [report.total, figuresOf(report.by.recipient, recipient), figuresOf(report.by.source, sourceOf(context)), figuresOf(report.by.day, dayOf(report, at))] : [])

const figuresOf = (map: Map<string, Figures>, key: string): Figures => {
  const known = map.get(key)
  if (known) return known
  const fresh = emptyFigures()
  map.set(key, fresh)
  return fresh
}

const sourceOf = (context: ReportContext): string => context.source.name?.trim() || '(none)'

const dayOf = (report: Report, at: number): string => {
  const number = Math.floor(at / DAY)
  const known = report.folding.days.get(number)
  if (known !== undefined) return known
  const day = isoTime(at).slice(0, 10)
  report.folding.days.set(number, day)
  return day
}

const attemptKey = (context: ReportContext, event: { readonly path: string; readonly phase: string; readonly attempt: number }): string =>
  `${context.deliveryId} ${event.path} ${event.phase} ${event.attempt}`
