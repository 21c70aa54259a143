import { expect, it } from 'vitest'
import { compileEndpoint } from '../../src/wire/compile.ts'
import { BASE, load } from './loading.ts'

/** Where each problem of a file of BASE and these lines, which begin with line 3, is told to stand. */
const placesOf = (text: string): readonly string[] => {
  const { catalogue, diagnostics } = load({ r: `${BASE}${text}\n` })
  const found = catalogue.recipients.get('r')
  const compiled = found?.kind === 'endpoint' ? compileEndpoint(found.definition).diagnostics : []
  return [...diagnostics, ...compiled].flatMap((each) => (each.severity === 'warning' ? [] : `${each.line}:${each.col} ${each.code}`))
}

it.each<[string, string, readonly string[]]>([
  ['an item of a comma list', 'Caps: 5 per day, foo', ['3:18 bad-cap']],
  ['of one in quotes', 'Caps: "5 per day, foo"', ['3:19 bad-cap']],
  ['of one over lines', 'Caps: |\n  5 per day,\n  foo', ['5:3 bad-cap']],
  ['a requirement among others', 'Requirements: "a, lead.x ="', ['3:27 bad-condition']],
  ['a condition over lines', 'Accept When: |\n  lead.a = 1 and\n  lead.b ~ 2', ['5:10 bad-condition']],
  ['one whose lines are folded: its beginning', 'Accept When: lead.a = 1 and\n  lead.b ~ 2', ['3:14 bad-condition']],
  ['a variable in a text over lines', 'Field Mapping:\n  x: |\n    a\n      b ${NO}', ['6:9 missing-variable']],
  ['one behind a line end that is written out: the text', 'Field Mapping:\n  x: "a\\n\\n${NO}"', ['4:7 missing-variable']],
  ['a helper in a text over lines', 'Field Mapping:\n  x: |\n    a\n      b {{no lead.x}}', ['6:11 unknown-helper']],
  ['a block that is not closed there', 'Field Mapping:\n  x: |\n    a\n    b {{#if lead.x}} c', ['6:22 bad-template']],
])('%s', (_what, text, places) => { expect(placesOf(text)).toEqual(places) })
