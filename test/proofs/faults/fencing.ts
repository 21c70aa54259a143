import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml, createProject } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'
import { reconcile } from '../kit/reconcile.ts'

/** A process is stopped past its lease, another takes over and finishes, the first goes on: what it writes is refused. */
export const fencing: Proof = {
  name: 'fencing', shows: '8',
  run: async ({ short }) => {
    const leads = short ? 300 : 2_000
    const a = await spawnBuyer({ script: { do: 'accept', price: '45.00', afterMs: 20 } })
    const project = await createProject({ 'recipients/a.yaml': buyerYaml('a', a.url) }, leads)
    const problems: string[] = []
    try {
      const first = project.start(['deliver', 'leads.csv', '--to', 'a', '--yes'])
      while (a.journal().length < 50) await new Promise((resolve) => setTimeout(resolve, 10))
      await stopBetweenTransactions(first.child, join(project.folder, '.finalmile', 'store.db'))
      const stoppedAt = performance.now()
      const second = await project.run(['deliver', 'leads.csv', '--to', 'a', '--yes', '--wait', '5s'])
      const tookOver = (performance.now() - stoppedAt) / 1000
      if (second.code !== 0) problems.push(`the second ended with ${second.code}: ${second.err}`)
      first.child.kill('SIGCONT')
      const stale = await first.done
      if (stale.code !== 5 || !stale.err.includes('taken over')) problems.push(`the stale one ended with ${stale.code}: ${stale.err}`)
      const all = await reconcile(project, { a: a.journal() }, leads)
      problems.push(...all.problems)
      return { line: `fencing: ${leads} leads, stopped after 50, taken over and done ${tookOver.toFixed(0)} s later; the stale one exits ${stale.code}; ${all.sales} sales, owed ${all.owed} cents, booked ${all.booked}`, problems }
    } finally {
      await a.close()
      project.remove()
    }
  },
}

/** Stopped within a transaction it would keep the file's lock, and nobody could take over: that is another matter. */
const stopBetweenTransactions = async (child: ChildProcess, store: string): Promise<void> => {
  const db = new DatabaseSync(store, { timeout: 0 })
  for (let free = false; !free;) {
    child.kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 20))
    try {
      db.exec('BEGIN IMMEDIATE; ROLLBACK')
      free = true
    } catch {
      child.kill('SIGCONT')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  db.close()
}
