import { readArguments } from './kit/arguments.ts'
import { FAULTS } from './workers/faults.ts'
import { LIMITS } from './workers/limits.ts'
import { startServer } from './workers/store.ts'

/**
 * Several workers on one PostgreSQL: limits counted at the buyers, and faults. `npm run workers [-- --short] [--only NAME]`,
 * after `npm run build`. Every worker, buyer and the server is a process of its own.
 */
const { short, only } = readArguments(process.argv)
const leads = short ? 1_000 : 10_000
const workers = 4
const server = await startServer()
let failed = false
for (const [name, run] of [...LIMITS, ...FAULTS]) {
  if (only.length > 0 && !only.includes(name)) continue
  const { scenario, figures, problems } = await run(server, leads, workers)
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${scenario.padEnd(12)} ${figures}`)
  for (const each of problems.slice(0, 5)) console.log(`         ${each}`)
  failed ||= problems.length > 0
}
await server.close()
process.exitCode = failed ? 1 : 0
