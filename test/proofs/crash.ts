import { createRandom } from '../simulation/random.ts'
import { killed } from './crash/killed.ts'
import { SCENARIOS } from './crash/scenarios.ts'
import { readArguments } from './kit/arguments.ts'

/**
 * `npm run crash [-- --short] [--seed N] [--only waterfall]`: deliveries killed with SIGKILL at random moments and started
 * again each time, then compared with the buyers' own journals (facts: trust 1, 3, 5, 16, 17). Nothing may be lost,
 * nothing sold twice, no key may carry two bodies, and the revenue must equal what the buyers owe, to the cent. A seed
 * gives the same moments again as far as a machine's speed allows.
 */
const { short, seed, only } = readArguments(process.argv)
const random = createRandom(seed)
let failed = false
for (const scenario of SCENARIOS) {
  if (only.length > 0 && !only.includes(scenario.name)) continue
  const first = scenario.name === 'waterfall'
  const [leads, kills] = short ? (first ? [400, 5] : [200, 3]) : first ? [5_000, 200] : [2_000, 60]
  const { line, problems } = await killed(scenario, leads, kills, random)
  console.log(line)
  for (const problem of problems.slice(0, 20)) console.error(`VIOLATED: ${problem}`)
  failed ||= problems.length > 0
}
console.log(failed ? `seed ${seed} shows it again` : `seed ${seed}: nothing lost, nothing sold twice, one key and one body each, revenue equal to the journals`)
process.exitCode = failed ? 1 : 0
