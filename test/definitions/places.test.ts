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

it.each<[string, string, readonly string[]]>([
  ['in the mapping', 'Field Mapping:\n  a: b\n  priority:"HIGH"', ['5 there is no blank behind the colon -> write priority: "HIGH"']],
  ['before a template', 'Field Mapping:\n  a: b\n  email:{{lead.email}}', ['5 there is no blank behind the colon -> write email: {{lead.email}}']],
  ['that is not there', 'Field Mapping:\n  a: b\n  zip {{lead.zip}}', ['5 this line has no colon -> write zip: {{lead.zip}}']],
  ['that is the first of its block', 'Headers:\n  X-Partner LC\n  X-Other: b', ['4 this line has no colon -> write X-Partner LC: and its value; words for people go under Notes']],
  ['before an address', 'Settings:\n  Method: POST\n  Proxy http://p.example', ['5 this line has no colon -> write Proxy: http://p.example']],
  ['in a circuit breaker, of no meaning', 'Circuit Breaker:\n  Open sesame\n  Wait: 5 minutes', ['4 "Open sesame" is no key of Circuit Breaker -> its keys are Error Rate, Over, Wait, Maximum Wait']],
  ['in a block, of a key with others below', 'Field Mapping:\n  a: b\n  {{#if lead.x}}\n  nested\n  {{/if}}', ['6 this line has no colon -> write nested: and its value; words for people go under Notes']],
  ['in a table', 'Tables:\n  t:\n    TX: South\n    CA:West', ['6 there is no blank behind the colon -> write CA: West']],
  ['in Settings', 'Timeout:3s', ['3 there is no blank behind the colon -> write Timeout: 3s']],
  ['in prose that is a rule, and for people', 'Retry Strategy:\n  Timeout Errors:\n    Retry: 3 times\n    Increase timeout each retry\n  Network Errors:\n    Increase timeout each retry\n    Retry: 3 times\nNotes:\n  a: b\n  mind this', []],
])('a colon forgotten %s', (_what, text, said) => {
  expect(load({ r: `${BASE}${text}\n` }).diagnostics.flatMap((each) => (each.severity === 'warning' ? [] : `${each.line} ${each.message} -> ${each.help}`))).toEqual(said)
})

it.each<[string, string, readonly string[]]>([
  ['of one line, with the lines behind it', 'Field Mapping:\n   a: b\n  c: d\n  e: f\n  g: h', ['5:1 bad-indentation']],
  ['of two lines apart', 'Field Mapping:\n   a: b\n  c: d\nHeaders:\n   x: y\n  z: w', ['5:1 bad-indentation', '8:1 bad-indentation']],
  ['of a key behind a raw answer', 'Expected Response:\n{\n  "a": 1\n}\n Price: $1', ['3:19 bad-indentation']],
])('a wrong indentation is told once: %s', (_what, text, places) => { expect(placesOf(text)).toEqual(places) })

it.each<[string, string, readonly string[]]>([
  ['that are above and below it', 'Timeout: 10\nField Mapping:\n   a: b\n  c: d\n  e: f\nRetries: many', ['3:10 needs-unit', '6:1 bad-indentation', '8:10 bad-retries']],
  ['where it is deeper than a value', 'Field Mapping:\n  a: b\n    c: d\nTimeout: 10', ['4:6 bad-indentation', '6:10 needs-unit']],
  ['but none of the line that may belong elsewhere, nor what it may have been', 'Field Mapping:\n  a: b\n Notakey: 5\nTimeout: 3s', ['5:1 bad-indentation']],
  ['and none where a quote is open: all behind it may be text', 'Field Mapping:\n  a: "b\n c: d\nTimeout: 10', ['4:6 unclosed-quote']],
])('a wrong indentation does not hide the other mistakes %s', (_what, text, places) => { expect(placesOf(text)).toEqual(places) })

it('Settings and Options that are misspelt are told by name, and what stands in them is read', () => {
  const told = (text: string) => load({ r: text }).diagnostics.flatMap((each) => (each.severity === 'warning' ? [] : `${each.line} ${each.message} -> ${each.help}`))
  expect(told('Recipient: R\nSetings:\n  Endpoint: https://a.example\n  Timeout: 10\n')).toEqual(['2 "Setings" is no key of a recipient file -> did you mean "Settings"?', '4 `10` needs a unit -> write 10s'])
  expect(told('Recipient: R\nEndpoint: https://a.example\nOptoins:\n  Max Attempts: many\n')[0]).toBe('3 "Optoins" is no key of a recipient file -> did you mean "Options"?')
})
