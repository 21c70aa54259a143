import { statSync } from 'node:fs'
import type { Random } from '../../simulation/random.ts'
import { type SpawnedBuyer, spawnBuyer } from '../../world/spawn-buyer.ts'
import { createProject } from '../kit/project.ts'
import { type Journals, reconcile } from '../kit/reconcile.ts'
import type { Scenario } from './scenarios.ts'

export interface Figures { readonly kills: number; readonly seconds: number; readonly line: string; readonly problems: readonly string[] }

/** A journal's line, about. */
const ENTRY_BYTES = 550
const RESUME = ['resume', '--yes', '--quiet', '--wait', '20s']
const DELIVER = ['deliver', 'leads.csv', '--to', 'sell', '--yes', '--quiet', '--wait', '20s']

/**
 * Delivers `leads` leads, killed with SIGKILL `kills` times and started again each time, by `deliver` and by `resume` in
 * turn. Most kills come after a random number of requests to the buyers, the others a random time after the start, so
 * that start-up and the taking up of what was left are met too.
 */
export const killed = async (scenario: Scenario, leads: number, kills: number, random: Random): Promise<Figures> => {
  const began = performance.now()
  const buyers: Record<string, SpawnedBuyer> = {}
  for (const [id, options] of Object.entries(scenario.buyers)) buyers[id] = await spawnBuyer({ cycle: true, ...options })
  const urls = Object.fromEntries(Object.entries(buyers).map(([id, { url }]) => [id, url]))
  const files = Object.entries(scenario.recipients(urls)).map(([id, text]) => [`recipients/${id}.yaml`, text] as const)
  const project = await createProject(Object.fromEntries(files), leads)
  const problems: string[] = []
  const written = (): number => Object.values(buyers).reduce((sum, each) => sum + (statSync(each.journalFile, { throwIfNoEntry: false })?.size ?? 0), 0)
  // On the average less than a fair share, so that there is work left for the last kill.
  const requests = scenario.name === 'batch' ? leads / 10 : leads * 1.5
  const entryBytes = scenario.name === 'batch' ? ENTRY_BYTES * 3 : ENTRY_BYTES
  const share = (requests / kills) * entryBytes

  let done = 0
  try {
    for (let run = 0; done < kills && run < kills * 2; run++) {
      const before = written()
      const byTime = random.chance(0.15)
      const growth = random.next() * share
      const at = performance.now() + (byTime ? random.next() * 500 : 15_000)
      const process = project.start(run % 2 === 0 ? DELIVER : RESUME)
      const state = { over: false }
      void process.done.then(() => { state.over = true })
      while (!state.over && performance.now() < at && (byTime || written() - before <= growth)) await new Promise((resolve) => setTimeout(resolve, 1))
      process.child.kill('SIGKILL')
      const end = await process.done
      if (end.signal === 'SIGKILL') done += 1
      else if (end.code !== 0 && end.code !== 3) problems.push(`a run ended with ${end.code}: ${end.err}`)
    }
    for (const last of [DELIVER, RESUME]) {
      const end = await project.run(last)
      if (end.code !== 0 && end.code !== 3) problems.push(`finalmile ${last[0]} ended with ${end.code} at last: ${end.err}`)
    }
    if (done < kills) problems.push(`killed ${done} times of ${kills}: the work was done too early`)
    const journals: Journals = scenario.name === 'batch' ? { sell: buyers.a?.journal() ?? [] } : Object.fromEntries(Object.entries(buyers).map(([id, each]) => [id, each.journal()]))
    const all = await reconcile(project, journals, leads)
    problems.push(...all.problems)
    // A race that is won asks nobody again; everywhere else a doubt is cleared by the repeat.
    if (all.inDoubt > 0 && scenario.name !== 'simultaneous') problems.push(`${all.inDoubt} leads are in doubt, though their buyers remember keys`)
    for (const problem of all.problems.slice(0, 2)) {
      const lead = /L\d+/.exec(problem)?.[0]
      if (lead) console.error((await project.run(['explain', lead])).out, ...Object.entries(journals).flatMap(([id, entries]) => entries.filter((each) => each.body.includes(lead)).map((each) => `  buyer ${id} ${new Date(each.at).toISOString()} ${each.path} ${each.act} booked ${each.booked ?? 'nothing'}${each.repeated ? ' from memory' : ''}\n`)))
    }
    // By chance a buyer is away at each of a lead's tries.
    for (const each of all.failed.slice(0, 3)) console.log(`failed ${each}`)
    const seconds = Math.round((performance.now() - began) / 1000)
    return {
      kills: done, seconds, problems,
      line: `${scenario.name}: ${leads} leads, ${done} kills, ${seconds} s: ${all.outcomes}; ${all.requests} requests, ${all.repeats} repeats answered from memory; ${all.sales} sales${all.surplus > 0 ? ` and ${all.surplus} surplus` : ''}${all.inDoubt > 0 ? `, ${all.inDoubt} left in doubt` : ''}; owed ${money(all.owed)}, booked ${money(all.booked)}`,
    }
  } finally {
    await Promise.all(Object.values(buyers).map((each) => each.close()))
    project.remove()
  }
}

const money = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
