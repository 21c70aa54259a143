import type { Plan } from '../../src/core/plan.ts'
import { problemsOf } from './invariants.ts'
import type { Scenario } from './scenario.ts'

/** The smallest scenario found that still breaks the same rule: fewer leads, crashes, hands, answers, nodes, rules. */
export const shrink = (scenario: Scenario, rule: string): Scenario => {
  let best = scenario
  for (let tries = 0; tries < 2_000;) {
    let smaller: Scenario | null = null
    for (const candidate of smallerOnes(best)) {
      tries += 1
      if (problemsOf(candidate).some((each) => ruleOf(each) === rule)) { smaller = candidate; break }
    }
    if (!smaller) break
    best = smaller
  }
  return best
}

/** The name of the rule that a problem broke. */
export const ruleOf = (problem: string): string => (problem.split(/[:(]/)[0] ?? '').trim()

const without = <T>(list: readonly T[], i: number): readonly T[] => list.filter((_, at) => at !== i)

function* smallerOnes(scenario: Scenario): Generator<Scenario> {
  if (scenario.leads.length > 1) for (const i of scenario.leads.keys()) yield { ...scenario, leads: without(scenario.leads, i) }
  for (const i of scenario.crashes.keys()) yield { ...scenario, crashes: without(scenario.crashes, i) }
  if (scenario.processes > 1) yield { ...scenario, processes: 1 }
  if (Object.keys(scenario.lanes).length > 0) yield { ...scenario, lanes: {} }
  for (const i of scenario.hands.keys()) yield { ...scenario, hands: without(scenario.hands, i) }
  for (const plan of smallerPlans(scenario.plan)) yield { ...scenario, plan }
  for (const [name, all] of Object.entries(scenario.reactions)) if (all.length > 1) for (const i of all.keys()) yield { ...scenario, reactions: { ...scenario.reactions, [name]: without(all, i) } }
  for (const [i, policy] of scenario.policies.entries()) {
    const plainer = { ...policy, window: null, circuit: null, duplicateCheck: null, hasBackup: false, whenClosed: null, caps: [], acceptWhen: null, requirements: [], maxAttempts: null }
    for (const key of ['window', 'circuit', 'duplicateCheck', 'hasBackup', 'whenClosed', 'caps', 'acceptWhen', 'requirements', 'maxAttempts'] as const) {
      if (JSON.stringify(policy[key]) !== JSON.stringify(plainer[key])) yield { ...scenario, policies: scenario.policies.map((each, at) => (at === i ? { ...policy, [key]: plainer[key] } : each)) }
    }
  }
}

function* smallerPlans(plan: Plan): Generator<Plan> {
  switch (plan.kind) {
    case 'send': return
    case 'sequence': {
      for (const { plan: only } of plan.steps) yield only
      if (plan.finally) yield { ...plan, finally: null }
      if (plan.steps.length > 1) for (const i of plan.steps.keys()) yield { ...plan, steps: without(plan.steps, i) }
      for (const [i, step] of plan.steps.entries()) for (const smaller of smallerPlans(step.plan)) yield { ...plan, steps: plan.steps.map((each, at) => (at === i ? { ...each, plan: smaller } : each)) }
      return
    }
    case 'auction': if (plan.bidders.length > 1) for (const i of plan.bidders.keys()) yield { ...plan, bidders: without(plan.bidders, i) }
      return
    case 'race':
    case 'share': {
      yield* plan.entrants
      if (plan.entrants.length > 1) for (const i of plan.entrants.keys()) yield plan.kind === 'share' ? { ...plan, entrants: without(plan.entrants, i), weights: without(plan.weights, i) } : { ...plan, entrants: without(plan.entrants, i) }
      for (const [i, entrant] of plan.entrants.entries()) for (const smaller of smallerPlans(entrant)) yield { ...plan, entrants: plan.entrants.map((each, at) => (at === i ? smaller : each)) }
      return
    }
    default: return plan satisfies never
  }
}
