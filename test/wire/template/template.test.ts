import fc from 'fast-check'
import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { compileTemplate, templateOptions } from '../../../src/wire/template/template.ts'
import type { RenderInput } from '../../../src/wire/endpoint.ts'
import { anyText } from '../../base/any-text.ts'
import { inputOf } from '../render/input.ts'
import { cpuMsOf } from '../../world/cpu.ts'

const place = { file: 'r.yaml', line: 10, col: 5, lines: 'own' } as const
const compile = (text: string, problems: { line: number; col: number; code: string; help?: string }[] = []) =>
  compileTemplate({ text, place }, templateOptions({ recipient: { id: 'acme', name: 'Acme' }, tables: { regions: {} }, captures: ['campaign'] }, (each) => problems.push(each)))
const show = (text: string, fields: Record<string, unknown>, given: Partial<RenderInput> = {}): unknown => {
  const template = compile(text)
  return template.kind === 'constant' ? template.value : template.read(inputOf(fields, given))
}

describe('a bare word to the right of a comparison', () => {
  it.each<[string, string[]]>([
    ['{{#if lead.state = CA}}x{{/if}}', ['CA at 24']], ['{{#if lead.state in (CA, "NY", NJ)}}x{{/if}}', ['CA at 26', 'NJ at 36']], ['{{#unless lead.own != yes}}x{{/unless}}', ['yes at 27']], ['{{#if lead.a = 1}}x{{else if lead.b contains solar}}y{{/if}}', ['solar at 50']],
    ['{{#if lead.score > floor}}x{{/if}}', []], ['{{#if lead.state in allowed}}x{{/if}}', []], ['{{#if lead.a = true and lead.b = "CA" and lead.c = lead.d and lead.e = vars.f}}x{{/if}}', []], ['{{#if CA = "CA"}}x{{/if}}', []],
  ])('is told to be a name, not a text: %s', (text, words) => {
    const problems: { line: number; col: number; code: string; message: string; severity: string }[] = []
    compile(text, problems as never)
    expect(problems.map(({ message, col }) => `${message.split(' ')[0] ?? ''} at ${col}`)).toEqual(words)
    for (const each of problems) expect(each).toMatchObject({ code: 'bare-word', severity: 'warning' })
  })
})

describe('a path that nearly begins with lead, source or recipient', () => {
  it.each<[string, string[]]>([
    ['{{leads.email}}', ['lead.email']], ['{{upper Lead.first_name}} {{Source.name}}', ['lead.first_name', 'source.name']], ['{{#if leads.score > 70}}x{{/if}}', ['lead.score']], ['{{Recipients.id}}', ['recipient.id']],
    ['{{lead.email}} {{source.name}} {{leads}} {{lead.leads.email}} {{load.weight}}', []],
  ])('is told: %s', (text, meant) => {
    const problems: { line: number; col: number; code: string; help?: string; severity: string }[] = []
    compile(text, problems as never)
    expect(problems.map(({ code, severity, help }) => [code, severity, /^did you mean (.*?)\?/.exec(help ?? '')?.[1]])).toEqual(meant.map((each) => ['near-scope', 'warning', each]))
  })
})

describe('templates', () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['{{lead.a}}', { a: 5 }, 5], ['{{lead.a}}', { a: null }, null], ['{{lead.a}}', {}, undefined], ['{{lead.a}}', { a: '' }, ''], ['x{{lead.a}}', { a: 5 }, 'x5'],
    ['{{lead.f}} {{lead.m}} {{lead.l}}', { f: 'A', l: 'B' }, 'A B'], ['{{lead.f}} {{lead.l}}', { l: 'B' }, 'B'], ['{{lead.f}} {{lead.l}}', {}, undefined], ['{{lead.f}}{{lead.l}}', { f: '', l: '' }, ''],
    ['{{lead.f}} {{lead.l}}', { f: ' A ', l: 'B ' }, ' A  B '], ['- {{lead.f}}', {}, '-'],
    ['{{lead.a}}\t{{lead.b}}\t{{lead.c}}', { a: 1, c: 3 }, '1\t\t3'], ['{{lead.a}}\t{{lead.b}}\t{{lead.c}}', { b: 2 }, '\t2\t'], ['A: {{lead.a}}\nB: {{lead.b}}', { b: 2 }, 'A: \nB: 2'], ['A:\n{{lead.a}} {{lead.b}}', { b: 2 }, 'A:\n2'], ['{{lead.a}}\n{{lead.b}}\n{{lead.c}}', { a: 1, c: 3 }, '1\n3'],
    ['{{#if lead.score > 80}}1{{else}}2{{/if}}', { score: '81' }, '1'], ['{{#if lead.score > 80}}1{{else}}2{{/if}}', {}, '2'],
    ['{{#if lead.s = "CA" and lead.age >= 18}}y{{else if lead.s in ("NY", "NJ")}}e{{else}}n{{/if}}', { s: 'NJ' }, 'e'],
    ['{{#if not (lead.a = 1 or lead.b contains "}}")}}y{{else}}n{{/if}}', { b: 'x}}' }, 'n'], ['{{#unless lead.a}}n{{/unless}}', {}, 'n'], ['{{#if lead.a exists}}y{{/if}}', { a: 0 }, 'y'], ['{{#if lead.a exists}}y{{else}}n{{/if}}', { a: ' ' }, 'n'],
    ['{{#if lead.a matches /^AC/i}}y{{else}}n{{/if}}', { a: 'account' }, 'y'], ['{{#if (upper lead.a) = "CA"}}y{{/if}}', { a: 'ca' }, 'y'], ['{{#if lead.a}}y{{else}}n{{/if}}', { a: [] }, 'n'],
    ['{{#compare lead.a "!=" null}}y{{else}}n{{/compare}}', { a: 'x' }, 'y'], ['{{#compare lead.a "==" null}}y{{else}}n{{/compare}}', {}, 'y'], ['{{compare lead.a "==" null}}', { a: null }, true], ['{{compare lead.a ">" null}}', { a: 5 }, false], ['{{#if lead.a = null}}y{{else}}n{{/if}}', { a: [] }, 'n'],
    ['{{#if lead.a != null}}y{{else}}n{{/if}}', { a: 'x' }, 'y'], ['{{#if lead.a != null}}y{{else}}n{{/if}}', {}, 'n'], ['{{#if lead.a = null}}y{{else}}n{{/if}}', { a: null }, 'y'], ['{{#if lead.a == null}}y{{else}}n{{/if}}', { a: 0 }, 'n'],
    ['{{#if lead.s not in ("CA", "NY")}}y{{else}}n{{/if}}', { s: 'TX' }, 'y'], ['{{#if lead.s not in ("CA", "NY") and lead.s exists}}y{{else}}n{{/if}}', { s: 'NY' }, 'n'], ['{{#if lead.s not exists}}y{{else}}n{{/if}}', {}, 'y'], ['{{#if lead.s not contains "x" and lead.s not starts with "b"}}y{{else}}n{{/if}}', { s: 'abc' }, 'y'],
    ['{{#if lead.l = "auto"}}y{{else}}n{{/if}}', { l: ['home', 'auto'] }, 'y'], ['{{#if lead.l in ("life", "auto")}}y{{else}}n{{/if}}', { l: ['home', 'auto'] }, 'y'], ['{{#if lead.l matches /^AU/i}}y{{else}}n{{/if}}', { l: ['home', 'auto'] }, 'y'], ['{{#if lead.l > 5}}y{{else}}n{{/if}}', { l: [1, 5] }, 'n'],
    ['{{#if lead.n = 0}}y{{else}}n{{/if}}', { n: '0.0' }, 'y'], ['{{#if lead.p starts with "415" and lead.q Ends with "5"}}y{{else}}n{{/if}}', { p: '4155', q: '15' }, 'y'], ['{{#if starts = 1}}y{{else}}n{{/if}}', { starts: 1 }, 'y'],
    ['{{#if lead.s in ["NY", "NJ"] and lead.age > 1}}y{{else}}n{{/if}}', { s: 'NJ', age: 2 }, 'y'], ['{{#if lead.s in ["NY"]}}y{{else}}n{{/if}}', { s: 'NJ' }, 'n'],
    ['{{#if lead.score > 0.5}}y{{else}}n{{/if}}', { score: '0.8234567890123457' }, 'y'], ['{{#if lead.amount >= 100000}}y{{else}}n{{/if}}', { amount: '$250,000' }, 'y'],
    ['{{#if lead.zip = 02134}}y{{else}}n{{/if}}', { zip: '02134' }, 'y'], ['{{#if lead.zip in (00501, 02134)}}y{{else}}n{{/if}}', { zip: '2134' }, 'n'],
    ['{{#compare lead.state "==" "CA"}}California{{/compare}}', { state: 'CA' }, 'California'], ['{{#compare lead.state "==" "CA"}}California{{/compare}}', { state: 'NY' }, ''], ['{{#compare lead.state "==" "CA"}}California{{/compare}}', {}, undefined],
    ['{{#if lead.p}}{{lead.p}}{{/if}}', {}, undefined], ['{{!-- note }} --}}x', {}, 'x'],
    ['{{lead.constructor}}', {}, undefined], ['{{lead.__proto__}}', {}, undefined], ['{{constructor}}', {}, undefined], ['{{lead.a.constructor.name}}', { a: 'x' }, undefined], ['{{lead.toString}}', { toString: 'own' }, 'own'], ['{{vars.constructor}}', {}, undefined],
    ['{{lead.a.b}}', { 'a.b': 1 }, 1], ['{{lead.a.b}}', { a: { b: 2 } }, 2], ['{{lead.a.b.c}}', { 'a.b': { c: 3 } }, 3], ['{{lead.[First Name]}}', { 'First Name': 'A' }, 'A'], ['{{lead.[a/b]}}', { 'a/b': 1 }, 1], ['{{lead.l.[1]}}', { l: ['a', 'b'] }, 'b'],
    ['{{source.name}}', { source: { name: 'web' } }, 'web'], ['{{source.name}}', { source: 'web' }, 'web'], ['{{source.name}}', { 'source.name': 'web' }, 'web'], ['{{source.name}}', {}, 'flag'], ['{{source.name}}', { 'source.name': '' }, 'flag'], ['{{source.name}}', { source: '' }, 'flag'], ['{{source.x}}', { 'source.x': '' }, ''], ['{{source.x}}', { source: 'web' }, undefined],
    ['{{lead.id}}', {}, 'lead-1'], ['{{campaign_id}}', { campaign_id: 'L' }, 'L'], ['{{campaign_id}}', {}, 'V'], ['{{recipient.name}}/{{recipient.id}}', {}, 'Acme/acme'], ['{{now}}', {}, '2026-05-01T09:00:00.000Z'],
    ['{{run.id}} {{delivery.id}} {{delivery_attempt}} {{attempt}}', {}, 'run-1 delivery-1 1 1'], ['{{ping.bid}} {{ping.id}} {{ping.campaign}}', {}, '52.00 P1 c7'],
    ['{{hash "md5" lead.e}}', { e: 'a@b.c' }, '5d60d4e28066df254d5452f92c910092'], ['{{hash lead.e "md5"}}', { e: 'a@b.c' }, '5d60d4e28066df254d5452f92c910092'], ['{{hash lead.e lead.how}}', { e: 'a@b.c', how: 'rot13' }, undefined], ['{{format "###-####" lead.p}}', { p: '5551234' }, '555-1234'],
    ['{{lead.name}}', { name: '{{x}}"\n- y: <z>' }, '{{x}}"\n- y: <z>'],
  ])('%s of %o', (text, fields, gives) => {
    const ping = { id: 'P1', bid: { amount: 520_000, currency: 'USD' }, captured: { campaign: 'c7' } }
    expect(show(text, fields, { source: { name: 'flag' }, vars: { campaign_id: 'V' }, ping })).toEqual(gives)
  })

  it.each<[string, number, number, string, string | undefined]>([
    ['{{lead.First Name}}', 10, 7, 'unknown-helper', 'a field with blanks in its name is {{lead.[First Name]}}'], ['{{fromat lead.a "#"}}', 10, 7, 'unknown-helper', 'did you mean "format"?'], ['ok\n  {{uper lead.a}}', 11, 9, 'unknown-helper', 'did you mean "upper"?'], ['a {{lead.x', 10, 14, 'bad-template', undefined],
    ['{{format lead.a “###”}}', 10, 20, 'bad-template', expect.stringContaining('write straight quotes')], ['{{format lead.a "(###)}}', 10, 20, 'bad-template', 'a quote within {{…}} is not closed'],
    ['{{lead.a | upper}}', 10, 13, 'bad-template', 'a helper stands in front of its value: {{upper lead.name}}'], ['{{lead.a / lead.b}}', 10, 7, 'unknown-name', expect.stringContaining('lead.[a/b] for a name with a slash')], ['{{now "YYYY"}}', 10, 7, 'unknown-helper', 'did you mean "format now"?'], ['{{lead.a ? "Y" : "N"}}', 10, 7, 'unknown-helper', expect.stringContaining('lead.a is a field: a helper stands in front of it')],
    ['{{compare lead.a "~" 1}}', 10, 5, 'bad-helper', expect.stringContaining('{{compare a "op" b}}')], ['{{state lead.a "nick"}}', 10, 5, 'bad-helper', expect.stringContaining('"name"')], ['{{date_add now 3 "moons"}}', 10, 5, 'bad-helper', expect.stringContaining('"days"')],
    ['{{#if lead.a >}}x{{/if}}', 10, 19, 'bad-condition', undefined], ['{{#if lead.a = 1}}{{uper lead.b}}{{/if}}', 10, 25, 'unknown-helper', 'did you mean "upper"?'], ['{{#if (uper lead.a) = 1}}x{{/if}}', 10, 12, 'bad-condition', undefined],
    ['{{#if lead.drivers.1}}x{{/if}}', 10, 11, 'bad-condition', 'a position in a list stands in brackets: lead.items.[0]'], ['{{#each lead.drivers}}x{{/each}}', 10, 5, 'unknown-block', expect.stringMatching(/^a list goes whole/)],
    ['{{lookup lead.a "regoins"}}', 10, 5, 'unknown-table', 'did you mean "regions"?'], ['{{#if lead.a}}x{{/unless}}', 10, 10, 'bad-template', undefined], ['{{ping.campain}}', 10, 7, 'unknown-name', 'did you mean ping.campaign?'], ['{{> part}}', 10, 5, 'unsupported-template', undefined], ['{{constructor lead.a}}', 10, 7, 'unknown-helper', expect.stringMatching(/^helpers: /)],
  ])('%s is a mistake at %i:%i', (text, line, col, code, help) => {
    const problems: { line: number; col: number; code: string; help?: string }[] = []
    compile(text, problems)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ line, code, ...(help === undefined ? {} : { help }) })
    if (help !== undefined) expect(problems[0]?.col).toBe(col)
  })

  it.each([
    ['{{#if lead.homeowner}}Yes{{else}}No{{/if}}', 1], ['{{#if lead.a.[0]}}1{{else}}0{{/if}}', 1], ['{{#if (boolean lead.homeowner)}}Yes{{else}}No{{/if}}', 0], ['{{#if lead.homeowner != ""}}Yes{{else}}No{{/if}}', 0],
    ['{{#if lead.score > 80}}1{{else}}0{{/if}}', 0], ['{{#if lead.vip}}HIGH{{else}}LOW{{/if}}', 0], ['{{#if lead.vip}}Yes{{/if}}', 0],
  ])('%s: %i warnings that a text of No is yes', (text, count) => {
    const problems: { code: string; severity: string }[] = []
    compile(text, problems as never)
    expect(problems.map((each) => `${each.severity} ${each.code}`)).toEqual(Array.from({ length: count }, () => 'warning text-as-yes'))
  })

  it.each([
    ['{{#if lead.t}} HIGH {{else}} LOW\n{{/if}}', 'LOW'], ['{{#if lead.t}} a {{else if lead.u}} {{lead.u}} b {{else}} c {{/if}}', ' u  b'], ['{{#if lead.u}} {{#if lead.t}} x {{else}} y {{/if}} {{/if}}', 'y'],
    ['{{#if lead.u}}{{lead.u}}{{/if}}', ' u '], ['1{{#if lead.u}} a {{/if}}2', '1 a 2'],
  ])('%s has no blanks of its own where the block is all of it', (text, gives) => { expect(show(text, { u: ' u ' })).toBe(gives) })

  it('a field of many blanks beside a missing one costs no time', () => {
    const note = `a${' '.repeat(20_000)}b`
    let shown: unknown = null
    expect(cpuMsOf(() => { shown = show('{{lead.note}} {{lead.none}}', { note }) })).toBeLessThan(500)
    expect(shown).toBe(note)
  })

  // Texts only: Handlebars without escaping adds up numbers that stand side by side.
  it('gives what Handlebars gives, for every template that Handlebars can read', () => {
    const hb = Handlebars.create()
    hb.registerHelper('upper', (value: unknown) => String(value).toUpperCase())
    hb.registerHelper('concat', (...all: unknown[]) => all.slice(0, -1).join(''))
    const piece = fc.constantFrom('{{lead.a}}', '{{lead.b}}', ' and ', '{{upper lead.a}}', '{{{lead.b}}}', '\n', '{{#if lead.t}}\n yes {{lead.a}}\n{{else}} no{{/if}}', '{{#unless lead.t}}u{{/unless}}', '{{~lead.a~}}', '{{concat lead.a "-" (upper lead.b)}}', '{{! note }}', "'\"", '<&>')
    fc.assert(fc.property(fc.array(piece, { minLength: 2, maxLength: 8 }), fc.record({ a: anyText(), b: fc.string(), t: fc.boolean() }), (pieces, lead) => {
      const text = `${pieces.join('')}.`
      expect(String(show(text, lead))).toBe(hb.compile(text, { noEscape: true })({ lead }))
    }), { numRuns: 150 })
  })
})
