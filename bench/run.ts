import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { STATES } from '../src/adapters/ledger/rows.ts'
import { RECIPIENT, bodyOf, leadAt, writeLines } from './leads.ts'
import { measured, median, row, wallMs, type Figures } from './measure.ts'

/**
 * `npm run bench [-- LEADS [ROUNDS [LARGE]]]`: a CSV of leads delivered by the built command line to a server in another
 * process, beside a bare loop of undici's `request` that sends the same bodies and keeps no ledger, and beside the floor,
 * which reads, writes and records the same and decides nothing; alternating rounds, medians. Then a run that is killed, for
 * what it leaves in doubt; then LARGE leads (ten times as many; 0 leaves it out), for the memory. Figures are of whole
 * processes, start-up and outputs included. Method and figures: docs/performance.md.
 */
const count = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 3)
const large = Number(process.argv[4] ?? count * 10)
const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'bin/finalmile.js')
const dir = mkdtempSync(join(tmpdir(), 'finalmile-bench-'))
const command = (file: string) => [bin, 'deliver', file, '--to', 'bench', '--yes', '--quiet', '--out', join(dir, 'runs')]

const fresh = (): void => {
  for (const name of ['.finalmile', 'runs']) rmSync(join(dir, name), { recursive: true, force: true })
}

const deliver = async (file: string, leads: number): Promise<Figures> => {
  fresh()
  const figures = await measured(dir, command(file))
  const summary = JSON.parse(readFileSync(join(dir, 'runs', 'summary.json'), 'utf8')) as { outcomes: Record<string, number>; revenue: string }
  const revenue = `${leads * 45}.00`
  if (summary.outcomes['accepted'] !== leads || summary.revenue !== revenue) throw new Error(`expected ${leads} accepted and ${revenue}, got ${JSON.stringify(summary.outcomes)} and ${summary.revenue}`)
  return figures
}

/** Attempts that a process killed in mid-run (signal 9) leaves started and unanswered, and how many leads it had settled. */
const inDoubtAfterKill = async (file: string, afterMs: number): Promise<{ readonly inDoubt: number; readonly settled: number }> => {
  fresh()
  await measured(dir, command(file), null, { signal: 'SIGKILL', afterMs })
  const store = new DatabaseSync(join(dir, '.finalmile', 'store.db'))
  const of = (state: number): number => Number(store.prepare('SELECT count(*) AS n FROM deliveries WHERE state = ?').get(state)?.['n'] ?? 0)
  const found = { inDoubt: of(STATES.working), settled: of(STATES.settled) }
  store.close()
  return found
}

const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [port] = await once(server.stdout, 'data')
  const url = `http://127.0.0.1:${String(port).trim()}/leads`
  mkdirSync(join(dir, 'recipients'))
  writeFileSync(join(dir, 'recipients', 'bench.yaml'), RECIPIENT(url))
  const header = Object.keys(leadAt(0)).join(',')
  const csvLine = (i: number) => Object.values(leadAt(i)).join(',')
  await writeLines(join(dir, 'leads.csv'), count, csvLine, header)
  await writeLines(join(dir, 'bodies.txt'), count, (i) => bodyOf(leadAt(i)))

  const bare: Figures[] = []
  const floor: Figures[] = []
  const ours: Figures[] = []
  for (let round = 1; round <= rounds; round++) {
    bare.push(await measured(dir, [join(import.meta.dirname, 'bare.js'), url, join(dir, 'bodies.txt')]))
    floor.push(await measured(dir, [join(import.meta.dirname, 'floor.js'), url, join(dir, 'leads.csv')]))
    ours.push(await deliver('leads.csv', count))
    console.log(row(`round ${round}  bare loop`, count, bare.at(-1)!))
    console.log(row(`round ${round}  floor`, count, floor.at(-1)!))
    console.log(row(`round ${round}  finalmile`, count, ours.at(-1)!))
  }
  const single = await measured(dir, [join(import.meta.dirname, 'bare.js'), url, join(dir, 'bodies.txt'), '1'])
  console.log(row('one request at a time', count, single))
  const ratesOf = (figures: readonly Figures[]): readonly number[] => figures.map((each, i) => (bare[i]?.wallSeconds ?? 0) / each.wallSeconds)
  const rates = ratesOf(ours)
  const costs = ours.map((each, i) => each.cpuSeconds / (bare[i]?.cpuSeconds ?? 1))
  const all = (values: readonly number[]): string => values.map((each) => each.toFixed(2)).join(', ')
  console.log(`\n${count} leads, whole processes: finalmile / bare request loop = ${median(rates).toFixed(2)} in leads/s (median of ${rounds}; ${all(rates)}), ${median(costs).toFixed(2)} in CPU seconds (${all(costs)})`)

  console.log(`${count} leads, whole processes: floor / bare request loop = ${median(ratesOf(floor)).toFixed(2)} in leads/s (${all(ratesOf(floor))}): the same files and durable steps, by a program that decides nothing`)

  console.log(`${count} leads, whole processes: finalmile / bare loop of one request at a time = ${median(ours.map((each) => single.wallSeconds / each.wallSeconds)).toFixed(2)} in leads/s`)

  const killed = await inDoubtAfterKill('leads.csv', median(ours.map((each) => each.wallSeconds)) * 600)
  console.log(`window: killed (signal 9) after ${killed.settled} settled leads, it left ${killed.inDoubt} attempts in doubt`)

  const helps: number[] = []
  for (let i = 0; i < 7; i++) helps.push(await wallMs([bin, '--help']))
  console.log(`finalmile --help: ${median(helps).toFixed(0)} ms (median of ${helps.length}, whole process)`)

  if (large > count) {
    await writeLines(join(dir, 'large.csv'), large, csvLine, header)
    const figures = await deliver('large.csv', large)
    console.log(row(`${large} leads`, large, figures))
    console.log(`memory: ${median(ours.map((each) => each.peakMb)).toFixed(0)} MB at ${count} leads, ${figures.peakMb.toFixed(0)} MB at ${large}`)
  }
} finally {
  server.kill()
  rmSync(dir, { recursive: true, force: true })
}
