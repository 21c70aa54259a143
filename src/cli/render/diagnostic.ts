import type { ChalkInstance } from 'chalk'
import type { Diagnostic } from '../../base/diagnostic.ts'
import { plural } from './figures.ts'
import { printable } from './printable.ts'
import { cut, widthOf } from './width.ts'

const TAB = 4
/** Lines longer than this are shown around the caret only. */
const LONGEST = 110

/**
 * A problem the way rustc shows one:
 *
 *     error[needs-unit]: `timeout: 10` needs a unit
 *       --> recipients/acme.yaml:14:12
 *        |
 *     14 |   timeout: 10
 *        |            ^^
 *        = help: write 10s
 *
 * `textOf` gives the file's text; null where it cannot be had, and then the excerpt is left out.
 */
export const renderDiagnostic = (each: Diagnostic, textOf: (file: string) => string | null, paint: ChalkInstance): string => {
  const color = each.severity === 'error' ? paint.red : paint.yellow
  const lines = [`${color.bold(`${each.severity}[${each.code}]`)}${paint.bold(`: ${printable(each.message)}`)}`]
  const excerpt = each.file !== null && each.line > 0 ? excerptOf(each, textOf(each.file)) : null
  const gutter = excerpt === null ? 1 : String(each.line).length
  const edge = ' '.repeat(gutter)
  if (each.file !== null) {
    lines.push(`${edge}${paint.blue('-->')} ${each.file}${each.line > 0 ? `:${each.line}:${Math.max(1, each.col)}` : ''}`)
  }
  if (excerpt !== null) {
    lines.push(paint.blue(`${edge} |`))
    lines.push(`${paint.blue(`${each.line} |`)} ${excerpt.text}`.trimEnd())
    lines.push(`${paint.blue(`${edge} |`)} ${' '.repeat(excerpt.indent)}${color('^'.repeat(excerpt.width))}`)
  }
  if (each.help !== undefined) lines.push(`${paint.blue(`${edge} =`)} ${paint.bold('help')}: ${printable(each.help)}`)
  return `${lines.join('\n')}\n`
}

/** All of them in the order of files and lines, and a closing line that counts them. Empty for none. */
export const renderDiagnostics = (diagnostics: readonly Diagnostic[], textOf: (file: string) => string | null, paint: ChalkInstance): string => {
  if (diagnostics.length === 0) return ''
  const shown = sortDiagnostics(diagnostics).map((each) => `${renderDiagnostic(each, textOf, paint)}\n`)
  return `${shown.join('')}${countLine(diagnostics, paint)}\n`
}

export const sortDiagnostics = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.toSorted((a, b) => (a.file ?? '').localeCompare(b.file ?? '') || a.line - b.line || a.col - b.col)

const countLine = (diagnostics: readonly Diagnostic[], paint: ChalkInstance): string => {
  const errors = diagnostics.filter((each) => each.severity === 'error').length
  const warnings = diagnostics.length - errors
  const parts = [
    ...(errors > 0 ? [paint.red.bold(plural(errors, 'error'))] : []),
    ...(warnings > 0 ? [paint.yellow.bold(plural(warnings, 'warning'))] : []),
  ]
  const files = new Set(diagnostics.flatMap((each) => each.file ?? [])).size
  return `${parts.join(' and ')}${files > 0 ? ` in ${plural(files, 'file')}` : ''}`
}

const excerptOf = (each: Diagnostic, text: string | null): { text: string; indent: number; width: number } | null => {
  const line = text?.split(/\r\n|\n|\r/)[each.line - 1]
  if (line === undefined || line.trim() === '') return null
  const start = Math.min(Math.max(0, each.col - 1), line.length)
  const end = Math.min(line.length, start + Math.max(1, each.length ?? 1))
  const before = expandTabs(line.slice(0, start), 0)
  const marked = expandTabs(line.slice(start, end), widthOf(before))
  const after = expandTabs(line.slice(end), widthOf(before) + widthOf(marked))
  const width = Math.max(1, widthOf(marked))
  if (widthOf(before) + width <= LONGEST) return { text: cut(before + marked + after, LONGEST), indent: widthOf(before), width }
  // Far to the right: keep the last 40 characters before the caret.
  const kept = before.slice(-40)
  return { text: cut(`…${kept}${marked}${after}`, LONGEST), indent: 1 + widthOf(kept), width: Math.min(width, LONGEST - 41) }
}

/** Tabs go to the next stop of 4, so that carets stand where the eye expects them. */
const expandTabs = (text: string, column: number): string => {
  let shown = ''
  for (const part of text.split(/(\t)/)) {
    shown += part === '\t' ? ' '.repeat(TAB - ((column + widthOf(shown)) % TAB)) : printable(part)
  }
  return shown
}
