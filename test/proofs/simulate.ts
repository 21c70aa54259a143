import { problemsOf } from '../simulation/invariants.ts'
import { reportOf } from '../simulation/report.ts'
import { scenarioOf } from '../simulation/scenario.ts'
import { ruleOf, shrink } from '../simulation/shrink.ts'
import { playRuns, storyOf } from '../simulation/engine/play.ts'
import { UNEVEN } from '../simulation/engine/situation.ts'
import { STORES } from '../simulation/engine/stores.ts'
import { teardown } from '../world/end-postgres.ts'

/**
 * `npm run simulate [-- --seed N] [--plans N]`: random plans, policies, answers, faults and crashes through the real core,
 * under a simulated clock. A broken rule is printed with its seed and the smallest scenario that breaks it; exit 1. Then
 * (`--runs [--seed N] [--plans N]`: only that) random recipient files through the real engine, a few runs after each other
 * on one store, in memory and on SQLite: batches, rates, caps, windows, pauses, crashes, Ctrl-C, files that are gone or slow,
 * buyers and a store that answer late and in any order.
 * `--postgres`: on PostgreSQL too, often by two workers at once; it takes some thirty times as long.
 */
const option = (name: string): number | null => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : Number(process.argv[at + 1])
}
const seed = option('seed')
const onlyRuns = process.argv.includes('--runs')
const plans = onlyRuns ? 0 : seed === null ? (option('plans') ?? 100_000) : 1
const first = seed ?? (option('from') ?? Math.floor(Date.now() / 1000) % 1_000_000) * 1_000

const broken = new Map<string, number[]>()
const begun = performance.now()
for (let at = first; at < first + plans; at++) {
  for (const rule of new Set(problemsOf(scenarioOf(at)).map(ruleOf))) broken.set(rule, [...(broken.get(rule) ?? []), at])
}
const minutes = (performance.now() - begun) / 60_000

for (const [rule, seeds] of broken) {
  console.log(`\n=== ${rule}: ${seeds.length} of ${plans} plans; seeds ${seeds.slice(0, 5).join(' ')}`)
  console.log(reportOf(shrink(scenarioOf(seeds[0] ?? 0), rule)))
}
if (seed !== null && !onlyRuns && broken.size === 0) console.log(reportOf(scenarioOf(seed)))
if (plans > 0) console.error(`${plans} plans from seed ${first}: ${broken.size} rules broken; ${Math.round(plans / minutes)} plans a minute`)

const stores = process.argv.includes('--postgres') ? [...STORES, 'PostgreSQL' as const] : STORES
const runsFrom = seed ?? first + UNEVEN
const several = seed !== null ? (onlyRuns ? 1 : 0) : onlyRuns ? (option('plans') ?? 2_000) : Math.ceil(plans / 50)
let bad = 0
const runsBegun = performance.now()
for (let at = runsFrom; at < runsFrom + several; at++) {
  const played = await Promise.all(stores.map(async (store) => ({ store, ...await playRuns(at, store) })))
  const broke = played.filter(({ problems }) => problems.length > 0)
  if (seed !== null) console.log((broke.length > 0 ? broke : played.slice(0, 1)).map(({ store, after }) => `=== on ${store}\n${storyOf(after)}`).join('\n'))
  if (broke.length === 0) continue
  bad += 1
  console.log(`\n=== npm run simulate -- --runs --seed ${at}`)
  for (const { store, problems } of broke) for (const problem of problems) console.log(`${store}: ${problem}`)
}
if (several > 0) console.error(`${several} stores of several runs, each on ${stores.join(', ')}, from seed ${runsFrom}: ${bad} broke a rule; ${Math.round(several / ((performance.now() - runsBegun) / 60_000))} a minute`)
teardown()
process.exitCode = broken.size + bad > 0 ? 1 : 0
