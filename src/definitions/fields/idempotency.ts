import type { Idempotency } from '../endpoint-definition.ts'
import { parsed, refused } from '../values/parsed.ts'
import { isEmpty, textOf, textual, type Field, type Kind } from './field.ts'
import { TEXT, WORDS, yesNo } from './plain.ts'
import { block } from './section.ts'

const USUAL = 'Idempotency-Key'
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export const HEADER_NAME = textual('text', (text, place) =>
  (NAME.test(text) ? parsed(text) : refused(place, 'bad-header', `"${text}" cannot be the name of a header`, 'header names have letters, digits and -')))

export const IDEMPOTENCY_SECTION = {
  header: { key: 'Header', kind: HEADER_NAME, doc: 'The name of the header', example: 'X-Idempotency-Key', default: USUAL },
  key: { key: 'Key', kind: TEXT, doc: 'What it holds', example: '{{lead.id}}-{{delivery_attempt}}', default: 'one key per lead, recipient and delivery' },
  prevents: { key: 'Prevents', kind: WORDS, doc: 'A remark', example: 'Duplicate delivery on retry' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** Null: `off`. */
export const IDEMPOTENCY: Kind<Idempotency | null> = block('Idempotency', IDEMPOTENCY_SECTION,
  ({ values }): Idempotency | null => ({ header: values.header ?? USUAL, key: values.key ?? null }), {
    takes: 'the name of a header, or off',
    read: (node, reading) => {
      const text = isEmpty(node) ? undefined : textOf(node, 'a header name, off, or a block', reading)
      if (text === undefined) return undefined
      const said = yesNo(text)
      if (said !== null) return said ? { header: USUAL, key: null } : null
      if (/^(?:lead|source|delivery|run)\./.test(text)) return reading.tell(node.place, 'bad-value', `got "${text}", expected the name of a header, a key template, or off`, `write {{${text}}} where this is the key`)
      if (NAME.test(text)) return { header: text, key: null }
      // A template alone is the key; its header is the usual one.
      if (text.includes('{{')) return { header: USUAL, key: { text, place: node.place } }
      return reading.tell(node.place, 'bad-value', `got "${text}", expected the name of a header, a key template, or off`, 'write {Header: X-Idempotency-Key, Key: "{{lead.id}}"} or off')
    },
  })
