import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml, createProject } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'
import { reconcile } from '../kit/reconcile.ts'

/** The store's disk fills in the midst of a delivery (a small tmpfs; needs root). Room is made, and the same command goes on. */
export const fullDisk: Proof = {
  name: 'full-disk', shows: '25',
  run: async ({ short }) => {
    const leads = short ? 3_000 : 20_000
    const a = await spawnBuyer({ script: { do: 'accept', price: '10.00' } })
    const project = await createProject({ 'recipients/a.yaml': buyerYaml('a', a.url) }, leads)
    const disk = join(project.folder, 'disk')
    const megabytes = short ? 3 : 12
    mkdirSync(disk)
    const mount = (options: string): void => { execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]) }
    try {
      mount(`size=${megabytes}m`)
    } catch (error) {
      await a.close()
      project.remove()
      return { line: `full-disk: not shown here, a tmpfs cannot be mounted: ${error instanceof Error ? error.message.split('\n')[0] : ''}`, problems: [] }
    }
    const problems: string[] = []
    try {
      const deliver = ['deliver', 'leads.csv', '--to', 'a', '--yes', '--store', 'sqlite:disk/store.db']
      const began = performance.now()
      const full = await project.run(deliver)
      const seconds = (performance.now() - began) / 1000
      const sent = a.journal().length
      if (full.code !== 1 || !/cannot grow|no room|no space/i.test(full.err) || !full.err.includes('make room')) problems.push(`with a full disk it ended with ${full.code}: ${full.err}`)
      if (sent >= leads) problems.push('the disk did not fill')
      execFileSync('mount', ['-o', `remount,size=${megabytes * 20}m`, disk])
      const on = await project.run(deliver)
      if (on.code !== 0) problems.push(`with room again it ended with ${on.code}: ${on.err}`)
      const store = ['--store', 'sqlite:disk/store.db']
      const all = await reconcile({ ...project, json: (args) => project.json([...args, ...store]) }, { a: a.journal() }, leads)
      problems.push(...all.problems)
      return { line: `full-disk: ${megabytes} MB were full after ${sent} of ${leads} requests; exit ${full.code} with the cause after ${seconds.toFixed(1)} s; with room again ${all.outcomes}, ${all.repeats} repeats answered from memory, owed ${all.owed} cents, booked ${all.booked}`, problems }
    } finally {
      execFileSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true, force: true })
      await a.close()
      project.remove()
    }
  },
}
