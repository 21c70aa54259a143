import type { Claim } from '../../../core/caps.ts'
import { salesIn } from '../../../core/sale.ts'
import type { Standing, Step, StepResult } from '../../../ports.ts'
import { deliveryValues, standingValues } from './rows.ts'
import type { SqlValue } from './rows.ts'

/** A step as its SQL values: cheap to hand to another thread, nothing left to compute there. */
export interface PackedStep {
  readonly deliveryId: string
  readonly version: number
  readonly runId: string
  readonly informed: boolean
  readonly count: number
  /** JSON of the events. */
  readonly events: string
  readonly at: number
  readonly sales: readonly string[]
  readonly claims: readonly Claim[]
  readonly create: readonly SqlValue[] | null
  readonly standing: readonly SqlValue[]
}

/** A number is the seq of an append that was made. */
export type PackedResult =
  | number
  | { readonly kind: 'exists'; readonly standing: Standing; readonly number: number }
  | { readonly kind: 'had'; readonly recipients: readonly string[] }
  | { readonly kind: 'refused'; readonly claim: Claim }
  | { readonly kind: 'conflict' | 'booked' }

const NO_CLAIMS: readonly Claim[] = []

export const pack = (step: Step): PackedStep => ({
  deliveryId: step.deliveryId, version: step.version, runId: step.runId, informed: step.informed === true, count: step.events.length,
  events: JSON.stringify(step.events), at: step.events.at(-1)?.at ?? 0, sales: salesIn(step.events), claims: step.claims ?? NO_CLAIMS,
  create: step.create ? deliveryValues(step.create) : null, standing: standingValues(step.standing),
})

export const unpack = (result: PackedResult): StepResult =>
  typeof result === 'number' ? { kind: 'ok', seq: result } : (result as Exclude<StepResult, { kind: 'ok' }>)
