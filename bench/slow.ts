import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { RECIPIENT, leadAt, writeLines } from './leads.ts'
import { measured, row } from './measure.ts'

/**
 * `node bench/slow.ts [ROWS [DELAY-MS [SECONDS]]]`: a large file for a buyer that takes its time (200 ms an answer), stopped
 * by Ctrl-C after a while: what is not yet sent must stay in the file, not in memory.
 */
const rows = Number(process.argv[2] ?? 1_000_000)
const delayMs = Number(process.argv[3] ?? 200)
const seconds = Number(process.argv[4] ?? 30)
const bin = join(resolve(import.meta.dirname, '..'), 'bin/finalmile.js')
const dir = mkdtempSync(join(tmpdir(), 'finalmile-slow-'))
const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), '0', '', String(delayMs)], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [port] = await once(server.stdout, 'data')
  mkdirSync(join(dir, 'recipients'))
  writeFileSync(join(dir, 'recipients', 'bench.yaml'), RECIPIENT(`http://127.0.0.1:${String(port).trim()}/leads`))
  await writeLines(join(dir, 'leads.csv'), rows, (i) => Object.values(leadAt(i)).join(','), Object.keys(leadAt(0)).join(','))
  for (const part of [1, 3]) {
    rmSync(join(dir, '.finalmile'), { recursive: true, force: true })
    // 130: interrupted, safe to resume.
    const run = await measured(dir, [bin, 'deliver', 'leads.csv', '--to', 'bench', '--yes', '--quiet', '--json'], 130, { signal: 'SIGINT', afterMs: (seconds * 1000 * part) / 3 })
    const { outcomes } = JSON.parse(run.out) as { outcomes: Record<string, number> }
    console.log(`${row(`${delayMs} ms an answer`, outcomes['accepted'] ?? 0, run)}  of ${rows} rows (${(statSync(join(dir, 'leads.csv')).size / 1e6).toFixed(0)} MB)`)
  }
} finally {
  server.kill()
  rmSync(dir, { recursive: true, force: true })
}
