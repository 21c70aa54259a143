import { type SpawnedBuyer, spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml, createProject } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'

/** Leads shared out evenly among ten buyers; then the tenth hangs. The others' own throughput may fall by 5 % at most. */
export const deadBuyer: Proof = {
  name: 'dead-buyer', shows: '12',
  run: async ({ short }) => {
    const leads = short ? 3_000 : 20_000
    const alive = await measure(leads, false)
    const dead = await measure(leads, true)
    const loss = 1 - dead.perSecond / alive.perSecond
    return {
      line: `dead-buyer: ${leads} leads in turn to 10 buyers; nine alive get ${Math.round(alive.perSecond)} leads/s, and ${Math.round(dead.perSecond)} while the tenth hangs (${(loss * 100).toFixed(1)} % less), which had taken ${dead.took} requests by then`,
      problems: loss > (short ? 0.3 : 0.05) ? [`the nine lose ${(loss * 100).toFixed(1)} %`] : [],
    }
  },
}

const measure = async (leads: number, hangs: boolean): Promise<{ readonly perSecond: number; readonly took: number }> => {
  const buyers: SpawnedBuyer[] = []
  for (const tenth of [false, true]) buyers.push(await spawnBuyer({ script: tenth && hangs ? { do: 'hang' } : { do: 'accept', afterMs: 2 } }))
  const [nine, tenth] = buyers
  const names = Array.from({ length: 10 }, (_, i) => `b${i}`)
  const files = Object.fromEntries(names.map((name, i) => [`recipients/${name}.yaml`, buyerYaml(name, (i === 9 ? tenth : nine)?.url ?? '').replace('Timeout: 2 seconds', 'Timeout: 10 seconds').replace('/leads', `/${name}`).replace('Circuit Breaker: off\n', '')]))
  const project = await createProject({ ...files, 'recipients/turn.yaml': `Recipient: Turn\nPattern: Round Robin\nTry: [${names.join(', ')}]\n` }, leads)
  try {
    const run = project.start(['deliver', 'leads.csv', '--to', 'turn', '--yes', '--quiet', '--wait', '1s'])
    // The nine have had what is theirs once nine tenths have come; what the tenth keeps waiting is not waited for.
    while (run.child.exitCode === null && (nine?.journal().length ?? 0) < leads * 0.9) await new Promise((resolve) => setTimeout(resolve, 200))
    for (const signal of ['SIGINT', 'SIGINT', 'SIGKILL'] as const) {
      run.child.kill(signal)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await run.done
    const times = (nine?.journal() ?? []).map((each) => each.at)
    const first = Math.min(...times)
    const share = times.sort((a, b) => a - b)[Math.floor(leads * 0.9) - 1] ?? Infinity
    return { perSecond: (leads * 0.9) / ((share - first) / 1000), took: tenth?.journal().length ?? 0 }
  } finally {
    await Promise.all(buyers.map((each) => each.close()))
    project.remove()
  }
}
