import { moneyText, type Money } from '../base/money.ts'
import type { StepName } from './plan.ts'
import type { FailureClass } from './verdict.ts'

/** What became of a lead, or of one node of its plan (contract, section 5). `waiting` is not settled. */
export const OUTCOMES = ['accepted', 'rejected', 'duplicate', 'skipped', 'failed', 'held', 'pooled'] as const
export type OutcomeKind = (typeof OUTCOMES)[number]

export interface Outcome {
  readonly kind: OutcomeKind
  /** The endpoint that decided it; null where none was reached. */
  readonly recipient: string | null
  readonly path: string
  readonly buyerLeadId: string | null
  /** What was earned; null unless accepted. In test mode what it would have been. */
  readonly revenue: Money | null
  /** What was earned beside it in other currencies, a sum each, by several sales of one lead; absent for nothing. */
  readonly besides?: readonly Money[]
  readonly reason: string | null
  readonly class: FailureClass | null
  /** Steps after the sale that failed; `--retry-failed` takes them up again. Absent for none. */
  readonly open?: readonly StepName[]
}

export const outcomeOf = (
  kind: OutcomeKind,
  path: string,
  recipient: string | null,
  reason: string | null,
  more: Partial<Pick<Outcome, 'buyerLeadId' | 'revenue' | 'class' | 'open'>> = {},
): Outcome => ({ kind, path, recipient, reason, buyerLeadId: null, revenue: null, class: null, ...more })

/** What an outcome's one revenue does not tell; null where it tells all. */
export const alsoEarned = ({ besides = [] }: Pick<Outcome, 'besides'>): string | null =>
  besides.length === 0 ? null : `it earned ${besides.map(moneyText).join(' and ')} as well`
