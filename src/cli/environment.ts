import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { errorCode } from '../base/error.ts'
import { diagnosticAt, usageError, type Diagnostic } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { decodeText } from '../base/encoding.ts'

/** The environment with `.env` of the current folder below it: what is exported goes before what is written there. */
export const readEnvironment = (cwd: string, exported: Environment): { readonly environment: Environment; readonly warnings: readonly Diagnostic[] } => {
  const bytes = readIfThere(join(cwd, '.env'))
  if (bytes === null) return { environment: exported, warnings: [] }
  const text = decodeText(bytes)
  return { environment: { ...parseEnv(text), ...exported }, warnings: doubtsOf(text) }
}

/** What would be read as something else than it says. Never shows a line: it may hold a secret. */
const doubtsOf = (text: string): readonly Diagnostic[] =>
  withoutQuoted(text).split('\n').flatMap((line, i) => {
    const place = { file: '.env', line: i + 1, col: 1 }
    if (line.trim() === '' || line.trimStart().startsWith('#')) return []
    const assignment = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line.trimEnd())
    const doubt = assignment === null ? NO_LINE : doubtOf(assignment[1] ?? '', assignment[2] ?? '')
    return doubt === null ? [] : [diagnosticAt(place, doubt.code, doubt.message, doubt.help, 'warning')]
  })

interface Doubt { readonly code: string; readonly message: string; readonly help: string }

const NO_LINE: Doubt = { code: 'env-line', message: 'this line is no NAME=value and is passed over', help: 'write NAME=value, or # before a remark' }

const doubtOf = (name: string, value: string): Doubt | null => {
  if (value.startsWith(QUOTED)) {
    return /^\s*(#|$)/.test(value.slice(1)) ? null
      : { code: 'env-quote', message: `the value of ${name} ends at its second quote, and what follows is left out`, help: 'put a value that holds quotes into quotes of another kind: " or \' or `' }
  }
  if (/^["'`]/.test(value)) return { code: 'env-quote', message: `the quote before the value of ${name} is not closed, and is taken as part of it`, help: 'close it' }
  if (/[^\s#]#/.test(value.replace(/(^|\s)#.*$/, ''))) return { code: 'env-hash', message: `the value of ${name} ends before the #`, help: `where the # belongs to it, write quotes: ${name}="…"` }
  return null
}

/** Stands for a quoted value. */
const QUOTED = '\u0000'

/** Quoted values may span lines and hold anything; the lines are kept. */
const withoutQuoted = (text: string): string =>
  text.replace(/^([^\S\n]*(?:export[^\S\n]+)?[\w.-]+[^\S\n]*=[^\S\n]*)(["'`])([\s\S]*?)\2/gm, (_, start: string, _quote, inner: string) => `${start}${QUOTED}${inner.replace(/[^\n]/g, '')}`)

const readIfThere = (path: string): Buffer | null => {
  try {
    return statSync(path).isFIFO() ? fromPipe(path) : readFileSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return null
    // The system's words (`EISDIR: illegal operation on a directory, read`) do not say which.
    throw error instanceof Error ? Object.assign(error, { path }) : error
  }
}

const fromPipe = (path: string): Buffer => {
  const bytes = readPipe(path)
  if (bytes === null) throw usageError('.env is a named pipe, and nobody writes to it', 'start what fills it (a password manager, say), or put a file in its place')
  return bytes
}

/** How long whoever writes to a pipe may take to begin: password managers wait for the reader first. */
const PATIENCE_MS = 3_000
const PAUSE_MS = 10

/** All that is written to a named pipe until its writer closes it; null where nobody writes. An ordinary read would wait for ever. */
const readPipe = (path: string, patienceMs = PATIENCE_MS): Buffer | null => {
  const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const parts: Buffer[] = []
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += PAUSE_MS) {
      const part = Buffer.alloc(65_536)
      const length = readSome(pipe, part)
      if (length === 0 && parts.length > 0) return Buffer.concat(parts)
      if (length > 0) {
        parts.push(part.subarray(0, length))
        waitedMs = 0
      } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
    return null
  } finally {
    closeSync(pipe)
  }
}

/** 0: nobody has it open for writing; -1: who has it open has written nothing yet. */
const readSome = (pipe: number, into: Buffer): number => {
  try {
    return readSync(pipe, into)
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return -1
    throw error
  }
}
