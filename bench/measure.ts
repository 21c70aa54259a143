import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of one whole process, start-up and outputs included. */
export interface Figures { readonly wallSeconds: number; readonly cpuSeconds: number; readonly peakMb: number }

export interface Measured extends Figures { readonly code: number | null; readonly out: string }

/** Runs Node with `args` in `dir` and takes its figures; a signal may be sent `afterMs`. Rejects unless it ends with `expected`. */
export const measured = async (dir: string, args: readonly string[], expected: number | null = 0, stop?: { readonly signal: NodeJS.Signals; readonly afterMs: number }): Promise<Measured> => {
  const usage = join(dir, 'usage.json')
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'usage.js'), ...args], {
    cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FINALMILE_USAGE: usage },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => { out += String(chunk) })
  child.stderr.on('data', (chunk: Buffer) => { err += String(chunk) })
  const timer = stop && setTimeout(() => child.kill(stop.signal), stop.afterMs)
  const [code] = (await once(child, 'exit')) as [number | null]
  const wallSeconds = (performance.now() - began) / 1000
  clearTimeout(timer)
  if (code !== expected) throw new Error(`${args.join(' ')} ended with ${code}, not ${expected}\n${err}`)
  const used = code === null ? { cpuSeconds: 0, peakMb: 0 } : (JSON.parse(readFileSync(usage, 'utf8')) as { cpuSeconds: number; peakMb: number })
  return { ...used, wallSeconds, code, out }
}

/** How long a whole process takes that is measured by nothing else. */
export const wallMs = async (args: readonly string[]): Promise<number> => {
  const began = performance.now()
  const [code] = (await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit')) as [number]
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return performance.now() - began
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export const row = (name: string, leads: number, each: Figures): string =>
  `${name.padEnd(26)} ${Math.round(leads / each.wallSeconds).toString().padStart(7)} leads/s  ${each.wallSeconds.toFixed(2).padStart(6)} s  ${each.cpuSeconds.toFixed(2).padStart(6)} CPU s  ${each.peakMb.toFixed(0).padStart(4)} MB`
