import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml } from '../kit/project.ts'
import type { Server } from './store.ts'
import { closeAll, createCrew, keysHold, mostWithin, sold } from './crew.ts'
import type { Found } from './crew.ts'

type Scenario = readonly [name: string, run: (server: Server, leads: number, workers: number) => Promise<Found>]

const between = (journal: readonly { readonly at: number }[]): number => {
  const times = journal.map((each) => each.at)
  return (times.length * 1_000) / (Math.max(...times) - Math.min(...times))
}

/** A worker looks twice a second at what the others learned, and what it has made durable by then leaves. */
const NEWS_MS = 1_000

/** Hard limits over all workers, counted at the buyers (facts: trust 11, 13, 14). */
export const LIMITS: readonly Scenario[] = [
  ['cap', async (server, leads, workers) => {
    const cap = Math.floor(leads * 0.3)
    const buyer = await spawnBuyer()
    const crew = await createCrew(server.store('cap'), { 'recipients/a.yaml': buyerYaml('a', buyer.url, `Caps: ${cap} per day\n`) }, leads, 'a')
    const { seconds, problems } = await crew.drain(workers)
    const bought = sold(buyer.journal())
    const found = { scenario: 'cap', figures: `${cap} a day of ${leads}: ${bought} bought, ${JSON.stringify(await crew.outcomes())} (${seconds.toFixed(1)} s)`, problems: [...problems, ...keysHold([buyer.journal()]), ...(bought === cap ? [] : [`${bought} bought of ${cap}`])] }
    await closeAll(crew, [buyer])
    return found
  }],
  ['rate', async (server, leads, workers) => {
    const buyer = await spawnBuyer()
    const rate = 400
    const crew = await createCrew(server.store('rate'), { 'recipients/a.yaml': buyerYaml('a', buyer.url, `Rate: ${rate} per second\n`) }, leads, 'a')
    const { seconds, problems } = await crew.drain(workers)
    const most = mostWithin(buyer.journal(), 1_000)
    // Starts are paced; what the way to the buyer takes differs by milliseconds.
    const allowed = Math.ceil(rate * 1.05)
    const found = { scenario: 'rate', figures: `${rate} per second: at most ${most} arrived in any second, ${between(buyer.journal()).toFixed(0)} a second from the first to the last (${seconds.toFixed(1)} s with starting up)`, problems: [...problems, ...keysHold([buyer.journal()]), ...(most <= allowed ? [] : [`${most} in a second`]), ...(sold(buyer.journal()) === leads ? [] : [`${sold(buyer.journal())} of ${leads} bought`])] }
    await closeAll(crew, [buyer])
    return found
  }],
  ['concurrency', async (server, leads, workers) => {
    const takes = 15
    const buyer = await spawnBuyer({ script: { do: 'accept', afterMs: takes } })
    const limit = 6
    const crew = await createCrew(server.store('concurrency'), { 'recipients/a.yaml': buyerYaml('a', buyer.url, `Concurrency: ${limit}\n`) }, leads, 'a')
    const { seconds, problems } = await crew.drain(workers)
    const most = mostWithin(buyer.journal(), takes)
    const found = { scenario: 'concurrency', figures: `${limit} at once, each takes ${takes} ms: at most ${most} at once (${(leads / seconds).toFixed(0)} a second of ${(limit * 1000 / takes).toFixed(0)} possible, ${seconds.toFixed(1)} s)`, problems: [...problems, ...keysHold([buyer.journal()]), ...(most <= limit ? [] : [`${most} at once`]), ...(sold(buyer.journal()) === leads ? [] : [`${sold(buyer.journal())} of ${leads} bought`])] }
    await closeAll(crew, [buyer])
    return found
  }],
  ['shares', async (server, leads, workers) => {
    const buyers = await Promise.all(['a', 'b', 'c'].map(() => spawnBuyer()))
    const files = Object.fromEntries(['a', 'b', 'c'].map((name, i) => [`recipients/${name}.yaml`, buyerYaml(name, buyers[i]?.url ?? '')]))
    const crew = await createCrew(server.store('shares'), { ...files, 'recipients/fair.yaml': 'Recipient: fair\nPattern: Weighted\nTry: [a (50%), b (30%), c (20%)]\n' }, leads, 'fair')
    const { seconds, problems } = await crew.drain(workers)
    const counts = buyers.map((each) => sold(each.journal()))
    const wanted = [0.5, 0.3, 0.2].map((share) => leads * share)
    const found = { scenario: 'shares', figures: `50, 30, 20 % of ${leads}: ${counts.join(', ')} (${seconds.toFixed(1)} s)`, problems: [...problems, ...keysHold(buyers.map((each) => each.journal())), ...(counts.every((each, i) => each === wanted[i]) ? [] : [`${counts.join(', ')} instead of ${wanted.join(', ')}`])] }
    await closeAll(crew, buyers)
    return found
  }],
  ['circuit', async (server, leads, workers) => {
    const buyer = await spawnBuyer({ script: { do: 'answer', status: 500 } })
    const yaml = buyerYaml('a', buyer.url).replace('Circuit Breaker: off', 'Circuit Breaker: {Wait: 3 seconds, Over: 100 attempts}').replace(/Retry Strategy:[\s\S]*?(?=Circuit)/, 'Retries: 0\n')
    const crew = await createCrew(server.store('circuit'), { 'recipients/a.yaml': yaml }, Math.min(leads, 2_000), 'a')
    const running = Array.from({ length: workers }, () => crew.start())
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    for (const each of running) each.child.kill('SIGTERM')
    await Promise.all(running.map((each) => each.done))
    const times = buyer.journal().map((each) => each.at).sort((a, b) => a - b)
    // A pause of two seconds parts the openings: what follows each is the trial.
    const bursts = times.reduce<number[][]>((all, at) => { const last = all.at(-1); if (last && at - (last.at(-1) ?? 0) < 2_000) last.push(at); else all.push([at]); return all }, [])
    const [first = [], ...trials] = bursts
    // How many slip through until the news is everywhere goes with the workers' speed: the promise is how long that takes.
    const lateMs = (first.at(-1) ?? 0) - (first[50] ?? 0)
    const found = { scenario: 'circuit', figures: `${workers} workers, opens after 51 failures: ${first.length} requests until it held everywhere, the last ${lateMs} ms after the 51st, then trials of ${trials.map((each) => each.length).join(', ')}`, problems: [...trials.filter((each) => each.length !== 1).map((each) => `a trial of ${each.length} requests`), ...(trials.length > 0 ? [] : ['no trial']), ...(first.length > 50 && lateMs <= NEWS_MS ? [] : [`requests went on ${lateMs} ms after the 51st`])] }
    await closeAll(crew, [buyer])
    return found
  }],
  ['pause', async (server, leads, workers) => {
    const buyer = await spawnBuyer({ script: { do: 'accept', afterMs: 5 } })
    const crew = await createCrew(server.store('pause'), { 'recipients/a.yaml': buyerYaml('a', buyer.url) }, leads, 'a')
    const running = Array.from({ length: workers }, () => crew.start())
    while (buyer.journal().length < leads / 10) await new Promise((resolve) => setTimeout(resolve, 50))
    await crew.command('pause', 'a')
    const paused = Date.now()
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    const after = buyer.journal().filter((each) => each.at > paused)
    await crew.command('unpause', 'a')
    for (const each of running) each.child.kill('SIGTERM')
    const ended = await Promise.all(running.map((each) => each.done))
    await crew.drain(workers)
    const last = Math.max(0, ...after.map((each) => each.at - paused))
    const found = { scenario: 'pause', figures: `${after.length} requests arrived after it was stored, the last after ${last} ms; workers ended with ${ended.map((each) => each.code).join(', ')}; ${sold(buyer.journal())} of ${leads} bought in the end`, problems: [...keysHold([buyer.journal()]), ...(last < 1_000 ? [] : [`still sent after ${last} ms`]), ...(sold(buyer.journal()) === leads ? [] : [`${sold(buyer.journal())} of ${leads} bought`])] }
    await closeAll(crew, [buyer])
    return found
  }],
]
