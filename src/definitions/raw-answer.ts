import { keyAt } from './line-scan.ts'
import { normalKey } from './keys.ts'

/** Sample answers that stand in a file as they came, without quotes: JSON or XML lines up to the next key. */
export interface RawAnswer {
  readonly text: string
  /** First and last line, counted from 0, and the column of its first character. */
  readonly from: number
  readonly to: number
  readonly at: number
}

/** Keys whose value may be written raw. */
export const takesRawAnswer = (key: string): boolean => KEYS.has(normalKey(key))

/**
 * The raw answer that starts at column `at` of a line, or, where nothing stands there, on the next line that is not
 * blank; null where what stands there is ordinary YAML. `indent`: of its key.
 */
export const rawAnswerAt = (lines: readonly string[], line: number, at: number, indent: number): RawAnswer | null => {
  let from = line
  let start = at
  if ((lines[line] ?? '').slice(at).trim() === '') {
    do from++; while (from < lines.length && (lines[from] ?? '').trim() === '')
    start = (lines[from] ?? '').search(/\S/)
    if (start < 0) return null
  }
  const rest = (lines[from] ?? '').slice(start)
  if (isJson(rest, lines[from + 1] ?? '')) return answer(lines, from, endOfJson(lines, from, start, indent), start)
  return rest.startsWith('<') ? answer(lines, from, lineBeforeNextKey(lines, from, indent), start) : null
}

const KEYS = new Set(['expectedresponse', 'sampleresponse', 'response', 'answer'])

/** `{Response: …, Means: …}` is YAML; `{"status": …}` is an answer. */
const isJson = (rest: string, next: string): boolean =>
  /^\{\s*["}]/.test(rest) || /^\[\s*(?:\]|"|-?\d|\[|\{\s*["}])/.test(rest) || (/^[{[]\s*$/.test(rest) && /^\s*["{}[\]\d]/.test(next))

const endOfJson = (lines: readonly string[], from: number, at: number, indent: number): number => {
  let depth = 0
  let quoted = false
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] ?? ''
    for (let j = i === from ? at : 0; j < line.length; j++) {
      const char = line[j] ?? ''
      if (quoted) { if (char === '\\') j++; else if (char === '"') quoted = false }
      else if (char === '"') quoted = true
      else if (char === '{' || char === '[') depth++
      else if ((char === '}' || char === ']') && --depth === 0) return i
    }
    quoted = false
  }
  // Cut off, as a sample of a broken answer may be.
  return lineBeforeNextKey(lines, from, indent)
}

const lineBeforeNextKey = (lines: readonly string[], from: number, indent: number): number => {
  let last = from
  for (let i = from + 1; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const col = line.search(/\S/)
    if (col < 0) continue
    if (col <= indent && /^(?:[\p{L}\p{N}#-]|\{\{[#/])/u.test(line.slice(col)) && (line[col] === '#' || line.startsWith('---', col) || line.startsWith('- ', col) || line.startsWith('{{', col) || keyAt(line, col))) break
    last = i
  }
  return last
}

const answer = (lines: readonly string[], from: number, to: number, at: number): RawAnswer => {
  const rest = lines.slice(from + 1, to + 1)
  const blanks = rest.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const common = Math.min(at, ...blanks)
  return { text: [(lines[from] ?? '').slice(at), ...rest.map((line) => line.slice(common))].join('\n').trimEnd(), from, to, at }
}
