import type { RegionalEndpoint } from '../endpoint-definition.ts'
import type { YamlNode } from '../yaml-tree.ts'
import { parseLeadCondition } from '../conditions/lead-condition.ts'
import { textual, type Field, type Kind, type Reading } from './field.ts'
import { TEXT } from './plain.ts'
import { block } from './section.ts'

const WHEN = textual('a condition on the lead (`path = value`, joined by and, or, not)', parseLeadCondition)

const ROW_SECTION = {
  when: { key: 'When', aliases: ['If'], kind: WHEN, doc: 'For which leads; none for the last', example: 'lead.state in (CA, OR)' },
  use: { key: 'Use', aliases: ['Endpoint', 'URL'], kind: TEXT, doc: 'Where they go', example: 'https://west.api.buyer.example' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

const ROW: Kind<RegionalEndpoint> = block('Endpoints', ROW_SECTION, ({ values, places }, reading, node) => {
  if (values.use === undefined && !places.use) reading.tell(node.place, 'missing-key', 'this endpoint has no Use', 'write Use: https://…')
  if (values.use === undefined || (places.when && values.when === undefined)) return undefined
  return { when: values.when ?? null, use: values.use }
})

/** A list of {When, Use}, or the subject document's `If …:` and `Else:` with a `Use` under each. */
export const ENDPOINTS: Kind<readonly RegionalEndpoint[]> = {
  takes: 'a list of {When, Use}, or `If …:` and `Else:`, each with a Use',
  schema: { type: ['array', 'object'] },
  section: () => ROW_SECTION,
  read: (node, reading) => {
    const rows = node.kind === 'list' ? node.items.flatMap((item) => ROW.read(item, reading) ?? []) : node.kind === 'map' ? branches(node, reading) : null
    if (rows === null) return reading.tell(node.place, 'wrong-shape', 'Endpoints is a list of {When, Use}', 'write - {When: "lead.state = CA", Use: "https://…"}; a single endpoint is Endpoint: https://…')
    rows.slice(0, -1).forEach((row) => {
      if (row.when === null) reading.tell(row.use.place, 'unreachable', 'an endpoint without When takes every lead, so that the next ones are never used', 'put it last')
    })
    return rows
  },
}

/** `If buyer_region = "west":` holds for a lead; `Else:` for the rest. */
export const branchCondition = (key: string): string | null => /^(?:else\s+)?if\s+(\S.*)$/is.exec(key.trim())?.[1] ?? (/^(else|otherwise)$/i.test(key.trim()) ? '' : null)

const branches = (node: Extract<YamlNode, { kind: 'map' }>, reading: Reading): readonly RegionalEndpoint[] =>
  node.entries.flatMap((entry): readonly RegionalEndpoint[] => {
    const condition = entry.kind === 'entry' ? branchCondition(entry.key) : null
    if (entry.kind === 'block' || condition === null) {
      const place = entry.kind === 'block' ? entry.open.place : entry.keyPlace
      reading.tell(place, 'unknown-key', 'Endpoints is a list of {When, Use}', 'write - {When: "lead.state = CA", Use: "https://…"}, or If lead.state = "CA": with Use: below it')
      return []
    }
    const when = condition === '' ? null : WHEN.read({ kind: 'scalar', value: condition, text: condition, quoted: false, place: entry.keyPlace }, reading)
    const use = entry.value.kind === 'scalar' ? TEXT.read(entry.value, reading) : ROW.read(entry.value, reading)?.use
    return when === undefined || use === undefined ? [] : [{ when, use }]
  })
