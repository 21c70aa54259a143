import { sha256 } from '../base/hash.ts'
import type { Plan } from './plan.ts'

/** A plan as kept with the run: JSON has no Infinity (`Accept: all`), so that it is spelt out. */
export const planToJson = (plan: Plan): string => JSON.stringify(plan, (_key, value: unknown) => (value === Infinity ? 'all' : value))

export const planFromJson = (json: string): Plan =>
  JSON.parse(json, (key, value: unknown) => (key === 'accept' && value === 'all' ? Infinity : value)) as Plan

export const hashOfPlan = (json: string): string => sha256(json).slice(0, 16)
