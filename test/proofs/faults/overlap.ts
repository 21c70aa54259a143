import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml, createProject, type Ended } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'
import { reconcile } from '../kit/reconcile.ts'

/** Six processes on one store at once: deliveries of the same file and what cron starts. Each step is sent once; nobody dies of a lock. */
export const overlap: Proof = {
  name: 'overlap', shows: '7',
  run: async ({ short, random }) => {
    const leads = short ? 1_000 : 10_000
    const a = await spawnBuyer({ cycle: true, script: [{ do: 'accept', price: '50.00' }, { do: 'reject' }, { do: 'answer', status: 503 }] })
    const b = await spawnBuyer({ cycle: true, script: [{ do: 'accept', price: '40.00' }, { do: 'reject' }] })
    const project = await createProject({ 'recipients/a.yaml': buyerYaml('a', a.url), 'recipients/b.yaml': buyerYaml('b', b.url), 'recipients/sell.yaml': 'Recipient: Sell\nPattern: Waterfall\nTry: [a, b]\n' }, leads)
    const problems: string[] = []
    try {
      const worker = async (n: number): Promise<readonly Ended[]> => {
        const ends: Ended[] = []
        for (let round = 0; round < (short ? 1 : 3); round++) {
          await new Promise((resolve) => setTimeout(resolve, random.below(300)))
          ends.push(await project.run(n < 2 ? ['deliver', 'leads.csv', '--to', 'sell', '--yes', '--wait', '5s'] : ['resume', '--yes', '--wait', '2s']))
        }
        return ends
      }
      const ends = (await Promise.all(Array.from({ length: 6 }, (_, n) => worker(n)))).flat()
      for (const each of ends) if ((each.code !== 0 && each.code !== 3) || /locked|bug of/.test(each.err)) problems.push(`a process ended with ${each.code}: ${each.err}`)
      const waited = ends.filter((each) => each.err.includes('waiting for the store')).length
      await project.run(['resume', '--yes', '--quiet', '--wait', '10s'])
      const all = await reconcile(project, { a: a.journal(), b: b.journal() }, leads)
      problems.push(...all.problems)
      if (all.repeats > 0) problems.push(`${all.repeats} requests were sent again though nothing broke off`)
      return { line: `overlap: ${leads} leads, ${ends.length} processes, six at a time: ${all.outcomes}; ${all.requests} requests, none twice; ${waited} processes said that they wait`, problems }
    } finally {
      await Promise.all([a.close(), b.close()])
      project.remove()
    }
  },
}
