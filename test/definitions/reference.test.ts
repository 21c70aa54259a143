import { describe, expect, it } from 'vitest'
import { renderReference, renderTopic } from '../../src/definitions/reference.ts'
import { renderHelper, renderTemplates } from '../../src/wire/helpers/reference.ts'
import { helperTable } from '../../src/wire/helpers/table.ts'
import { jsonSchema } from '../../src/definitions/schema.ts'
import { ENDPOINT_SECTION } from '../../src/definitions/endpoint-keys.ts'
import { PATTERN_SECTION } from '../../src/definitions/fields/pattern.ts'
import type { Section } from '../../src/definitions/fields/field.ts'
import { namesOf } from '../../src/definitions/fields/section.ts'
import { normalKey } from '../../src/definitions/keys.ts'

const all: readonly Section[] = [ENDPOINT_SECTION, PATTERN_SECTION]

describe('the table of fields', () => {
  it('no two fields of a section answer to one key', () => {
    for (const section of all) {
      const keys = Object.values(section).flatMap((field) => [field.key, ...(field.aliases ?? [])].map(normalKey))
      expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
      expect(namesOf(section).size).toBe(keys.length)
    }
  })
  it('every field is documented in a sentence without a final full stop, with an example', () => {
    for (const field of all.flatMap((section) => Object.values(section))) {
      expect(field.doc, field.key).toMatch(/^\S.*[^.]$/)
      expect(field.example, field.key).not.toBe('')
    }
  })
})

describe('the reference', () => {
  const text = renderReference()
  it('names every key of endpoints and patterns', () => {
    for (const field of all.flatMap((section) => Object.values(section))) expect(text).toContain(`\`${field.key}\``)
  })
  it('is Markdown whose rows have as many cells as their heads', () => {
    for (const line of text.split('\n').filter((each) => each.startsWith('|'))) expect(line.replaceAll('\\|', '').split('|')).toHaveLength(7)
  })
  it('of a topic is its chapter, or the rows of a key wherever it stands', () => {
    expect(renderTopic('circuit breaker')).toMatch(/^## Circuit Breaker\n[\s\S]*Error Rate/)
    expect(renderTopic('Call_Window')).toMatch(/^## Endpoints\n[\s\S]*`Call Window`/)
    expect(renderTopic('format')?.match(/^## .*$/gm)).toEqual(['## Settings', '## Auth', '## Response Parsing', '## Batch'])
    expect(renderTopic('nothing')).toBeNull()
  })
  it('is the same each time', () => expect(renderReference()).toBe(text))
})

describe('the JSON Schema', () => {
  it('is plain JSON, and knows the keys of both kinds of file', () => {
    const schema = JSON.parse(JSON.stringify(jsonSchema())) as { anyOf: readonly { properties: Record<string, { description?: string }> }[] }
    const [pattern, endpoint] = schema.anyOf
    expect(pattern?.properties['Try']?.description).toContain('Waterfall')
    expect(endpoint?.properties['Settings']).toMatchObject({ properties: { Timeout: { description: expect.stringContaining('10 seconds') as string } } })
  })
})

describe('the templates of the reference', () => {
  it('name every helper with an example, and each by itself', () => {
    const text = renderTemplates()
    for (const helper of helperTable) expect(text).toContain(`| \`${helper.signature}\` | `)
    expect(text.split('\n').filter((each) => each.startsWith('| `')).map((each) => each.split(' | ').length)).toEqual(expect.not.arrayContaining([1]))
    expect(renderHelper('hash')).toMatch(/^## Helpers\n[\s\S]*`hash value "sha256"`/)
    expect(renderHelper('nothing')).toBeNull()
  })
})
