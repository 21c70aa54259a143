import type { Diagnostic } from '../base/diagnostic.ts'
import type { FileText } from './text.ts'

/** The file with its wrongly indented lines at the level of the line above them, and which lines those are. */
interface Levelled { readonly file: FileText; readonly moved: ReadonlySet<number> }

/** Null where something else than an indentation keeps the file from being read, so that nothing can be known of the rest. */
export const levelLines = (file: FileText, problems: readonly Diagnostic[]): Levelled | null => {
  if (problems.length === 0 || problems.some((each) => each.code !== 'bad-indentation')) return null
  const lines = file.text.split('\n')
  const moved = new Set<number>()
  for (const { line, col } of problems) {
    // At its first column the line itself is meant, behind a value the one below.
    let i = nextFilled(lines, col === 1 ? line - 1 : line)
    const above = lines.slice(0, i).findLastIndex(isFilled)
    const [odd, level] = [indentOf(lines[i]), indentOf(lines[above])]
    if (above < 0 || odd === level) return null
    // Those behind it that stand as it does are meant to be beside it.
    for (; i < lines.length && isFilled(lines[i]) && indentOf(lines[i]) === odd; i++) {
      lines[i] = `${' '.repeat(level)}${(lines[i] ?? '').trimStart()}`
      moved.add(i + 1)
    }
  }
  return { file: { ...file, text: lines.join('\n') }, moved }
}

const isFilled = (line: string | undefined): boolean => line !== undefined && /^\s*[^\s#]/.test(line)
const indentOf = (line: string | undefined): number => /^ */.exec(line ?? '')?.[0].length ?? 0

const nextFilled = (lines: readonly string[], from: number): number => {
  const found = lines.slice(from).findIndex(isFilled)
  return found < 0 ? lines.length : from + found
}
