import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment with `.env` of the current folder below it: what is exported goes before what is written there. */
export const readEnvironment = (cwd: string, exported: Environment): { readonly environment: Environment; readonly warnings: readonly Diagnostic[] } => {
  const bytes = readIfThere(join(cwd, '.env'))
  if (bytes === null) return { environment: exported, warnings: [] }
  const text = decode(bytes)
  return { environment: { ...parseEnv(text), ...exported }, warnings: doubtsOf(text) }
}

/** Notepad begins files with a byte order mark, and `>` of Windows PowerShell writes UTF-16. */
const decode = (bytes: Buffer): string =>
  new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8').decode(bytes)

/** What would be read as something else than it says. Never shows a line: it may hold a secret. */
const doubtsOf = (text: string): readonly Diagnostic[] =>
  withoutQuoted(text).split('\n').flatMap((line, i) => {
    const place = { file: '.env', line: i + 1, col: 1 }
    if (line.trim() === '' || line.trimStart().startsWith('#')) return []
    const assignment = /^\s*(?:export\s+)?([\w.-]+)\s*=(.*)$/.exec(line.trimEnd())
    if (assignment === null) return [diagnosticAt(place, 'env-line', 'this line is no NAME=value and is passed over', 'write NAME=value, or # before a remark', 'warning')]
    const [, name = '', value = ''] = assignment
    const cut = /[^\s#]#/.test(value.replace(/\s#.*$/, ''))
    return cut ? [diagnosticAt(place, 'env-hash', `the value of ${name} ends before the #`, `where the # belongs to it, write quotes: ${name}="…"`, 'warning')] : []
  })

/** Quoted values may span lines and hold anything; the lines are kept. */
const withoutQuoted = (text: string): string =>
  text.replace(/^([^\S\n]*(?:export[^\S\n]+)?[\w.-]+[^\S\n]*=[^\S\n]*)(["'`])([\s\S]*?)\2/gm, (_, start: string, _quote, inner: string) => start + inner.replace(/[^\n]/g, ''))

const readIfThere = (path: string): Buffer | null => {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}
