import { gather, type Inspect, type RowParser } from './batch.ts'
import { LONGEST_JSON_RECORD, takeJsonRecord } from './json-record.ts'

/** JSON Lines: an object per line. A broken line costs itself only. */
export const createJsonLinesParser = (file: string, idAsked: string | undefined, inspect?: Inspect): RowParser => {
  const out = gather(file, inspect)
  let rest = ''
  let line = 1
  let damaged = false
  let skipping = false

  const parse = (text: string): string => {
    let pos = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', pos)) {
      const raw = text.slice(pos, end).trim()
      if (!skipping && raw !== '') takeJsonRecord(out, raw, line, damaged, idAsked)
      skipping = false
      pos = end + 1
      line++
    }
    return text.slice(pos)
  }

  return {
    push: (text, chunkDamaged) => {
      damaged ||= chunkDamaged
      rest = parse(rest + text)
      if (rest.length > LONGEST_JSON_RECORD) {
        if (!skipping) out.bad(line, 'a line longer than 16 MB', rest)
        skipping = true
        rest = ''
      }
    },
    end: () => { rest = parse(`${rest}\n`) },
    take: out.take,
  }
}
