import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { MappingEntry, MappingNode } from '../../definitions/mapping-node.ts'
import { parseJson } from '../parse/json.ts'
import type { Answer, Intent } from './answers.ts'
import type { Field } from './request-fields.ts'
import { jsonOf } from './sketch-json.ts'
import { stepsOf, xmlOf } from './sketch-xml.ts'
import type { Decision } from './simulate.ts'
import type { Said } from './sketch.ts'

/** The bulk answer: a row per lead, in the language of a single answer, where the recipient looks for its results. */
export const batchReply = (
  definition: EndpointDefinition, rows: readonly (readonly Field[])[], decisions: readonly Decision[], say: (intent: Intent) => Answer,
): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string } => {
  const bodies = decisions.map(({ intent, filling }) => {
    const answer = say(intent)
    return answer.fill(filling(answer.ids)).body
  })
  const batch = definition.batch
  const matches = rows.map((row) => matchOf(row, definition))
  if (bodies.some((each) => each.startsWith('<'))) return { status: 200, headers: XML_HEADERS, body: xmlRows(bodies, matches, definition) }
  const results = bodies.map((text, i) => withMatch(rowValue(text), matches[i] ?? null))
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

const withMatch = (row: unknown, match: Said | null): unknown =>
  match === null || typeof row !== 'object' || row === null ? row : { ...row, ...(JSON.parse(jsonOf([match], [])) as Record<string, unknown>) }

/** The value by which the recipient finds the lead again, where it looks for it: that of the field that maps it, else of one of the same name. */
const matchOf = (row: readonly Field[], { batch, mapping }: EndpointDefinition): Said | null => {
  if (!batch?.match) return null
  const wanted = batch.match.lead.replace(/^lead\./, '')
  const names = [...(mapping ? keysOf(mapping, wanted) : []).map((key) => key.replace(/^@/, '')), wanted]
  const [field] = names.flatMap((name) => row.find((each) => each.name === name) ?? row.find((each) => each.name.split('.').at(-1) === name) ?? [])
  return field ? { path: batch.match.result, value: field.value } : null
}

/** The keys that it may stand under: in which branch of a block a row was made is told by the row. */
const keysOf = (node: MappingNode, wanted: string): readonly string[] => (node.kind === 'map' ? keysAmong(node.entries, wanted) : [])

const keysAmong = (entries: readonly MappingEntry[], wanted: string): readonly string[] => entries.flatMap((entry) => {
  if (entry.kind === 'block') return keysAmong([...entry.then, ...entry.otherwise], wanted)
  const { key, value } = entry
  return value.kind === 'template' && value.text.replace(/[{}\s]/g, '').replace(/^lead\./, '') === wanted ? [key] : keysOf(value, wanted)
})

/** `//results/result`: what each answer says, and what finds its lead, stands in an element of the last step's name. */
const xmlRows = (bodies: readonly string[], matches: readonly (Said | null)[], { batch }: EndpointDefinition): string => {
  const { names } = stepsOf(batch?.results?.kind === 'path' ? batch.results.text : 'results.result')
  const name = names.at(-1) ?? 'result'
  const rows = bodies.map((body, i) => {
    const match = matches[i]
    const parts = [body, ...(match ? [xmlOf([match], [])] : [])].map(rootOf)
    return `<${name}${parts.map(({ attributes }) => attributes).join('')}>${parts.map(({ inside }) => inside).join('')}</${name}>`
  })
  const around = names.length > 1 ? names.slice(0, -1) : ['results']
  return `<?xml version="1.0" encoding="UTF-8"?>\n${around.reduceRight((inside, each) => `<${each}>${inside}</${each}>`, rows.join(''))}`
}

const rootOf = (xml: string): { readonly attributes: string; readonly inside: string } => {
  const [, attributes = '', inside = xml] = /^(?:<\?xml[^>]*\?>\s*)?<[\w:-]+([^>]*)>([\s\S]*)<\/[\w:-]+>\s*$/.exec(xml) ?? []
  return { attributes, inside }
}
