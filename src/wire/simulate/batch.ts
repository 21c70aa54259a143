import type { EndpointDefinition, MappingNode } from '../../definitions/types.ts'
import { parseJson } from '../parse/json.ts'
import type { Answer, Intent } from './answers.ts'
import type { Field } from './request-fields.ts'
import { jsonOf } from './sketch-json.ts'
import type { Decision } from './simulate.ts'

/** The bulk answer: a row per lead, in the language of a single answer, where the recipient looks for its results. */
export const batchReply = (
  definition: EndpointDefinition, rows: readonly (readonly Field[])[], decisions: readonly Decision[], say: (intent: Intent) => Answer,
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } => {
  const bodies = decisions.map(({ intent, filling }) => {
    const answer = say(intent)
    return answer.fill(filling(answer.ids)).body
  })
  const batch = definition.batch
  if (bodies.some((each) => each.startsWith('<'))) return { status: 200, headers: XML_HEADERS, body: xmlRows(bodies, definition) }
  const results = bodies.map((text, i) => withMatch(rowValue(text), batch?.match?.result ?? null, matchValue(rows[i] ?? [], definition)))
  const path = batch?.results?.kind === 'path' ? batch.results.text.replace(/\[\*?\]$|\.\*$/, '') : null
  const list = JSON.stringify(results)
  // The list goes in as text: it may hold thousands of rows.
  const body = path === null || path === '' || path === 'body' || path === '$' ? list : jsonOf([{ path, value: LIST }], []).replace(`"${LIST}"`, () => list)
  return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

const LIST = '\uE0F3'
const XML_HEADERS = { 'content-type': 'application/xml' }

const rowValue = (text: string): unknown => {
  const value = parseJson(text)
  return value === undefined ? text : value
}

const withMatch = (row: unknown, path: string | null, value: string | null): unknown => {
  if (path === null || value === null || typeof row !== 'object' || row === null) return row
  return { ...row, ...(JSON.parse(jsonOf([{ path, value }], [])) as Record<string, unknown>) }
}

/** The value by which the recipient finds the lead again: in the field that maps it, else in one of the same name. */
const matchValue = (row: readonly Field[], definition: EndpointDefinition): string | null => {
  const wanted = definition.batch?.match?.lead.replace(/^lead\./, '')
  if (wanted === undefined) return null
  const name = definition.mapping ? keyOf(definition.mapping, wanted) : null
  return row.find((field) => field.name === (name ?? wanted))?.value ?? row.find((field) => field.name.split('.').at(-1) === (name ?? wanted))?.value ?? null
}

const keyOf = (node: MappingNode, wanted: string): string | null => {
  if (node.kind !== 'map') return null
  for (const entry of node.entries) {
    if (entry.kind !== 'entry') continue
    if (entry.value.kind === 'template' && entry.value.text.replace(/[{}\s]/g, '').replace(/^lead\./, '') === wanted) return entry.key
    const inner = keyOf(entry.value, wanted)
    if (inner !== null) return inner
  }
  return null
}

/** `//results/result`: each row's children stand in an element of the last step's name. */
const xmlRows = (bodies: readonly string[], definition: EndpointDefinition): string => {
  const steps = definition.batch?.results?.kind === 'path' ? definition.batch.results.text.split('/').filter((each) => each !== '') : []
  const row = steps.at(-1)?.replace(/\[.*$/, '') ?? 'result'
  const root = steps.length > 1 ? (steps[0] ?? 'results') : 'results'
  const inside = bodies.map((text) => text.replace(/^<\?xml[^>]*\?>\s*/, '').replace(/^<[\w:-]+[^>]*>([\s\S]*)<\/[\w:-]+>\s*$/, '$1'))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${inside.map((each) => `<${row}>${each}</${row}>`).join('')}</${root}>`
}
