import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const entry = fileURLToPath(new URL('./entry.ts', import.meta.url))

export interface Ended { readonly code: number | null; readonly out: string; readonly err: string }

/** Runs the command line as a process of its own, without a terminal. */
export const finalmile = (args: readonly string[], options: { readonly cwd?: string; readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly hook?: string } = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...environment } = process.env
    const child = spawn(process.execPath, [...(options.hook === undefined ? [] : ['--import', options.hook]), entry, ...args], { cwd: options.cwd, env: { ...environment, ...options.env }, stdio: 'pipe' })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(options.input ?? '')
  })

/** What a terminal of 80 columns is written. */
export const onTerminal = async (args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...environment } = process.env
  const { stdout } = await promisify(execFile)('/usr/bin/script', ['-qec', `stty cols 80; exec ${[process.execPath, entry, ...args].join(' ')}`, '/dev/null'], { cwd, env: { ...environment, ...env } })
  return stdout
}
