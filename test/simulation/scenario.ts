import { money } from '../../src/base/money.ts'
import { DAY, HOUR, MINUTE } from '../../src/base/time.ts'
import type { Plan, PatternGuard } from '../../src/core/plan.ts'
import type { Policy, RetryPolicy, RetryRule } from '../../src/core/policy.ts'
import { noGuard, policy } from '../core/given.ts'
import type { Random } from './random.ts'
import { createRandom } from './random.ts'

/** What one request meets, in the order in which a buyer gets a lead's requests; the last is repeated. */
export type Reaction =
  | { readonly kind: 'accept'; readonly dollars: number | null; readonly ms: number }
  | { readonly kind: 'reject' | 'duplicate' | 'invalid' | 'unreadable' | 'auth' | 'expired' | 'broken' | 'refused'; readonly ms: number }
  | { readonly kind: 'bid'; readonly dollars: number; readonly ms: number }
  | { readonly kind: 'slow down'; readonly afterMs: number; readonly ms: number }
  /** No answer comes; `processed` says whether the buyer took the lead all the same. */
  | { readonly kind: 'silent'; readonly processed: boolean; readonly ms: number }

/** The `n`-th append of the whole simulation fails: before it is durable, after it and before the send, or after the send. */
export interface Crash { readonly append: number; readonly when: 'before' | 'after' | 'sent' }
/** A person pauses or opens a recipient. */
export interface Hand { readonly at: number; readonly recipient: string; readonly paused: boolean }

export interface Scenario {
  readonly seed: number
  readonly plan: Plan
  readonly policies: readonly Policy[]
  readonly leads: readonly { readonly id: string; readonly at: number; readonly receivedAt: number; readonly fields: Readonly<Record<string, string>> }[]
  /** By `recipient phase lead`. */
  readonly reactions: Readonly<Record<string, readonly Reaction[]>>
  /** Buyers that know a key again and give the same answer. */
  readonly idempotent: readonly string[]
  readonly crashes: readonly Crash[]
  readonly hands: readonly Hand[]
  /** Processes on the one store; each knows circuits and caps by itself, and hears of pauses within a second. */
  readonly processes: number
  /** Requests under way at once, by recipient; absent: as many as come. */
  readonly lanes: Readonly<Record<string, number>>
  /** Answers depend on the key alone and nothing on the time: a crash must change nothing but time. */
  readonly steady: boolean
}

export const START = Date.UTC(2026, 10, 24, 12)
const NAMES = ['a', 'b', 'c', 'd', 'e'] as const

export const scenarioOf = (seed: number): Scenario => {
  const random = createRandom(seed)
  patterns = 0
  const steady = random.chance(0.25)
  const count = 1 + random.below(NAMES.length)
  const names = NAMES.slice(0, count)
  const plan = planOf(random, names, 1 + random.below(3), steady)
  // A stream of its own, so that the other draws of a seed stay what they were.
  const after = createRandom(seed + 1_000_000_007)
  const policies = [...names.map((name) => ({ ...policyOf(random, name, steady), ...(after.chance(0.25) ? { steps: after.pick([['list'], ['list', 'workflow']] as const) } : {}) })), policy('pool', { pool: true })]
  const leads = Array.from({ length: random.chance(0.1) ? 6 : 1 + random.below(3) }, (_, i) => {
    const at = START + random.below(3) * random.below(2 * MINUTE)
    return { id: `L${i + 1}`, at, receivedAt: at - (random.chance(0.2) ? random.below(60 * HOUR) : 0), fields: { state: random.pick(['CA', 'CA', 'NY']), phone: random.pick(['2125550100', '+1 (212) 555-0100', '2125550101', '']) } }
  })
  const reactions: Record<string, readonly Reaction[]> = {}
  for (const name of names) for (const { id } of leads) {
    reactions[`${name} post ${id}`] = steady ? [answer(random)] : [...Array.from({ length: random.below(5) }, () => reaction(random)), answer(random)]
    reactions[`${name} ping ${id}`] = [pingReaction(random)]
    for (const step of ['list', 'workflow']) reactions[`${name} ${step} ${id}`] = steady ? [answer(after)] : [...Array.from({ length: after.below(4) }, () => reaction(after)), answer(after)]
  }
  return {
    seed, plan, policies, leads, reactions, steady,
    idempotent: steady ? names : names.filter(() => random.chance(0.7)),
    crashes: random.chance(steady ? 1 : 0.4) ? Array.from({ length: 1 + random.below(3) }, () => ({ append: random.below(24), when: random.pick(['before', 'after', 'sent'] as const) })) : [],
    hands: steady || random.chance(0.7) ? [] : Array.from({ length: 1 + random.below(3) }, () => handsOf(random, names)).flat(),
    processes: steady || random.chance(0.75) ? 1 : 2,
    lanes: Object.fromEntries(names.filter(() => random.chance(0.15)).map((name) => [name, 1 + random.below(2)])),
  }
}

const handsOf = (random: Random, names: readonly string[]): readonly Hand[] => {
  const recipient = random.pick(names)
  const at = START + random.below(10_000)
  const pause = { at, recipient, paused: true }
  return random.chance(0.8) ? [pause, { at: at + random.below(HOUR), recipient, paused: false }] : [pause]
}

const IN_CALIFORNIA = { text: 'lead.state = "CA"', condition: { kind: 'compare', path: { kind: 'path', text: 'lead.state' }, op: '=', value: 'CA' } } as const

const guardOf = (random: Random): PatternGuard => ({
  ...noGuard,
  acceptWhen: random.chance(0.05) ? IN_CALIFORNIA : null,
  minimumPrice: random.chance(0.12) ? money((10 + random.below(30)) * 10_000) : null,
  minimumMargin: random.chance(0.06) ? money(random.below(20) * 10_000) : null,
  cost: random.chance(0.2) ? money(random.below(15) * 10_000) : null,
})

const sendOf = (random: Random, names: readonly string[]): Plan =>
  ({ kind: 'send', recipient: random.pick(names), price: random.chance(0.5) ? money((5 + random.below(60)) * 10_000) : null })

let patterns = 0
const planOf = (random: Random, names: readonly string[], depth: number, steady: boolean): Plan => {
  if (depth === 0 || random.chance(0.15)) return sendOf(random, names)
  const pattern = `P${patterns++ % 1_000}`
  const guard = guardOf(random)
  const some = (): readonly Plan[] => Array.from({ length: 1 + random.below(3) }, () => planOf(random, names, depth - 1, steady))
  switch (random.below(steady ? 4 : 5)) {
    case 0:
    case 1: {
      const windows = !steady && random.chance(0.2)
      const moveOn = random.chance(0.7) ? ['rejected', 'duplicate', 'skipped', 'failed'] as const : ['skipped', 'failed'] as const
      // Windows of a day, of hours, with gaps between them, or for ever.
      const [length, gap] = [random.pick([DAY, DAY, 2 * HOUR, MINUTE]), random.pick([0, 0, HOUR])]
      const steps = some().map((plan, i) => (windows ? { plan, opensMs: i * (length + gap), ...(random.chance(0.5) ? { closesMs: i * (length + gap) + length } : {}) } : { plan }))
      const last = random.chance(0.3) ? (random.chance(0.6) ? { kind: 'send', recipient: 'pool', price: null } as const : sendOf(random, names)) : null
      return { kind: 'sequence', pattern, guard, steps, moveOn, finally: last }
    }
    case 2: return { kind: 'race', pattern, guard, entrants: some(), accept: random.pick([1, 1, 2, 3, Infinity]) }
    case 3: {
      const entrants = some()
      return { kind: 'share', pattern, guard, entrants, weights: entrants.map(() => 1 + random.below(3)) }
    }
    default: {
      const shuffled = [...names].sort(() => random.next() - 0.5)
      const bidders = shuffled.slice(0, 1 + random.below(shuffled.length)).map((recipient): Plan => ({ kind: 'send', recipient, price: random.chance(0.3) ? money(200_000) : null }))
      return { kind: 'auction', pattern, guard, bidders, windowMs: random.pick([500, 3_000]), floor: random.chance(0.4) ? money(200_000) : null }
    }
  }
}

const ruleOf = (random: Random, retries: number): RetryRule => ({
  retries,
  backoff: random.chance(0.5) ? { kind: 'steps', ms: [1000, 2000, 4000] } : { kind: 'exponential', firstMs: 1000 },
  growTimeout: random.chance(0.3), maxWaitMs: 5 * MINUTE, alertIfAllFail: false,
})

const policyOf = (random: Random, recipient: string, steady: boolean): Policy => {
  const rare = (p: number): boolean => !steady && random.chance(p)
  const retries = (): number => (steady ? 5 : random.below(4))
  const retry: RetryPolicy = { network: ruleOf(random, retries()), timeout: ruleOf(random, retries()), rate_limited: ruleOf(random, retries()), server_error: ruleOf(random, retries()) }
  const price = random.chance(0.4) ? money((5 + random.below(50)) * 10_000) : null
  return policy(recipient, {
    retry, price, timeoutMs: 2_000,
    // A refusal of the data after a doubt is still a doubt: `hold` rightly keeps what a crash made doubtful.
    onUnknown: rare(0.3) ? 'hold' : 'next',
    whenClosed: rare(0.3) ? random.pick(['wait', 'skip'] as const) : null,
    hasBackup: rare(0.15),
    maxAttempts: rare(0.1) ? 1 + random.below(3) : null,
    acceptWhen: rare(0.08) ? IN_CALIFORNIA : null,
    requirements: rare(0.08) ? [{ reason: 'a phone', check: { kind: 'mobile-phone', field: 'phone' } }] : [],
    window: rare(0.15) ? { spans: [{ fromMinute: 9 * 60, toMinute: random.pick([12 * 60, 12 * 60 + 1, 21 * 60]) }], days: random.pick([[1, 2, 3, 4, 5], [2], [3, 4]]) } : null,
    caps: [
      ...(rare(0.2) ? [{ period: random.pick(['hour', 'day', 'week', 'month'] as const), limit: { kind: 'leads' as const, count: 1 + random.below(2) } }] : []),
      ...(rare(0.12) && price ? [{ period: 'day' as const, limit: { kind: 'revenue' as const, amount: money(1_200_000) } }] : []),
    ],
    circuit: rare(0.3) ? { errorRate: 0.5, over: random.pick([2, 4]), waitMs: MINUTE, maxWaitMs: 3 * MINUTE } : null,
    duplicateCheck: rare(0.1) ? { field: 'phone', withinMs: 30 * DAY } : null,
  })
}

const answer = (random: Random): Reaction => {
  const ms = 1 + random.below(400)
  const kind = random.pick(['accept', 'accept', 'reject', 'reject', 'duplicate', 'invalid', 'unreadable'] as const)
  return kind === 'accept' ? { kind, dollars: random.chance(0.7) ? 5 + random.below(60) : null, ms } : { kind, ms }
}

const reaction = (random: Random): Reaction => {
  const ms = random.chance(0.1) ? 1 : 1 + random.below(400)
  switch (random.below(9)) {
    case 0: return { kind: 'silent', processed: random.chance(0.5), ms: 2_000 }
    case 1: return { kind: 'broken', ms }
    case 2: return { kind: 'refused', ms }
    case 3: return { kind: 'slow down', afterMs: random.pick([2_000, 60_000, HOUR]), ms }
    case 4: return random.chance(0.2) ? { kind: 'auth', ms } : random.chance(0.3) ? { kind: 'expired', ms } : { kind: 'broken', ms }
    default: return answer(random)
  }
}

const pingReaction = (random: Random): Reaction => {
  const ms = random.chance(0.15) ? 800 : random.chance(0.1) ? 500 : 1 + random.below(400)
  switch (random.below(8)) {
    case 0: return { kind: 'reject', ms }
    case 1: return { kind: 'broken', ms }
    case 2: return { kind: 'silent', processed: false, ms: 2_000 }
    default: return { kind: 'bid', dollars: random.pick([10, 20, 20, 20, 35, 50]), ms }
  }
}
