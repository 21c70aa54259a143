import type { SampleAnswer } from '../answer-definition.ts'
import type { YamlNode } from '../yaml-tree.ts'
import { isEmpty, textOf, type Field, type Kind } from './field.ts'
import { oneOf } from './plain.ts'
import { block } from './section.ts'

const MEANINGS = {
  accepted: 'accepted', success: 'accepted', rejected: 'rejected', duplicate: 'duplicate', failed: 'failed', error: 'failed', bid: 'bid', unconfirmed: 'unconfirmed', held: 'unconfirmed',
} as const

const RAW: Kind<string> = {
  takes: 'a body, or a whole HTTP message',
  schema: { type: 'string' },
  read: (node, reading) => {
    if (node.kind === 'scalar' && !isEmpty(node)) return node.text
    if (node.kind === 'scalar') return textOf(node, 'a sample answer', reading)
    // Flow YAML is JSON: `Response: {"status": "ok"}` unquoted.
    return JSON.stringify(plain(node))
  },
}

const SAMPLE_SECTION = {
  response: { key: 'Response', aliases: ['Body', 'Answer'], kind: RAW, doc: 'The answer', example: "'{\"status\": \"accepted\"}'" },
  means: { key: 'Means', kind: oneOf('what it means', MEANINGS), doc: 'What it is to be read as; `check` says where it is not', example: 'accepted' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

const SAMPLE: Kind<SampleAnswer> = block('Expected Response', SAMPLE_SECTION, ({ values, places }, reading, node) => {
  if (!places.response) reading.tell(node.place, 'missing-key', 'this sample has no Response', "write Response: '{…}'")
  return values.response === undefined ? undefined : { text: values.response, means: values.means ?? null, place: places.response ?? node.place }
}, { takes: 'a body', read: (node, reading) => { const text = RAW.read(node, reading); return text === undefined ? undefined : { text, means: null, place: node.place } } })

export const SAMPLES: Kind<readonly SampleAnswer[]> = {
  takes: 'a body, as a block scalar or as raw JSON or XML lines; or a list of {Response, Means} or of bodies',
  schema: { type: ['string', 'object', 'array'] },
  section: () => SAMPLE_SECTION,
  read: (node, reading) => {
    if (node.kind === 'list' && node.items.every(isSample)) {
      return node.items.flatMap((item) => SAMPLE.read(item, reading) ?? [])
    }
    if (node.kind === 'map' && node.entries.some((entry) => entry.kind === 'entry' && /^means$/i.test(entry.key))) {
      const one = SAMPLE.read(node, reading)
      return one && [one]
    }
    const text = RAW.read(node, reading)
    return text === undefined ? undefined : [{ text, means: null, place: node.place }]
  },
}

/** An item of a list of samples, which an answer that is a list itself does not have: `{Response, Means}`, or a text. */
const isSample = (node: YamlNode): boolean =>
  node.kind === 'map' ? node.entries.some((entry) => entry.kind === 'entry' && /^(response|body|answer|means)$/i.test(entry.key)) : node.kind === 'scalar' && typeof node.value === 'string'

const plain = (node: YamlNode): unknown => {
  switch (node.kind) {
    case 'scalar': return node.value
    case 'list': return node.items.map(plain)
    case 'map': return Object.fromEntries(node.entries.flatMap((each) => (each.kind === 'entry' ? [[each.key, plain(each.value)]] : [])))
    default: return node satisfies never
  }
}
