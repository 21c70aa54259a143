import { DAY } from '../../../src/base/time.ts'
import { endpointYaml } from '../../engine/world.ts'
import { T0 } from '../../core/given.ts'
import type { Random } from '../random.ts'
import { STILL, type Unrest } from './unrest.ts'

/** What a recipient's file promises, as far as a buyer can count it. */
export interface Limits {
  readonly perDay?: number
  readonly rate?: { readonly count: number; readonly perMs: number }
  readonly concurrency?: number
  /** Hours of the day, UTC. */
  readonly window?: { readonly from: number; readonly to: number }
  readonly batch?: number
  readonly bids?: boolean
}

/** Recipient files, endpoints and patterns of them, and when it begins. */
export interface Situation {
  readonly startAt: number
  readonly files: Readonly<Record<string, string>>
  readonly limits: Readonly<Record<string, Limits>>
  readonly targets: readonly string[]
  /** Buyers that answer, and say yes or no. */
  readonly calm: boolean
  /** Batches are answered without some of their rows. */
  readonly forgetful: boolean
  /** Buyers know no key again: each request is one more lead to them. */
  readonly keyless: boolean
  /** How long a commit takes. */
  readonly commitMs: number
  readonly unrest: Unrest
}

const NAMES = ['a', 'b', 'c', 'd'] as const

/** Seeds from here on meet all that is below; those before keep the stories that they have been named for. */
export const RICH = 1_000_000_000
/** And from here on they meet it in a world that answers unevenly. */
export const UNEVEN = 2_000_000_000

export const situationOf = (random: Random, rich: boolean, unrest: Unrest): Situation => {
  const names = NAMES.slice(0, 2 + random.below(3))
  const calm = random.chance(0.2)
  const files: Record<string, string> = { pool: 'Type: pool\n' }
  const limits: Record<string, Limits> = {}
  for (const name of names) [files[name], limits[name]] = endpointOf(random, name, rich, unrest)
  const bidders = names.filter((name) => limits[name]?.bids)
  const patterns: string[] = []
  for (let i = 0, count = 1 + random.below(3); i < count; i++) {
    files[`p${i}`] = patternOf(random, [...names, ...patterns], bidders, rich, unrest)
    patterns.push(`p${i}`)
  }
  return { startAt: T0 + random.below(DAY), files, limits, targets: unrest.batches ? patterns : [...names, ...patterns, ...patterns], calm, commitMs: random.pick([0, 6]), forgetful: rich && random.chance(0.3), keyless: false, unrest }
}

const endpointOf = (random: Random, name: string, rich: boolean, unrest: Unrest): readonly [text: string, limits: Limits] => {
  const lines: string[] = []
  const settings: string[] = []
  const maybe = <T>(chance: number, make: () => T): T | undefined => (random.chance(chance) ? make() : undefined)
  const perDay = maybe(unrest.batches ? 0.1 : 0.3, () => 1 + random.below(6))
  if (perDay !== undefined) lines.push(`Caps: ${perDay} per day`)
  else if (random.chance(0.15)) lines.push(`Caps: $${20 + random.below(100)} per day`)
  const rate = maybe(0.25, () => ({ count: 1 + random.below(5), perMs: random.pick([1_000, 60_000]) }))
  if (rate) settings.push(`Rate: ${rate.count} per ${rate.perMs === 1_000 ? 'second' : 'minute'}`)
  const concurrency = maybe(0.3, () => 1 + random.below(3))
  if (concurrency !== undefined) settings.push(`Concurrency: ${concurrency}`)
  const window = maybe(unrest.batches ? 0.1 : 0.2, () => { const from = random.below(20); return { from, to: from + 1 + random.below(4) } })
  if (window) lines.push(`Call Window: ${hour(window.from)}-${hour(window.to)}`)
  if (random.chance(0.25)) lines.push('On Unknown: hold')
  if (random.chance(0.25)) lines.push(`When Closed: ${random.pick(['wait', 'skip'])}`)
  lines.push(random.chance(0.4) ? `Circuit Breaker: {Error Rate: "> ${random.pick([20, 50])}%", Over: ${random.pick([4, 10])} attempts, Wait: ${random.pick(['5 seconds', '5 minutes'])}, Maximum Wait: 1 hour}` : 'Circuit Breaker: off')
  const batch = maybe(!unrest.batches ? 0.2 : name === NAMES[0] ? 1 : 0.3, () => 2 + random.below(4))
  const scheduled = unrest !== STILL && random.chance(0.15) ? `, Schedule: "*/10 * * * *"` : ''
  if (batch !== undefined) lines.push(`Batch: {Accumulate: ${batch} leads or ${random.pick(['10 seconds', '5 minutes', '1 hour'])}, Format: JSON array, Match: id = lead.id${scheduled}}`)
  if (unrest !== STILL && random.chance(0.5)) lines.push(`Retry Strategy:\n  Server Errors: {Retry: 3 times, Backoff: ${random.pick(['3s', '3s', '20s', '5 minutes', '1h'])}}`)
  else if (random.chance(0.3)) lines.push(`Retries: ${random.pick(['none', '1', '2 with exponential backoff'])}`)
  if (random.chance(0.2)) lines.push('Price: $9')
  if (random.chance(0.15)) settings.push(`In Doubt Window: ${2 + random.below(10)}`)
  if (rich && random.chance(0.2)) settings.push(`Backup Endpoint: https://${name}.example/backup`)
  if (rich && random.chance(0.15)) lines.push(`Cost: $${1 + random.below(5)}`)
  const bids = batch === undefined && random.chance(0.5)
  if (bids) lines.push(`Ping:\n  Endpoint: https://${name}.example/ping\n  Timeout: 2 seconds\n  Fields: {leadId: "{{lead.id}}"}\n  Response Parsing: {Bid: bid, Ping ID: id}`)
  const text = endpointYaml(`https://${name}.example`, lines.map((line) => `${line}\n`).join('')).replace('Settings:\n', ['Settings:', ...settings.map((line) => `  ${line}`), ''].join('\n'))
  return [text, { bids, ...(perDay === undefined ? {} : { perDay }), ...(rate ? { rate } : {}), ...(concurrency === undefined ? {} : { concurrency }), ...(window ? { window } : {}), ...(batch === undefined ? {} : { batch }) }]
}

const hour = (at: number): string => `${String(at).padStart(2, '0')}:00`

const patternOf = (random: Random, among: readonly string[], bidders: readonly string[], rich: boolean, unrest: Unrest): string => {
  if (rich && random.chance(0.15)) return `Pattern: Weighted\nTry:\n${among.map((name, i) => `  - ${name} (${i === 0 ? 100 - 10 * (among.length - 1) : 10}%)\n`).join('')}`
  const floor = rich && random.chance(0.15) ? `Minimum Price: $${5 + random.below(10)}\n` : ''
  const some = (): string => {
    const list = among.filter(() => random.chance(0.7))
    return (list.length > 0 ? list : [random.pick(among)]).join(', ')
  }
  const last = (): string => (random.chance(0.4) ? 'Finally: pool\n' : '')
  const windows = (): string => `Pattern: Exclusive Window\nWindows:\n  Hour 0-1: ${random.pick(among)}\n  Hour 1+: ${random.pick(among)}\n`
  switch (unrest.batches && random.chance(0.8) ? 2 : random.below(6)) {
    case 0: return `Pattern: Waterfall\nTry: [${some()}]\n${last()}${floor}`
    case 1: return `Pattern: Fallback\nTry: [${some()}]\n${last()}`
    case 2: return `Pattern: Simultaneous\nSend To: [${some()}]\nAccept: ${random.pick(['first responder', 'all', 'up to 2'])}\n`
    case 3: return `Pattern: Round Robin\nTry: [${some()}]\n${floor}`
    case 4: return bidders.length === 0 ? windows() : `Pattern: Ping/Post\nBuyers: [${bidders.join(', ')}]\nPing Timeout: 3 seconds\n${random.chance(0.5) ? 'Minimum Bid: $8\n' : ''}`
    default: return windows()
  }
}
