import { sha256 } from '../base/hash.ts'
import type { Money } from '../base/money.ts'
import type { LeadCondition } from './condition.ts'
import type { OutcomeKind } from './outcome.ts'

/** What a pattern asks of a lead before any of its recipients is tried. */
export interface PatternGuard {
  readonly acceptWhen: LeadCondition | null
  readonly minimumPrice: Money | null
  readonly minimumMargin: Money | null
  readonly cost: Money | null
}

/** What follows a sale at the same endpoint, each a request of its own with retries of its own: a CRM's list, its workflow. */
export type StepName = 'list' | 'workflow'
export type PhaseName = 'ping' | 'post' | StepName

/** `backup`: the backup endpoint. `alone`: a request of its own for a lead of a batch. `update`: what the service has already is changed. */
export type SendTarget = 'endpoint' | 'backup' | 'alone' | 'update'

/** Neither asks for a bid nor sells: it finishes what a post has sold. */
export const isStep = (phase: PhaseName): phase is StepName => phase !== 'ping' && phase !== 'post'

/**
 * The order of things for one target, compiled from YAML; nothing else decides order. A node is addressed by its path:
 * the root is `/`, its third child `/2`, that one's first `/2/0`; `finally` children are `…/finally`.
 */
export type Plan =
  /** Sends to one endpoint (or parks the lead, where that recipient is a pool). `price`: what the pattern says it earns. */
  | { readonly kind: 'send'; readonly recipient: string; readonly price: Money | null }
  /** Waterfall, Fallback and Exclusive Window: one after the other, moving on at the outcomes of `moveOn`. */
  | {
      readonly kind: 'sequence'
      readonly pattern: string
      readonly guard: PatternGuard
      readonly steps: readonly SequenceStep[]
      readonly moveOn: readonly OutcomeKind[]
      readonly finally: Plan | null
    }
  /** Simultaneous. */
  | { readonly kind: 'race'; readonly pattern: string; readonly guard: PatternGuard; readonly entrants: readonly Plan[]; /** Infinity for `all` */ readonly accept: number }
  /** Ping/Post. */
  | { readonly kind: 'auction'; readonly pattern: string; readonly guard: PatternGuard; readonly bidders: readonly Plan[]; readonly windowMs: number; readonly floor: Money | null }
  /** Round Robin and Weighted: exact shares, then the others in order. */
  | { readonly kind: 'share'; readonly pattern: string; readonly guard: PatternGuard; readonly weights: readonly number[]; readonly entrants: readonly Plan[] }

type SendPlan = Extract<Plan, { kind: 'send' }>

export interface SequenceStep {
  readonly plan: Plan
  /** Since the lead was received (Exclusive Window); absent where always open. */
  readonly opensMs?: number
  readonly closesMs?: number
}

export const rootPath = '/'
export const childPath = (parent: string, child: number | string): string =>
  parent === rootPath ? `/${child}` : `${parent}/${child}`

/** Whether a node is at a path or anywhere below it. */
export const isWithin = (at: string, path: string): boolean => path === rootPath || at === path || at.startsWith(`${path}/`)

interface PlanNode { readonly plan: Plan; readonly path: string }

/** The direct children of a node with their paths, in order. */
export const childrenOf = (plan: Plan, path: string): readonly PlanNode[] => {
  const numbered = (plans: readonly Plan[]) => plans.map((each, i) => ({ plan: each, path: childPath(path, i) }))
  switch (plan.kind) {
    case 'send': return []
    case 'sequence': {
      const steps = numbered(plan.steps.map((step) => step.plan))
      return plan.finally ? [...steps, { plan: plan.finally, path: childPath(path, 'finally') }] : steps
    }
    case 'race': return numbered(plan.entrants)
    case 'auction': return numbered(plan.bidders)
    case 'share': return numbered(plan.entrants)
  }
}

/** A child by its name in a path. */
const childAt = (plan: Plan, name: string): Plan | null => {
  switch (plan.kind) {
    case 'send': return null
    case 'sequence': return name === 'finally' ? plan.finally : plan.steps[Number(name)]?.plan ?? null
    case 'race': case 'share': return plan.entrants[Number(name)] ?? null
    case 'auction': return plan.bidders[Number(name)] ?? null
  }
}

const namesIn = (path: string): readonly string[] => (path === rootPath ? [] : path.slice(1).split('/'))

/** The node at a path; null where the plan has none (a plan of another day). */
export const nodeOf = (plan: Plan, path: string): Plan | null =>
  namesIn(path).reduce<Plan | null>((node, name) => node && childAt(node, name), plan)

/** The patterns around a place, outermost first, as far as the plan has them. */
export const patternsAround = (plan: Plan, path: string): readonly { readonly plan: Exclude<Plan, SendPlan>; readonly path: string }[] => {
  const patterns: { plan: Exclude<Plan, SendPlan>; path: string }[] = []
  let [node, at]: [Plan | null, string] = [plan, rootPath]
  for (const name of namesIn(path)) {
    if (node === null || node.kind === 'send') break
    patterns.push({ plan: node, path: at })
    node = childAt(node, name)
    at = childPath(at, name)
  }
  return patterns
}

/** The same, where it is an endpoint's. */
export const sendAt = (plan: Plan, path: string): SendPlan | null => {
  const node = nodeOf(plan, path)
  return node?.kind === 'send' ? node : null
}

/** All that a plan can send, in order; `bids`: in an auction. */
export const sendsOf = (plan: Plan, bids = false): readonly { readonly send: SendPlan; readonly bids: boolean }[] =>
  plan.kind === 'send' ? [{ send: plan, bids }] : childrenOf(plan, rootPath).flatMap((child) => sendsOf(child.plan, plan.kind === 'auction'))

/** Every endpoint the plan can reach, each once, in the order of first reach. */
export const recipientsOf = (plan: Plan): readonly string[] => [...new Set(sendsOf(plan).map(({ send }) => send.recipient))]

/** Recipients for which a pattern names a price: an acceptance of theirs without one is no doubt. A bidder's bid is one too. */
export const pricedIn = (plans: readonly Plan[]): ReadonlySet<string> =>
  new Set(plans.flatMap((plan) => sendsOf(plan)).filter(({ send, bids }) => bids || send.price !== null).map(({ send }) => send.recipient))

/** A plan as kept with the run: JSON has no Infinity (`Accept: all`), so that it is spelt out. */
export const planToJson = (plan: Plan): string => JSON.stringify(plan, (_key, value: unknown) => (value === Infinity ? 'all' : value))

export const planFromJson = (json: string): Plan =>
  JSON.parse(json, (key, value: unknown) => (key === 'accept' && value === 'all' ? Infinity : value)) as Plan

export const hashOfPlan = (json: string): string => sha256(json).slice(0, 16)
