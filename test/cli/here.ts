import { Readable } from 'node:stream'
import { runCommandLine } from '../../src/cli/main.ts'
import { createPaint, type Sink } from '../../src/cli/streams.ts'
import type { Ended } from './finalmile.ts'

/**
 * Runs the whole command line in this process: as true as a process of its own but for signals, exit and start-up, which
 * cost half a second each. Those are tested with `finalmile` (test/cli/finalmile.ts).
 */
export const finalmileHere = async (args: readonly string[], { cwd, input = '', env = {}, answers }: { readonly cwd: string; readonly input?: string; readonly env?: Readonly<Record<string, string>>; /** Of a person at a terminal; past the last one the questions are left. */ readonly answers?: readonly string[] }): Promise<Ended> => {
  const [out, err] = [collect(), collect()]
  const left = answers?.values()
  const ask = left === undefined ? null : async (): Promise<string | null> => left.next().value ?? null
  const code = await runCommandLine(args, { out: out.sink, err: err.sink, ask, stdin: Readable.from([Buffer.from(input)]) }, env, cwd)
  return { code, out: out.text(), err: err.text() }
}

const collect = (): { readonly sink: Sink; text(): string } => {
  let text = ''
  return {
    sink: { write: (more) => { text += more }, drained: () => Promise.resolve(), isScreen: false, columns: 160, paint: createPaint(0) },
    text: () => text,
  }
}
