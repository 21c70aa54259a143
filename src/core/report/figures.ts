import { classOf, isInterrupted, type FailureClass } from '../verdict.ts'
import type { EventOf } from '../event.ts'
import type { OutcomeKind } from '../outcome.ts'
import { addDuration, emptyHistogram, type Histogram } from './histogram.ts'
import { addTo, emptySums, type Sums } from '../sums.ts'

/** What is counted for one recipient, source, day or version, and for all of them together. */
export interface Figures {
  /** Finished attempts, pings among them. */
  attempts: number
  /** Finished attempts that were no pings: what the success rate is a share of. */
  posts: number
  /** First posts: how many leads were offered in full. */
  offered: number
  accepted: number
  rejected: number
  duplicates: number
  skipped: number
  failed: number
  unknown: number
  /** Of them, those whose answer our own end kept from being heard: in no rate and no time, since they say nothing of the recipient. */
  interrupted: number
  unconfirmed: number
  bids: number
  readonly errors: Map<FailureClass, number>
  readonly durations: Histogram
  /** Of sales, by attempt; in test mode what they would have earned. */
  readonly sales: Sums
  /** Settled leads by outcome, and their money. */
  readonly outcomes: Map<OutcomeKind, number>
  readonly revenue: Sums
  readonly cost: Sums
  /** What buyers gave back: taken off `sales` and `revenue` already. */
  returns: number
  readonly returned: Sums
}

export const emptyFigures = (): Figures => ({
  attempts: 0, posts: 0, offered: 0, accepted: 0, rejected: 0, duplicates: 0, skipped: 0, failed: 0, unknown: 0, interrupted: 0, unconfirmed: 0, bids: 0,
  errors: new Map(), durations: emptyHistogram(), sales: emptySums(), outcomes: new Map(), revenue: emptySums(), cost: emptySums(), returns: 0, returned: emptySums(),
})

/** `offers`: 1 for the first post of a lead at its place, 0 for those that follow. */
export const addAttempt = (figures: Figures, event: EventOf<'attemptFinished'>, offers: 0 | 1): void => {
  const { verdict } = event
  figures.attempts++
  if (event.phase === 'post') figures.offered += offers
  if (isInterrupted(verdict)) figures.interrupted++
  else {
    if (event.phase === 'post') figures.posts++
    addDuration(figures.durations, event.durationMs)
  }
  addTo(figures.sales, event.revenue)
  switch (verdict.kind) {
    // An accepted ping is a bid by another name; only a post sells.
    case 'accepted': if (event.phase === 'post') figures.accepted++; else if (event.phase === 'ping') figures.bids++; break
    case 'rejected': figures.rejected++; return
    case 'duplicate': figures.duplicates++; return
    case 'bid': figures.bids++; return
    case 'failed': figures.failed++; break
    case 'unknown': figures.unknown++; break
    case 'unconfirmed': figures.unconfirmed++; break
    default: verdict satisfies never
  }
  const failure = event.surplus ? 'surplus' : classOf(verdict)
  if (failure) figures.errors.set(failure, (figures.errors.get(failure) ?? 0) + 1)
}

/** Accepted posts among all finished posts, tries that failed included; a skipped lead is no attempt. Null without any. */
export const successRate = (figures: Figures): number | null => (figures.posts === 0 ? null : figures.accepted / figures.posts)

/** Attempts that failed or stayed without an answer that can be read. */
export const errorRate = (figures: Figures): number | null =>
  figures.attempts === figures.interrupted ? null : (figures.failed + figures.unknown - figures.interrupted + figures.unconfirmed) / (figures.attempts - figures.interrupted)
