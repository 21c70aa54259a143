import type { Claim } from '../../core/claim.ts'
import { buyersIn } from '../../core/sale.ts'
import type { Standing, Step, StepResult } from '../../ports.ts'
import { DELIVERY_COLUMNS, STANDING_COLUMNS, WORKING, deliveryValues, standingValues, type SqlValue } from './rows.ts'

/** A step as its SQL values: cheap to hand to another thread, nothing left to compute there. */
export type PackedStep = ReturnType<typeof pack>

/** A number is the seq of an append that was made. */
export type PackedResult =
  | number
  | { readonly kind: 'exists'; readonly standing: Standing; readonly number: number }
  | { readonly kind: 'had' | 'busy'; readonly recipients: readonly string[] }
  | { readonly kind: 'refused'; readonly claim: Claim }
  | { readonly kind: 'conflict' | 'booked' }
  | { readonly kind: 'paused'; readonly recipient: string; readonly reason: string }

const NO_CLAIMS: readonly Claim[] = []

export const pack = (step: Step) => ({
  deliveryId: step.deliveryId, version: step.version, runId: step.runId, informed: step.informed === true, count: step.events.length,
  events: JSON.stringify(step.events), at: step.events.at(-1)?.at ?? step.at ?? 0, sales: buyersIn(step.events), claims: step.claims ?? NO_CLAIMS,
  create: step.create ? deliveryValues(step.create) : null, standing: standingValues(step.standing),
})

export const unpack = (result: PackedResult): StepResult =>
  typeof result === 'number' ? { kind: 'ok', seq: result } : (result as Exclude<StepResult, { kind: 'ok' }>)

/**
 * Packed steps as one list of plain values, for the way to another thread: cloning a step as an object writes and looks up
 * the names of its fields each time (measured: 6 % of the main thread's time and 10 % of the store's).
 */
export type FlatSteps = readonly (SqlValue | boolean | readonly Claim[])[]

export const flatten = (steps: readonly PackedStep[]): FlatSteps => {
  const flat: (SqlValue | boolean | readonly Claim[])[] = []
  for (const { deliveryId, version, runId, informed, count, events, at, sales, claims, create, standing } of steps) {
    flat.push(deliveryId, version, runId, informed, count, events, at, claims.length === 0 ? null : claims, sales.length)
    for (const sale of sales) flat.push(sale)
    flat.push(create !== null)
    if (create !== null) for (const value of create) flat.push(value)
    flat.push(standing === WORKING)
    if (standing !== WORKING) for (const value of standing) flat.push(value)
  }
  return flat
}

export const unflatten = (flat: FlatSteps): readonly PackedStep[] => {
  const steps: PackedStep[] = []
  let i = 0
  const values = (count: number): readonly SqlValue[] => flat.slice(i, (i += count)) as readonly SqlValue[]
  while (i < flat.length) {
    const [deliveryId, version, runId, informed, count, events, at, claims, sold] = flat.slice(i, (i += 9)) as [string, number, string, boolean, number, string, number, readonly Claim[] | null, number]
    const sales = values(sold) as readonly string[]
    const create = flat[i++] === true ? values(DELIVERY_COLUMNS.length) : null
    const standing = flat[i++] === true ? WORKING : values(STANDING_COLUMNS.length)
    steps.push({ deliveryId, version, runId, informed, count, events, at, sales, claims: claims ?? NO_CLAIMS, create, standing })
  }
  return steps
}
