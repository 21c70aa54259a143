import { createRandom } from '../simulation/random.ts'
import { deadBuyer } from './faults/dead-buyer.ts'
import { fencing } from './faults/fencing.ts'
import { fullDisk } from './faults/full-disk.ts'
import { injection } from './faults/injection.ts'
import { limits } from './faults/limits.ts'
import { memory } from './faults/memory.ts'
import { overlap } from './faults/overlap.ts'
import { readArguments } from './kit/arguments.ts'
import type { Proof } from './kit/proof.ts'

/**
 * `npm run faults [-- --short] [--seed N] [--only NAME]`: the behaviours of docs/trust.md that need processes, time or
 * size, one after the other, with figures. `npm run build` first: they work the built command line.
 */
const PROOFS: readonly Proof[] = [overlap, fencing, deadBuyer, limits, memory, injection, fullDisk]

const { short, seed, only } = readArguments(process.argv)
const random = createRandom(seed)
let failed = false
for (const proof of PROOFS) {
  if (only.length > 0 && !only.includes(proof.name)) continue
  const began = performance.now()
  const { line, problems } = await proof.run({ short, random })
  console.log(`${line} [trust ${proof.shows}, ${((performance.now() - began) / 1000).toFixed(1)} s]`)
  for (const problem of problems.slice(0, 20)) console.error(`VIOLATED: ${problem}`)
  failed ||= problems.length > 0
}
console.log(failed ? `seed ${seed} shows it again` : `seed ${seed}: all hold`)
process.exitCode = failed ? 1 : 0
