import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml } from '../kit/project.ts'
import { closeAll, createCrew, keysHold, sold } from './crew.ts'
import type { Found } from './crew.ts'
import type { Server } from './store.ts'

type Scenario = readonly [name: string, run: (server: Server, leads: number, workers: number) => Promise<Found>]
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (what: string, test: () => boolean | Promise<boolean>, ms = 120_000): Promise<void> => {
  for (const end = Date.now() + ms; !(await test()); await pause(100)) if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`)
}

/** What may happen to a worker and to the database (facts: trust 1, 3, 8, 25). */
export const FAULTS: readonly Scenario[] = [
  ['killed', async (server, leads, workers) => {
    const buyer = await spawnBuyer({ script: { do: 'accept', afterMs: 20 } })
    const crew = await createCrew(server.store('killed'), { 'recipients/a.yaml': buyerYaml('a', buyer.url) }, leads, 'a')
    const running = Array.from({ length: workers }, () => crew.start())
    await until('work begins', () => buyer.journal().length > leads / 20)
    running[0]?.child.kill('SIGKILL')
    const killed = Date.now()
    const left = async (): Promise<number> => Number((await server.query(`SELECT count(*) AS n FROM killed.deliveries d WHERE state = 0 AND NOT EXISTS (SELECT 1 FROM killed.workers w WHERE w.fence = d.fence AND NOT w.lost AND w.until > clock_timestamp())`))[0]?.['n'])
    const mine = await server.query(`SELECT fence FROM killed.workers WHERE pid = ${running[0]?.child.pid}`)
    await until('it is replaced', async () => Number((await server.query(`SELECT count(*) AS n FROM killed.deliveries WHERE state = 0 AND fence = ${String(mine[0]?.['fence'])}`))[0]?.['n']) === 0)
    const replaced = Date.now() - killed
    await until('all is settled', async () => (await crew.outcomes())['accepted'] === leads, 240_000)
    for (const each of running) each.child.kill('SIGTERM')
    await Promise.all(running.map((each) => each.done))
    const doubtful = Number((await server.query(`SELECT count(*) AS n FROM killed.log WHERE events LIKE '%"interrupted":true%'`))[0]?.['n'])
    const repeats = buyer.journal().filter((each) => each.repeated).length
    const found = { scenario: 'killed', figures: `kill -9: replaced after ${(replaced / 1000).toFixed(1)} s; ${doubtful} were in doubt, ${repeats} had arrived and were repeated under their own key; ${sold(buyer.journal())} of ${leads} bought, ${await left()} left behind`, problems: [...keysHold([buyer.journal()]), ...(replaced < 30_000 ? [] : ['not within 30 s']), ...(sold(buyer.journal()) === leads ? [] : [`${sold(buyer.journal())} bought`])] }
    await closeAll(crew, [buyer])
    return found
  }],
  ['stopped', async (server, leads, workers) => {
    const buyer = await spawnBuyer({ script: { do: 'accept', afterMs: 20 } })
    const crew = await createCrew(server.store('stopped'), { 'recipients/a.yaml': buyerYaml('a', buyer.url) }, leads, 'a')
    const running = Array.from({ length: workers }, () => crew.start())
    await until('work begins', () => buyer.journal().length > leads / 20)
    const [victim] = running
    victim?.child.kill('SIGSTOP')
    const stopped = Date.now()
    await until('it is taken over', async () => Number((await server.query('SELECT count(*) AS n FROM stopped.workers WHERE lost'))[0]?.['n']) === 1, 60_000)
    const taken = Date.now() - stopped
    await pause(3_000)
    victim?.child.kill('SIGCONT')
    const end = await victim?.done
    await until('all is settled', async () => (await crew.outcomes())['accepted'] === leads, 240_000)
    for (const each of running) each.child.kill('SIGTERM')
    await Promise.all(running.map((each) => each.done))
    const found = { scenario: 'stopped', figures: `SIGSTOP: taken over after ${(taken / 1000).toFixed(1)} s; continued, it ended with ${end?.code} (${end?.err.split('\n')[0]?.slice(0, 90)}); ${sold(buyer.journal())} of ${leads} bought`, problems: [...keysHold([buyer.journal()]), ...(end?.code === 5 ? [] : [`it ended with ${end?.code}: ${end?.err}`]), ...(taken < 30_000 ? [] : ['not within 30 s']), ...(sold(buyer.journal()) === leads ? [] : [`${sold(buyer.journal())} bought`])] }
    await closeAll(crew, [buyer])
    return found
  }],
  ['restarts', async (server, leads, workers) => {
    const buyer = await spawnBuyer({ script: { do: 'accept', price: '12.34', afterMs: 5 } })
    const seconds = leads < 5_000 ? 20 : 120
    const crew = await createCrew(server.store('restarts'), { 'recipients/a.yaml': buyerYaml('a', buyer.url, `Rate: ${Math.ceil(leads / seconds)} per second\n`) }, leads, 'a')
    const running = Array.from({ length: workers }, () => crew.start())
    let restarts = 0
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(4_000)) { server.restart(); restarts += 1 }
    await pause(3_000)
    await until('all is settled', async () => (await crew.outcomes())['accepted'] === leads, 240_000)
    for (const each of running) each.child.kill('SIGTERM')
    const ended = await Promise.all(running.map((each) => each.done))
    const [sum] = await server.query('SELECT sum(revenue) AS owed, count(*) AS n FROM restarts.deliveries')
    const sales = Number((await server.query('SELECT count(*) AS n FROM restarts.sales'))[0]?.['n'])
    const repeats = buyer.journal().filter((each) => each.repeated).length
    const found = { scenario: 'restarts', figures: `${restarts} restarts in ${seconds} s: ${sold(buyer.journal())} of ${leads} bought, ${sales} in the ledger, revenue ${String(sum?.['owed'])}, ${repeats} repeats; workers ended with ${ended.map((each) => each.code).join(', ')}`, problems: [...keysHold([buyer.journal()]), ...(sales === leads && sold(buyer.journal()) === leads ? [] : ['lost or doubled']), ...ended.flatMap(({ code, err }) => (code === 130 ? [] : [`a worker ended with ${code}: ${err.slice(0, 300)}`]))] }
    await closeAll(crew, [buyer])
    return found
  }],
]
