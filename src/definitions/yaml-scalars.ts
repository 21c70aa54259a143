import type { LineCounter, Scalar } from 'yaml'
import type { Place } from '../base/diagnostic.ts'
import type { Prepared } from './prepass.ts'
import type { Taken } from './prepared-text.ts'
import type { YamlScalar } from './yaml-tree.ts'

/** Values as the user wrote them, and where, from what YAML made of the prepared text. */
export const createScalarReader = (file: string, lines: LineCounter, prepared: Prepared, userLines: readonly string[]) => {
  const placeAt = (offset: number, length: number): Place => {
    const at = lines.linePos(offset)
    const line = Math.min(Math.max(1, at.line), userLines.length)
    const col = Math.min(prepared.column(line, at.col), (userLines[line - 1]?.length ?? 0) + 1)
    return { file, line, col, length: Math.max(1, Math.min(length, (userLines[line - 1]?.length ?? 0) - col + 1)) }
  }
  const takenAt = (offset: number): Taken | undefined => {
    const at = lines.linePos(offset)
    return prepared.taken.get(`${at.line}:${at.col}`)
  }

  const scalar = (node: Scalar): YamlScalar => {
    const [from, to] = node.range ?? [0, 0]
    const first = lines.linePos(from).line
    const last = lines.linePos(Math.max(from, to - 1)).line
    const placed = (place: Place): Place => (node.type === 'BLOCK_LITERAL' ? { ...place, lines: 'own' } : last > first ? { ...place, lines: 'folded' } : place)
    if (node.type !== 'PLAIN') {
      const text = typeof node.value === 'string' ? node.value : String(node.value ?? '')
      return { kind: 'scalar', value: text, text, quoted: true, place: placed(node.type?.startsWith('BLOCK') ? blockPlace(from) : placeAt(from + 1, to - from - 2)) }
    }
    const taken = takenAt(from)
    if (last > first && hasTaken(first, last)) {
      const text = folded(from, to, first, last)
      return { kind: 'scalar', value: text, text, quoted: false, place: placed(taken?.place ?? placeAt(from, to - from)) }
    }
    if (taken) return { kind: 'scalar', value: taken.text, text: taken.text, quoted: false, place: taken.place }
    const text = node.source ?? ''
    return { kind: 'scalar', value: typedValue(node.value, text), text, quoted: false, place: placed(placeAt(from, to - from)) }
  }

  /** The first character of a block scalar stands on the line after its `|`. */
  const blockPlace = (from: number): Place => {
    const header = lines.linePos(from).line
    const line = userLines.findIndex((each, i) => i >= header && each.trim() !== '')
    return line < 0 ? placeAt(from, 1) : { file, line: line + 1, col: (userLines[line] ?? '').search(/\S/) + 1, length: Math.max(1, (userLines[line] ?? '').trim().length) }
  }

  const hasTaken = (first: number, last: number): boolean => [...prepared.taken.keys()].some((each) => Number.parseInt(each, 10) >= first && Number.parseInt(each, 10) <= last)

  /** A plain value over several lines, as YAML folds it: a line end is a blank, an empty line a line end. */
  const folded = (from: number, to: number, first: number, last: number): string => {
    const start = lines.linePos(from)
    const end = lines.linePos(to)
    let text = ''
    let gaps = 0
    for (let line = first; line <= last; line++) {
      const whole = userLines[line - 1] ?? ''
      const part = whole.slice(line === first ? prepared.column(line, start.col) - 1 : 0, line === last && end.line === last ? prepared.column(line, end.col) - 1 : undefined).trim()
      if (part === '') { gaps++; continue }
      text += text === '' ? part : gaps > 0 ? '\n'.repeat(gaps) + part : ` ${part}`
      gaps = 0
    }
    return text
  }

  return { placeAt, takenAt, scalar }
}

/** YAML's own reading of booleans and null; numbers only as JSON writes them, so that no digit is lost. */
const typedValue = (value: unknown, text: string): string | number | boolean | null => {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value !== 'number') return text
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) || Object.is(value, -0)) return text
  return text.replace(/\D/g, '').replace(/^0+/, '').length <= 15 ? value : text
}
