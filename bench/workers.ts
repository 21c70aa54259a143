import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createCrew } from '../test/proofs/workers/crew.ts'
import { startServer } from '../test/proofs/workers/store.ts'
import { createProject } from '../test/proofs/kit/project.ts'
import { RECIPIENT } from './leads.ts'

/**
 * `node bench/workers.ts [LEADS]`, after `npm run build`: leads that were taken in before, worked from PostgreSQL by 1, 2 and
 * 4 workers that take up 1, 20 and 100 at a time, by our own queue and by pg-boss; as ratios to one process with SQLite
 * (`deliver --enqueue`, then `resume`) in the same run; one at a time gets a tenth of the leads. The buyer, the workers and the database are processes of their own on one machine.
 */
const leads = Number(process.argv[2] ?? 10_000)
const WORKERS = [1, 2, 4]
const TAKEN = [1, 20, 100]

const server = await startServer()
const buyer = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [port] = await once(buyer.stdout, 'data')
  const files = { 'recipients/bench.yaml': RECIPIENT(`http://127.0.0.1:${String(port).trim()}/leads`) }

  const project = await createProject(files, leads)
  const taken = await project.run(['deliver', 'leads.csv', '--to', 'bench', '--enqueue', '--yes', '--quiet'])
  if (taken.code !== 0) throw new Error(taken.err)
  const began = performance.now()
  const resumed = await project.run(['resume', '--yes', '--quiet'])
  if (resumed.code !== 0) throw new Error(resumed.err)
  const alone = leads / ((performance.now() - began) / 1000)
  project.remove()
  console.log(`one process with SQLite: ${alone.toFixed(0)} leads/s\n`)

  for (const queue of ['own', 'pgboss']) {
    console.log(`${queue === 'own' ? 'own queue' : 'pg-boss'}, leads/s (ratio)`.padEnd(28) + TAKEN.map((each) => `take ${each}`.padStart(16)).join(''))
    for (const workers of WORKERS) {
      const cells: string[] = []
      for (const take of TAKEN) {
        const count = take === 1 ? leads / 10 : leads
        const crew = await createCrew(`${server.store(`b_${queue}_${workers}_${take}`)}&queue=${queue}`, files, count, 'bench')
        const { seconds, problems } = await crew.drain(workers, ['--take', String(take)])
        const outcomes = await crew.outcomes()
        crew.project.remove()
        if (problems.length > 0 || outcomes['accepted'] !== count) throw new Error(`${JSON.stringify(outcomes)} ${problems.join('\n')}`)
        cells.push(`${(count / seconds).toFixed(0)} (${(count / seconds / alone).toFixed(2)})`.padStart(16))
      }
      console.log(`${workers} worker${workers === 1 ? '' : 's'}`.padEnd(28) + cells.join(''))
    }
  }
  const [size] = await server.query(`SELECT sum(pg_total_relation_size(c.oid)) AS bytes, sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'deliveries') AS deliveries, sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'log') AS log, sum(pg_total_relation_size(c.oid)) FILTER (WHERE c.relname = 'sales') AS sales FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'b_own_1_100' AND c.relkind = 'r'`)
  const each = (name: string): string => (Number(size?.[name]) / leads).toFixed(0)
  console.log(`\nbytes a lead, indexes included: ${each('bytes')} (deliveries ${each('deliveries')}, log ${each('log')}, sales ${each('sales')})`)
} finally {
  buyer.kill()
  await server.close()
}
