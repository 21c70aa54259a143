import type { Place } from '../../base/diagnostic.ts'
import type { OutcomeKind } from '../../core/outcome.ts'
import type { PatternGuard } from '../../core/plan.ts'
import type { Amount } from '../values/amount.ts'
import type { About, TestSettings } from '../endpoint-definition.ts'
import type { Reference } from '../values/reference.ts'

/** A pattern as its file says it: recipients are still names. */
export interface Pattern {
  readonly id: string
  readonly name: string
  /** As a file names it, `Ping/Post`; null where it does not. */
  readonly title: string | null
  readonly place: Place
  readonly about: About
  readonly test: TestSettings | null
  readonly guard: Amounts<PatternGuard>
  /** Null where none is written: prices behind names are in their recipients' own, other amounts in the one that these have together. */
  readonly currency: string | null
  /** Null where mistakes were reported. */
  readonly shape: Shape | null
}

/** Its amounts as they are written. */
type Amounts<T> = { readonly [Key in keyof T]: Key extends 'acceptWhen' ? T[Key] : Amount | undefined }

export type Shape =
  | { readonly kind: 'single'; readonly to: Reference; readonly finally: Reference | null }
  | { readonly kind: 'sequence'; readonly steps: readonly Reference[]; readonly moveOn: readonly OutcomeKind[]; readonly finally: Reference | null }
  | { readonly kind: 'windows'; readonly windows: readonly Window[]; readonly finally: Reference | null }
  | { readonly kind: 'race'; readonly entrants: readonly Reference[]; readonly accept: number }
  | { readonly kind: 'auction'; readonly bidders: readonly Reference[]; readonly windowMs: number; readonly floor: Amount | undefined }
  | { readonly kind: 'share'; readonly entrants: readonly Reference[]; readonly weights: readonly number[] }

interface Window { readonly opensMs: number; /** null: never */ readonly closesMs: number | null; readonly references: readonly Reference[] }

/** A refusal of any kind moves on; a lead that is held or pooled stays. */
export const WATERFALL_MOVES_ON: readonly OutcomeKind[] = ['rejected', 'duplicate', 'skipped', 'failed']
/** A rejection is an answer; who could not be asked gave none. */
export const FALLBACK_MOVES_ON: readonly OutcomeKind[] = ['skipped', 'failed']
