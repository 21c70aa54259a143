import { problemsOf } from '../simulation/invariants.ts'
import { reportOf } from '../simulation/report.ts'
import { scenarioOf } from '../simulation/scenario.ts'
import { ruleOf, shrink } from '../simulation/shrink.ts'

/**
 * `npm run simulate [-- --seed N] [--plans N]`: random plans, policies, answers, faults and crashes through the real core,
 * under a simulated clock. A broken rule is printed with its seed and the smallest scenario that breaks it; exit 1.
 */
const option = (name: string): number | null => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : Number(process.argv[at + 1])
}
const seed = option('seed')
const plans = seed === null ? (option('plans') ?? 100_000) : 1
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
if (seed !== null && broken.size === 0) console.log(reportOf(scenarioOf(seed)))
console.error(`${plans} plans from seed ${first}: ${broken.size} rules broken; ${Math.round(plans / minutes)} plans a minute`)
process.exitCode = broken.size > 0 ? 1 : 0
