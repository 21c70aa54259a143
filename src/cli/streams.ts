import type { Readable } from 'node:stream'
import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk'
import type { Environment } from '../base/environment.ts'

/** One of the two places to write to. stdout carries data only, stderr everything else. */
export interface Sink {
  write(text: string): void
  /** Resolves once the reader keeps up: await it between the pieces of a long output. */
  drained(): Promise<void>
  /** A terminal whose width is known, which is not dumb and no log of a CI job (ora draws nothing there): lines can be drawn anew. */
  readonly isScreen: boolean
  /** Width in characters. Endless where there is no terminal: nothing is cut that goes into a file, a pipe or a mail from cron. */
  readonly columns: number
  readonly paint: ChalkInstance
}

export interface Streams {
  readonly out: Sink
  readonly err: Sink
  /** Null where stdin is no terminal: then nobody can be asked. Resolves to null where the question was left by Ctrl-C or Ctrl-D. */
  readonly ask: ((question: string) => Promise<string | null>) | null
  /** For `-`. */
  readonly stdin: Readable
}

/** Of a terminal that does not know its width: what one of today would show. */
const WITHOUT_WIDTH = 160

/**
 * `--no-color` goes before FORCE_COLOR, that before NO_COLOR (https://no-color.org), that before what the terminal is:
 * the explicit before the general.
 */
export const colorLevel = (environment: Environment, isTTY: boolean, noColorFlag: boolean): ColorSupportLevel => {
  if (noColorFlag) return 0
  const forced = environment.FORCE_COLOR
  if (forced !== undefined) {
    if (forced === '0' || forced === 'false') return 0
    return forced === '2' ? 2 : forced === '3' ? 3 : 1
  }
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return 0
  return isTTY && environment.TERM !== 'dumb' ? 1 : 0
}

export const createPaint = (level: ColorSupportLevel): ChalkInstance => new Chalk({ level })

/** The process's own streams. A reader that has gone away (`| head`) ends us quietly; a lost stderr never stops a delivery. */
export const processStreams = (noColorFlag: boolean): Streams => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw Object.assign(error, { path: 'standard output' })
  })
  // Gone, its terminal closed, its disk full: nobody can be told, and the leads matter more.
  process.stderr.on('error', () => undefined)
  return {
    out: sinkOf(process.stdout, noColorFlag),
    err: sinkOf(process.stderr, noColorFlag),
    ask: process.stdin.isTTY && process.stderr.isTTY ? askOnTerminal : null,
    get stdin() { return process.stdin },
  }
}

/** A terminal that nobody has told its size (`script` from cron, a container's, a serial console) says 0 columns. */
const sinkOf = (stream: NodeJS.WriteStream, noColorFlag: boolean): Sink => ({
  write: (text) => void stream.write(text),
  drained: () => (stream.writableNeedDrain ? new Promise((resolve) => stream.once('drain', () => resolve())) : Promise.resolve()),
  get isScreen() { return stream.isTTY === true && stream.columns > 0 && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined },
  get columns() { return stream.columns || (stream.isTTY === true ? WITHOUT_WIDTH : Infinity) },
  paint: createPaint(colorLevel(process.env, stream.isTTY === true, noColorFlag)),
})

const askOnTerminal = async (question: string): Promise<string | null> => {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
  terminal.on('SIGINT', () => terminal.close())
  // Back from Ctrl-Z it would not read on, and the process would end without a word.
  terminal.on('SIGCONT', () => terminal.resume())
  const answer = await Promise.race([terminal.question(question), ended])
  terminal.close()
  // The cursor stands behind the question still.
  if (answer === null) process.stderr.write('\n')
  return answer
}
