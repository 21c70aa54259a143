import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { RECIPIENT, bodyOf, leadAt, writeLines } from './leads.ts'

/**
 * `npm run bench [-- LEADS [ROUNDS]]`: a CSV of leads delivered by the built command line to a server in another process,
 * beside a bare loop of undici's `request` that sends the same bodies and keeps no ledger; alternating rounds, medians.
 * Then ten times as many leads, for the memory. Figures are of whole processes, start-up and outputs included.
 */
const count = Number(process.argv[2] ?? 50_000)
const rounds = Number(process.argv[3] ?? 3)
const large = Number(process.argv[4] ?? count * 10)
const root = resolve(import.meta.dirname, '..')
const dir = mkdtempSync(join(tmpdir(), 'finalmile-bench-'))

interface Figures { wallSeconds: number; perSecond: number; cpuSeconds: number; peakMb: number }

const measured = async (args: readonly string[], leads: number): Promise<Figures & { out: string }> => {
  const usage = join(dir, 'usage.json')
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'usage.ts'), ...args], {
    cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FINALMILE_USAGE: usage },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => { out += String(chunk) })
  child.stderr.on('data', (chunk: Buffer) => { err += String(chunk) })
  const [code] = (await once(child, 'exit')) as [number]
  const wallSeconds = (performance.now() - began) / 1000
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}\n${err}`)
  return { ...(JSON.parse(readFileSync(usage, 'utf8')) as { cpuSeconds: number; peakMb: number }), wallSeconds, perSecond: leads / wallSeconds, out }
}

const deliver = async (file: string, leads: number): Promise<Figures> => {
  rmSync(join(dir, '.finalmile'), { recursive: true, force: true })
  rmSync(join(dir, 'runs'), { recursive: true, force: true })
  const figures = await measured([join(root, 'bin/finalmile.js'), 'deliver', file, '--to', 'bench', '--yes', '--quiet', '--out', join(dir, 'runs')], leads)
  const summary = JSON.parse(readFileSync(join(dir, 'runs', 'summary.json'), 'utf8')) as { outcomes: Record<string, number>; revenue: string }
  const revenue = `${leads * 45}.00`
  if (summary.outcomes['accepted'] !== leads || summary.revenue !== revenue) throw new Error(`expected ${leads} accepted and ${revenue}, got ${JSON.stringify(summary.outcomes)} and ${summary.revenue}`)
  return figures
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const row = (name: string, each: Figures): string =>
  `${name.padEnd(26)} ${Math.round(each.perSecond).toString().padStart(7)} leads/s  ${each.wallSeconds.toFixed(2).padStart(6)} s  ${each.cpuSeconds.toFixed(2).padStart(6)} CPU s  ${each.peakMb.toFixed(0).padStart(4)} MB`

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
  const ours: Figures[] = []
  for (let round = 1; round <= rounds; round++) {
    bare.push(await measured([join(import.meta.dirname, 'bare.ts'), url, join(dir, 'bodies.txt')], count))
    ours.push(await deliver('leads.csv', count))
    console.log(row(`round ${round}  bare loop`, bare.at(-1)!))
    console.log(row(`round ${round}  finalmile`, ours.at(-1)!))
  }
  const ratios = ours.map((each, i) => each.perSecond / (bare[i]?.perSecond ?? 1))
  console.log(`\n${count} leads, whole processes: finalmile / bare request loop = ${median(ratios).toFixed(2)} (median of ${rounds}; ${ratios.map((each) => each.toFixed(2)).join(', ')})`)
  if (large > count) {
    await writeLines(join(dir, 'large.csv'), large, csvLine, header)
    const figures = await deliver('large.csv', large)
    console.log(row(`${large} leads`, figures))
    console.log(`memory: ${median(ours.map((each) => each.peakMb)).toFixed(0)} MB at ${count} leads, ${figures.peakMb.toFixed(0)} MB at ${large}`)
  }
} finally {
  server.kill()
  rmSync(dir, { recursive: true, force: true })
}
