import type { OutcomeKind } from '../../core/outcome.ts'
import { recipientsOf, type Plan, type SequenceStep } from '../../core/plan.ts'
import { inCurrency } from '../policy-of.ts'
import type { Reference } from '../values/reference.ts'
import { WATERFALL_MOVES_ON, type Pattern } from './pattern.ts'

/** The plan of a pattern whose recipients are known; null where one of them is not. All are asked for, so that every unknown one is reported. */
export const planOf = (pattern: Pattern, resolve: (reference: Reference) => Plan | null, currencyAt: CurrencyAt): Plan | null => {
  const plan = planIn(pattern.currency ?? 'USD', pattern, resolve, currencyAt)
  const [only, ...others] = plan && pattern.currency === null ? currenciesIn(plan, currencyAt) : []
  return only === undefined || only === 'USD' || others.length > 0 ? plan : planIn(only, pattern, resolve, currencyAt)
}

/** Null for a pool, which pays nothing. */
type CurrencyAt = (recipient: string) => string | null

/** What the recipients of a plan pay in. */
export const currenciesIn = (plan: Plan, currencyAt: CurrencyAt): readonly string[] => [...new Set(recipientsOf(plan).flatMap((each) => currencyAt(each) ?? []))]

/** `own`: of amounts of the pattern itself that name no currency. */
const planIn = (own: string, { name, guard: written, shape, currency }: Pattern, resolve: (reference: Reference) => Plan | null, currencyAt: CurrencyAt): Plan | null => {
  if (!shape) return null
  const guard = { acceptWhen: written.acceptWhen, minimumPrice: inCurrency(written.minimumPrice, own), minimumMargin: inCurrency(written.minimumMargin, own), cost: inCurrency(written.cost, own) }
  const one = (reference: Reference): Plan | null => {
    const plan = resolve(reference)
    return plan && reference.price ? priced(plan, reference.price, (recipient) => currency ?? currencyAt(recipient) ?? own) : plan
  }
  const all = (references: readonly Reference[]): readonly Plan[] | null => {
    const plans = references.map(one)
    return plans.includes(null) ? null : (plans as readonly Plan[])
  }
  const inSequence = (steps: readonly SequenceStep[] | null, moveOn: readonly OutcomeKind[], last: Reference | null): Plan | null => {
    const final = last && one(last)
    return steps === null || (last !== null && final === null) ? null : { kind: 'sequence', pattern: name, guard, steps, moveOn, finally: final }
  }
  switch (shape.kind) {
    case 'single': {
      const to = one(shape.to)
      if (shape.finally === null && Object.values(guard).every((each) => each === null)) return to
      return inSequence(to && [{ plan: to }], shape.finally === null ? [] : WATERFALL_MOVES_ON, shape.finally)
    }
    case 'sequence': return inSequence(all(shape.steps)?.map((plan) => ({ plan })) ?? null, shape.moveOn, shape.finally)
    case 'windows': {
      const steps = shape.windows.map(({ opensMs, closesMs, references }) => ({ plan: inTurn(name, all(references)), opensMs, ...(closesMs === null ? {} : { closesMs }) }))
      return inSequence(steps.some(({ plan }) => plan === null) ? null : (steps as readonly SequenceStep[]), WATERFALL_MOVES_ON, shape.finally)
    }
    case 'race': {
      const entrants = all(shape.entrants)
      return entrants && { kind: 'race', pattern: name, guard, entrants, accept: shape.accept }
    }
    case 'auction': {
      const bidders = all(shape.bidders)
      return bidders && { kind: 'auction', pattern: name, guard, bidders, windowMs: shape.windowMs, floor: inCurrency(shape.floor, own) }
    }
    case 'share': {
      const entrants = all(shape.entrants)
      return entrants && { kind: 'share', pattern: name, guard, weights: shape.weights, entrants }
    }
  }
}

/** Several in one window are tried in turn. */
const inTurn = (pattern: string, plans: readonly Plan[] | null): Plan | null => {
  if (!plans || plans.length < 2) return plans?.[0] ?? null
  return { kind: 'sequence', pattern, guard: { acceptWhen: null, minimumPrice: null, minimumMargin: null, cost: null }, steps: plans.map((plan) => ({ plan })), moveOn: WATERFALL_MOVES_ON, finally: null }
}

/** A price behind the name of a pattern is that of its recipients which name none there; where no currency is written, it is in theirs. */
const priced = (plan: Plan, price: NonNullable<Reference['price']>, currencyFor: (recipient: string) => string): Plan => {
  const inner = (each: Plan): Plan => priced(each, price, currencyFor)
  switch (plan.kind) {
    case 'send': return plan.price ? plan : { ...plan, price: inCurrency(price, currencyFor(plan.recipient)) }
    case 'sequence': return { ...plan, steps: plan.steps.map((step) => ({ ...step, plan: inner(step.plan) })), finally: plan.finally && inner(plan.finally) }
    case 'race': return { ...plan, entrants: plan.entrants.map(inner) }
    case 'auction': return { ...plan, bidders: plan.bidders.map(inner) }
    case 'share': return { ...plan, entrants: plan.entrants.map(inner) }
  }
}
