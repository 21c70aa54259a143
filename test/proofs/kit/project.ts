import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { leadAt, writeLines } from '../../../bench/leads.ts'

export interface Ended { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly out: string; readonly err: string }
export interface Running { readonly child: ChildProcess; readonly done: Promise<Ended>; /** what stderr has said so far */ said(): string }

/** A folder of a user's own, worked with the built command line (`npm run build` first), every command a process. */
export interface Project {
  readonly folder: string
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>
  /** Lines of JSON that a command prints; throws where it fails. */
  json(args: readonly string[]): Promise<readonly Row[]>
  remove(): void
}
export type Row = Readonly<Record<string, string>>

export const BIN = resolve(import.meta.dirname, '../../../bin/finalmile.js')

/** `files` by path within the folder; `leads` of bench/leads.ts in leads.csv. */
export const createProject = async (files: Readonly<Record<string, string>>, leads = 0): Promise<Project> => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-proof-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  if (leads > 0) await writeLines(join(folder, 'leads.csv'), leads, (i) => Object.values(leadAt(i)).join(','), Object.keys(leadAt(0)).join(','))

  const start: Project['start'] = (args, env = {}) => {
    const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', ...env } })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
    const done = once(child, 'close').then(([code, signal]): Ended => ({ code: code as number | null, signal: signal as NodeJS.Signals | null, out, err }))
    return { child, done, said: () => err }
  }
  const run: Project['run'] = (args, env) => start(args, env).done
  return {
    folder, start, run,
    json: async (args) => {
      const { code, out, err } = await run(args)
      if (code !== 0) throw new Error(`finalmile ${args.join(' ')} ended with ${code}\n${err}`)
      return out.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Row)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** An endpoint that answers as test/world buyers do. */
export const buyerYaml = (name: string, url: string, more = ''): string => `Recipient: ${name}
Settings:
  Endpoint: ${url}/leads
  Timeout: 2 seconds
  Connections: 4
Field Mapping:
  leadId: {{lead.id}}
  email: {{lead.email}}
  phone: {{lead.phone_1}}
Response Parsing:
  Success: status = "accepted"
  Duplicate: status = "duplicate"
  Lead ID: leadId
  Price: price
Retry Strategy:
  Timeout Errors: {Retry: 5 times, Backoff: 100ms}
  Server Errors: {Retry: 5 times, Backoff: 100ms}
  Network Errors: {Retry: 5 times, Backoff: 100ms}
Circuit Breaker: off
${more}`
