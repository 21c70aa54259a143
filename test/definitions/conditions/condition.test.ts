import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Condition } from '../../../src/core/condition.ts'
import { parseCondition, parsePath } from '../../../src/definitions/conditions/condition.ts'
import { parseLeadCondition } from '../../../src/definitions/conditions/lead-condition.ts'

const place = { file: 'a.yaml', line: 3, col: 10 }
const path = (text: string) => ({ kind: 'path', text }) as const
const is = (left: string, value: string | number | boolean | null, op: '=' | '!=' | '>' | '>=' | '<' | '<=' | 'contains' | 'starts-with' | 'ends-with' = '='): Condition => ({ kind: 'compare', path: path(left), op, value })

describe('parseCondition', () => {
  it.each<[string, Condition]>([
    ['status = "accepted"', is('status', 'accepted')],
    ['status == accepted', is('status', 'accepted')],
    ['success = true', is('success', true)],
    ['code=0', is('code', 0)],
    ['zip = 02134', is('zip', '02134')],
    ['ref = 123456789012345', is('ref', 123456789012345)], ['ref = 9007199254740993', is('ref', '9007199254740993')],
    ['error = null', is('error', null)],
    ['lead.score >= 60', is('lead.score', 60, '>=')],
    ['price != "0"', is('price', '0', '!=')],
    ['"OK" in body', is('body', 'OK', 'contains')], ['"error" not in body', { kind: 'not', term: is('body', 'error', 'contains') }],
    ['body contains "not ok"', is('body', 'not ok', 'contains')],
    ['body starts with "SUCCESS"', is('body', 'SUCCESS', 'starts-with')], ['not url Ends  With .pdf', { kind: 'not', term: is('url', '.pdf', 'ends-with') }], ['starts = 1', is('starts', 1)],
    ['header.X-Lead-Id starts-with A-', is('header.X-Lead-Id', 'A-', 'starts-with')],
    ['result.bids[0].price > 1.5', is('result.bids[0].price', 1.5, '>')],
    ['lead.loan_amount >= $5,000 and lead.rate < .5', { kind: 'and', terms: [is('lead.loan_amount', '$5,000', '>='), is('lead.rate', '.5', '<')] }],
    ['lead.created > 2026-11-24', is('lead.created', '2026-11-24', '>')],
    ['lead.last_name < M', is('lead.last_name', 'M', '<')],
    ['status <> 5k', is('status', '5k', '!=')],
    ['errors.*.text exists', { kind: 'exists', path: path('errors.*.text') }],
    ['errors not exists', { kind: 'not', term: { kind: 'exists', path: path('errors') } }],
    ['lead.state in ("CA", NY)', { kind: 'in', path: path('lead.state'), values: ['CA', 'NY'] }],
    ['lead.state in [CA]', { kind: 'in', path: path('lead.state'), values: ['CA'] }],
    ['body matches "^OK\\|\\d+"', { kind: 'matches', path: path('body'), source: '^OK\\|\\d+', flags: '' }],
    ['status matches /^acc/i', { kind: 'matches', path: path('status'), source: '^acc', flags: 'i' }],
    ['//result = "accepted"', is('//result', 'accepted')],
    ['//a[@type="x y" and b]/text() = "1"', is('//a[@type="x y" and b]/text()', '1')],
    ['//a[@type="x]"]="1"', is('//a[@type="x]"]', '1')], ['regex(\\(([^)]+)\\)) exists', { kind: 'exists', path: { kind: 'regex', source: '\\(([^)]+)\\)', flags: '' } }],
    ['css(h1.status) = "Thank you"', { kind: 'compare', path: { kind: 'css', selector: 'h1.status', attribute: null }, op: '=', value: 'Thank you' }],
    ['css(#F9errCode @value) in (0, 602)', { kind: 'in', path: { kind: 'css', selector: '#F9errCode', attribute: 'value' }, values: [0, 602] }],
    ['regex(id=(\\d+)) exists', { kind: 'exists', path: { kind: 'regex', source: 'id=(\\d+)', flags: '' } }],
    ['a = 1 and b = 2 or not c = 3', { kind: 'or', terms: [{ kind: 'and', terms: [is('a', 1), is('b', 2)] }, { kind: 'not', term: is('c', 3) }] }],
    ['a = 1 AND (b = 2 OR c = 3)', { kind: 'and', terms: [is('a', 1), { kind: 'or', terms: [is('b', 2), is('c', 3)] }] }],
    ['order = "and"', is('order', 'and')],
    ["note = 'it\\'s'", is('note', "it's")],
    ['http.status = 200', is('http.status', 200)],
  ])('%s', (text, want) => { expect(parseCondition(text, place)).toEqual({ ok: true, value: want }) })

  it.each([
    ['', 10, 'a path is missing here'],
    ['status', 16, 'expected a comparison after `status`'],
    ['lead.score between 600 and 850', 28, '`between` is two comparisons here'],
    ['lower(status) = "ok"', 16, 'there is no function lower in conditions'],
    ['status =', 18, 'a value is missing here'],
    ['status = "accepted', 19, 'this quote is not closed'],
    ['status = “accepted”', 19, 'a typographic quote would be part of the text'],
    ['“DUP” in body', 10, 'a typographic quote would be part of the text'],
    ['status = not accepted', 23, 'did not expect `accepted` here'],
    ['(a = 1', 16, '`)` is missing here'],
    ['a = 1 and', 19, 'a path is missing here'],
    ['a in CA', 15, 'expected a list after `in`'],
    ['a in (1, 2', 20, '`)` is missing here'],
    ['a matches "("', 20, 'Invalid regular expression: /(/: Unterminated group'],
    ['lead.loan_amount > 5k', 29, '`5k` is no number to compare with'],
    ['lead.rate <= 50%', 23, '`50%` is no number to compare with'],
    ['lead.created > 11/24/2026', 25, '`11/24/2026` is no number to compare with'],
    ['"OK" of body', 15, 'expected `in` after the text'],
    ['{{lead.score}} > 60', 10, 'a path stands without braces here'],
    ['css(h1 = 1', 13, '`(` is not closed'],
    ['//a[b = 1', 10, 'a bracket or quote of this XPath is not closed'],
  ])('mistake: %s', (text, col, message) => { expect(parseCondition(text, place)).toMatchObject({ ok: false, diagnostic: { line: 3, col, message } }) })

  it('exists before its field is told where it goes', () => expect(parseCondition('exists lead.email', place)).toMatchObject({ ok: false, diagnostic: { help: 'write lead.email exists' } }))
  it.each([
    ['status is "ok"', 'write status = "ok"'], ['lead.zip startsWith "9"', 'write lead.zip starts-with "9"'], ['status equals ok', 'write status = ok'], ['message like "x"', 'write message contains "x"'],
    ['lead.email is not empty', 'write lead.email exists'], ['lead.email is empty', 'write lead.email not exists'],
    ['accepted', 'write status = "accepted", by the name that the answer has for it, or "accepted" in body'], ['result.success', 'write result.success = "accepted", result.success = true, or result.success exists'],
  ])('%s is told in our words', (text, help) => expect(parseCondition(text, place)).toMatchObject({ ok: false, diagnostic: { help } }))
  it('=== and !== are = and !=', () => expect([parseCondition('a === 1', place), parseCondition('a !== 1', place)]).toMatchObject([{ value: { op: '=' } }, { value: { op: '!=' } }]))
  it('a status alone is told how it is asked for', () => expect(parseCondition('200', place)).toMatchObject({ ok: false, diagnostic: { help: 'write http.status = 200' } }))

  it('never throws, and points into the text', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const got = parseCondition(text, place)
      if (!got.ok) expect(got.diagnostic.col - 10).toBeLessThanOrEqual(text.length)
    }))
  })
})

describe('parsePath', () => {
  it('takes one path', () => { expect(parsePath('response.leadId', place)).toEqual({ ok: true, value: path('response.leadId') }) })
  it('and nothing else', () => { expect(parsePath('lead id', place)).toMatchObject({ ok: false, diagnostic: { col: 15 } }) })
})

describe('parseLeadCondition', () => {
  it.each([
    ['lead.amount <= lead.max_amount', 25, 'lead.max_amount'], ['lead.a = 1 and not (lead.state in ("CA", source.state))', 51, 'source.state'], ['lead.a = {{lead.b}}', 19, '{{lead.b}}'],
  ])('a field where a value belongs, which no lead would meet: %s', (text, col, field) => {
    expect(parseLeadCondition(text, place)).toMatchObject({ ok: false, diagnostic: { col, message: `a value was expected here, and ${field} is a field`, help: expect.stringContaining('compares a field with a value') } })
  })
  it.each(['lead.url = "lead.example and more"', 'event = leads', 'lead.a exists', 'lead.a matches "lead.b"', 'lead.'])('others are as they are: %s', (text) => {
    expect(parseLeadCondition(text, place)).toEqual(parseCondition(text, place))
  })
  it('an answer may say lead.created', () => expect(parseCondition('type = lead.created', place)).toMatchObject({ ok: true }))
})
