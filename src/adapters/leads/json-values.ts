import { gather, type Inspect, type RowParser } from './batch.ts'
import { LONGEST_JSON_RECORD, takeJsonRecord } from './json-record.ts'

/**
 * A JSON array of objects, or several one after the other, an array inside one wrapping key (`{"leads": [...]}`), or objects one after the other, in any
 * layout. Only the ends of the values are looked for here, with an eye for strings; each value is then `JSON.parse`d alone,
 * so that memory holds one value however long the file is, and a broken value costs itself only.
 */
export const createJsonValuesParser = (file: string, shape: 'array' | 'wrapped' | 'objects', idAsked: string | undefined, inspect?: Inspect): RowParser => {
  const out = gather(file, inspect)
  let text = ''
  let damaged = false
  /** Next character to look at, and where the value being read begins; -1 between values. */
  let at = 0
  let start = -1
  let startLine = 1
  let line = 1
  let depth = 0
  let inString = false
  let place: 'before' | 'inside' | 'after' = shape === 'objects' ? 'inside' : 'before'
  let strayTold = false

  const finish = (end: number): void => {
    const raw = text.slice(start, end).trim()
    if (raw !== '') takeJsonRecord(out, raw, startLine, damaged, idAsked)
    start = -1
  }
  const stray = (): void => {
    if (!strayTold) out.bad(line, 'text behind the end of the array is not read', text.slice(at, at + 200))
    strayTold = true
  }

  /** Objects end at their bracket; a scalar among them (`42`, `"text"`) at a comma, a bracket or a line end. */
  const scan = (): void => {
    while (at < text.length) {
      if (inString) {
        if (!skipString()) return
        continue
      }
      const code = text.charCodeAt(at)
      if (code === LF) line++
      if (place === 'before') {
        if (code === OPEN_LIST) place = 'inside'
        else if (code === QUOTE) { inString = true }
        at++
        continue
      }
      if (place === 'after') {
        // Page after page, put together by `curl … >> leads.json`.
        if (code === OPEN_LIST && shape === 'array' && !strayTold) place = 'inside'
        else if (code > SPACE && !(shape === 'wrapped' && code === CLOSE_MAP)) stray()
        at++
        continue
      }
      if (start < 0) {
        if (code === CLOSE_LIST && shape !== 'objects') { place = 'after'; at++; continue }
        if (code <= SPACE || code === COMMA) { at++; continue }
        start = at
        startLine = line
        depth = 0
      }
      if (code === QUOTE) { inString = true; at++; continue }
      if (code === OPEN_MAP || code === OPEN_LIST) depth++
      else if (code === CLOSE_MAP || code === CLOSE_LIST) {
        if (depth === 0) { finish(at); continueAtBracket(code); continue }
        if (--depth === 0) { finish(at + 1); at++; continue }
      } else if (depth === 0 && (code === COMMA || code === LF)) {
        finish(at)
      }
      at++
    }
  }

  /** A closing bracket without an opening one ends a scalar; of the array itself it is the end. */
  const continueAtBracket = (code: number): void => {
    if (code === CLOSE_LIST && shape !== 'objects') place = 'after'
    at++
  }

  const skipString = (): boolean => {
    for (;;) {
      const next = nextOf(text, at)
      if (next < 0) { at = text.length; return false }
      const code = text.charCodeAt(next)
      if (code === BACKSLASH) {
        if (next + 1 >= text.length) { at = next; return false }
        at = next + 2
      } else if (code === LF) {
        // No string of JSON holds a bare line end: a quote was lost. The value ends here, the next line starts anew.
        if (start >= 0) out.bad(startLine, 'a line ends inside a string: a quote is missing', text.slice(start, next))
        start = -1
        inString = false
        line++
        at = next + 1
        return true
      } else {
        inString = false
        at = next + 1
        return true
      }
    }
  }

  return {
    push: (chunk, chunkDamaged) => {
      damaged ||= chunkDamaged
      const kept = start < 0 ? at : start
      text = text.slice(kept) + chunk
      at -= kept
      if (start >= 0) start = 0
      scan()
      if (start >= 0 && text.length - start > LONGEST_JSON_RECORD) {
        out.bad(startLine, 'a record longer than 16 MB, or one that is never closed: nothing behind it could be read', text.slice(start, start + 200))
        start = -1
        inString = false
        place = 'after'
        strayTold = true
        at = text.length
      }
    },
    end: () => {
      if (start >= 0 && (depth > 0 || inString)) {
        out.bad(startLine, 'the file ends inside this record', text.slice(start))
      } else if (start >= 0) finish(text.length)
      else if (place !== 'after' && shape !== 'objects') out.bad(line, 'the file ends before the array does: it may have been cut off', text.slice(-200))
      text = ''
      at = 0
      start = -1
    },
    take: out.take,
  }
}

const SPACE = 0x20
const LF = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d

/** The next quote, backslash or line end. A loop: three `indexOf` would each run to the end of the chunk. */
const nextOf = (text: string, from: number): number => {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE || code === BACKSLASH || code === LF) return i
  }
  return -1
}
