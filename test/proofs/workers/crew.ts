import type { JournalEntry } from '../../world/journal.ts'
import type { SpawnedBuyer } from '../../world/spawn-buyer.ts'
import { createProject } from '../kit/project.ts'
import type { Project, Running } from '../kit/project.ts'

export interface Found { readonly scenario: string; readonly figures: string; readonly problems: readonly string[] }

/** Workers of one store, and the leads that were taken in for them. */
export interface Crew {
  readonly project: Project
  start(args?: readonly string[]): Running
  /** Starts so many, and waits until all have ended; those that fail are problems. */
  drain(workers: number, args?: readonly string[]): Promise<{ readonly seconds: number; readonly problems: readonly string[] }>
  command(...args: readonly string[]): Promise<string>
  outcomes(): Promise<Readonly<Record<string, number>>>
}

export const createCrew = async (store: string, files: Readonly<Record<string, string>>, leads: number, to: string, more: readonly string[] = []): Promise<Crew> => {
  const project = await createProject(files, leads)
  const env = { FINALMILE_STORE: store }
  const command = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await project.run(args, env)
    if (code !== 0) throw new Error(`finalmile ${args.join(' ')} ended with ${code}\n${err}`)
    return out
  }
  await command('deliver', 'leads.csv', '--to', to, '--enqueue', '--yes', '--quiet', '--out', 'runs/in', ...more)
  let n = 0
  const start = (args: readonly string[] = []): Running => project.start(['worker', '--yes', '--quiet', '--out', `runs/w${++n}`, ...args], env)
  return {
    project, start, command,
    drain: async (workers, args = []) => {
      const began = performance.now()
      const ended = await Promise.all(Array.from({ length: workers }, () => start(['--drain', ...args]).done))
      return { seconds: (performance.now() - began) / 1000, problems: ended.flatMap(({ code, err }) => (code === 0 || code === 3 ? [] : [`a worker ended with ${code}: ${err.slice(0, 300)}`])) }
    },
    outcomes: async () => {
      const status = JSON.parse(await command('status', '--json')) as { readonly waiting: number; readonly working: number; readonly settled: Readonly<Record<string, number>> }
      return { ...Object.fromEntries(Object.entries(status.settled).filter(([, count]) => count > 0)), ...(status.waiting > 0 ? { waiting: status.waiting } : {}), ...(status.working > 0 ? { working: status.working } : {}) }
    },
  }
}

export const sold = (journal: readonly JournalEntry[]): number => journal.filter((each) => each.booked !== null).length

/** One key for a lead, one body for a key, and no lead bought twice. */
export const keysHold = (journals: readonly (readonly JournalEntry[])[]): readonly string[] => journals.flatMap((journal) => {
  const problems: string[] = []
  const keys = new Map<string, string>()
  const bought = new Set<string>()
  for (const { key, body, booked } of journal) {
    const lead = (JSON.parse(body) as { readonly leadId: string }).leadId
    if ((keys.get(lead) ?? key ?? '') !== (key ?? '')) problems.push(`${lead} came under two keys`)
    keys.set(lead, key ?? '')
    if (booked !== null && bought.has(lead)) problems.push(`${lead} was bought twice`)
    if (booked !== null) bought.add(lead)
  }
  return problems
})

/** The most entries in any stretch of so many milliseconds. */
export const mostWithin = (journal: readonly JournalEntry[], ms: number): number => {
  const times = journal.map((each) => each.at).sort((a, b) => a - b)
  let most = 0
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= ms) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}

export const closeAll = async (crew: Crew, buyers: readonly SpawnedBuyer[]): Promise<void> => {
  crew.project.remove()
  for (const each of buyers) await each.close()
}
