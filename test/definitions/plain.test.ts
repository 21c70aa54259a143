import { describe, expect, it } from 'vitest'
import { partsOf, yesNo } from '../../src/definitions/fields/plain.ts'

describe('a list on one line', () => {
  it.each<[string, readonly string[]]>([
    ['a, b ,,c,', ['a', 'b', 'c']],
    ['$5,000 per month, 20 per hour', ['$5,000 per month', '20 per hour']],
    ['1,2,3', ['1', '2', '3']],
    ['lead.state in (CA, NY), lead.city = "St. John, NB", lead.age in [1, 2], {a, b}', ['lead.state in (CA, NY)', 'lead.city = "St. John, NB"', 'lead.age in [1, 2]', '{a, b}']],
    ["don't call, it's late", ["don't call", "it's late"]],
  ])('%s', (text, parts) => {
    expect(partsOf(text).map((each) => each.text)).toEqual(parts)
    for (const each of partsOf(text)) expect(text.slice(each.at)).toMatch(new RegExp(`^${each.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))
  })
})

it.each<[boolean | null, readonly string[]]>([
  [true, ['yes', 'Yes ', 'TRUE', 'on', 'enabled', 'enable']], [false, ['no', 'False', 'off', 'disabled', 'disable', 'none']], [null, ['', 'yes, please', 'not on', 'noon', '1']],
])('%s is said by %o', (said, texts) => { for (const each of texts) expect(yesNo(each)).toBe(said) })
