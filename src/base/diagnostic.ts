/** A mistake that a user can mend, with the place, what was got, what was expected, and what to do. */
export interface Diagnostic {
  /** Short stable name, such as `unknown-key`, `needs-unit`, `missing-variable`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** As the user named it; null where no file is involved (a command-line flag). */
  readonly file: string | null
  /** 1-based; 0 where the whole file is meant. */
  readonly line: number
  /** 1-based, counted in characters of the user's own text. */
  readonly col: number
  /** How many characters the caret underlines; at least 1. */
  readonly length?: number
  /** What was got and what was expected, in one sentence without a final full stop. */
  readonly message: string
  /** What to do: `did you mean "Field Mapping"?`, `write 10s`. */
  readonly help?: string
}

/** A place in a user's file; every definition node carries one. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly col: number
  readonly length?: number
  /** Of a text: `own` where each of its lines stands on a line of the file, at this column (`|`), `folded` where lines of the file are one of it. */
  readonly lines?: 'own' | 'folded'
}

/** The place of a part of a text that begins at `start`, by line and column of the text, from 0; of the text as a whole where the file has other lines (a `\n` in quotes, `>`). */
export const placeWithin = (start: Place, line: number, column: number, length = 1): Place => {
  if (start.lines === 'folded' || (line > 0 && start.lines !== 'own')) return start
  return { file: start.file, line: start.line + line, col: start.col + column, length }
}

/** The same, by its offset in the text. */
export const placeOfPart = (start: Place, text: string, offset: number, length = 1): Place => {
  const before = text.slice(0, offset).split('\n')
  return placeWithin(start, before.length - 1, before.at(-1)?.length ?? 0, length)
}

export const diagnosticAt = (
  { lines: _, ...place }: Place,
  code: string,
  message: string,
  help?: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic => ({ code, severity, ...place, message, ...(help === undefined ? {} : { help }) })

/** Takes a mistake that was found. */
export type Report = (problem: Diagnostic) => void

/** Says of a place in a file what is wrong and what to do. Undefined, as is what cannot be read. */
export type Tell = (...problem: Parameters<typeof diagnosticAt>) => undefined

export const tellTo = (report: Report): Tell => (...problem) => {
  report(diagnosticAt(...problem))
  return undefined
}

export const isSameProblem = (a: Diagnostic, b: Diagnostic): boolean => a.code === b.code && a.file === b.file && a.line === b.line && a.col === b.col && a.message === b.message

/** Thrown by the shell (never by pure code) when a command cannot start: exit code 2, nothing was sent. */
export class UserError extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((each) => each.message).join('\n'))
    this.name = 'UserError'
    this.diagnostics = diagnostics
  }
}

/** A user's mistake that has no file: a flag, a missing argument. */
export const usageError = (message: string, help?: string): UserError =>
  new UserError([{ code: 'usage', severity: 'error', file: null, line: 0, col: 0, message, ...(help === undefined ? {} : { help }) }])

/** What it says, without the secrets that stand in it; the excerpt shows the file, which has their names. */
export const maskedDiagnostic = (problem: Diagnostic, mask: (text: string) => string): Diagnostic =>
  ({ ...problem, message: mask(problem.message), ...(problem.help === undefined ? {} : { help: mask(problem.help) }) })
