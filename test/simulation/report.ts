import type { Plan } from '../../src/core/plan.ts'
import { problemsOf } from './invariants.ts'
import type { Scenario } from './scenario.ts'
import { simulate } from './shell.ts'

/** A scenario and what happened in it, for a person. */
export const reportOf = (scenario: Scenario): string => [
  `seed ${scenario.seed}`,
  '', 'plan', ...planLines(scenario.plan, '  '),
  '', 'policies', ...scenario.policies.filter((each) => !each.pool).map((each) => `  ${each.recipient}: ${[
    `on unknown ${each.onUnknown}`, `retries ${Object.entries(each.retry).map(([name, rule]) => `${name} ${rule.retries}`).join(', ')}`,
    each.whenClosed && `when closed ${each.whenClosed}`, each.hasBackup && 'backup', each.window && `window ${JSON.stringify(each.window)}`, each.caps.length > 0 && `caps ${JSON.stringify(each.caps)}`,
    each.acceptWhen && 'accepts California only', each.requirements.length > 0 && 'requires a phone', each.maxAttempts && `at most ${each.maxAttempts} attempts`,
    each.circuit && `circuit ${JSON.stringify(each.circuit)}`, each.duplicateCheck && 'look-back', each.price && `price $${each.price.amount / 10_000}`, scenario.idempotent.includes(each.recipient) ? 'idempotent' : 'not idempotent',
  ].filter(Boolean).join('; ')}`),
  '', 'answers', ...Object.entries(scenario.reactions).map(([name, all]) => `  ${name}: ${all.map((each) => JSON.stringify(each)).join(' ')}`),
  '', `leads ${JSON.stringify(scenario.leads)}, ${scenario.processes} processes, lanes ${JSON.stringify(scenario.lanes)}`, `crashes ${JSON.stringify(scenario.crashes)}, hands ${JSON.stringify(scenario.hands)}`,
  '', 'trace', ...simulate(scenario, scenario.crashes, true).trace.slice(0, 120).map((line) => `  ${line}`),
  '', ...problemsOf(scenario).map((each) => `BROKEN: ${each}`),
].join('\n')

const planLines = (plan: Plan, indent: string): readonly string[] => {
  const deeper = `${indent}  `
  switch (plan.kind) {
    case 'send': return [`${indent}send ${plan.recipient}${plan.price ? ` $${plan.price.amount / 10_000}` : ''}`]
    case 'sequence': return [`${indent}sequence, on at ${plan.moveOn.join(' ')}${floorOf(plan.guard)}`, ...plan.steps.flatMap((step) => [...(step.opensMs === undefined && step.closesMs === undefined ? [] : [`${deeper}from ${step.opensMs ?? 0} to ${step.closesMs ?? 'ever'} ms`]), ...planLines(step.plan, deeper)]), ...(plan.finally ? [`${indent}finally`, ...planLines(plan.finally, deeper)] : [])]
    case 'race': return [`${indent}race, takes ${plan.accept}${floorOf(plan.guard)}`, ...plan.entrants.flatMap((each) => planLines(each, deeper))]
    case 'auction': return [`${indent}auction, ${plan.windowMs} ms, floor ${plan.floor ? plan.floor.amount / 10_000 : 'none'}${floorOf(plan.guard)}`, ...plan.bidders.flatMap((each) => planLines(each, deeper))]
    case 'share': return [`${indent}share ${plan.weights.join(':')}${floorOf(plan.guard)}`, ...plan.entrants.flatMap((each) => planLines(each, deeper))]
    default: return plan satisfies never
  }
}

const floorOf = ({ minimumPrice, minimumMargin }: { minimumPrice: { amount: number } | null; minimumMargin: { amount: number } | null }): string =>
  `${minimumPrice ? `, minimum price $${minimumPrice.amount / 10_000}` : ''}${minimumMargin ? `, minimum margin $${minimumMargin.amount / 10_000}` : ''}`
