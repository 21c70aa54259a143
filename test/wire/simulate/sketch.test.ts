import { describe, expect, it } from 'vitest'
import { draw } from '../../../src/wire/simulate/sketch.ts'
import { compileSketch } from '../../../src/wire/simulate/slots.ts'
import { SLOT } from '../../../src/wire/simulate/slots.ts'
import { waysTo } from '../../../src/wire/simulate/wishes.ts'
import { and, buildParsing, exists, is, matches, not, or, path } from '../build-definition.ts'

const body = (given: Readonly<Record<string, string | number>>) =>
  draw(Object.entries(given).map(([at, value]) => ({ path: path(at), value })), 200, buildParsing()).body

describe('a drawn answer', () => {
  it.each([
    [{ status: 'accepted', 'response.leadId': 'A1' }, '{"status":"accepted","leadId":"A1"}'],
    [{ 'errors.*.text': 'bad', 'result.bids[1].price': 3 }, '{"errors":[{"text":"bad"}],"result":{"bids":[{},{"price":3}]}}'],
    [{ '[0].errorCode': 'X' }, '[{"errorCode":"X"}]'],
    [{ '//result': 'ok', '//id': 7 }, '<?xml version="1.0" encoding="UTF-8"?>\n<response><result>ok</result><id>7</id></response>'],
    [{ '/answer/bid/@price': '9' }, '<?xml version="1.0" encoding="UTF-8"?>\n<answer><bid price="9"></bid></answer>'],
    [{ 'css(h1.status)': 'Hi', 'css(#p @data-price)': '5' }, '<!DOCTYPE html>\n<html><body>\n<h1 class="status">Hi</h1>\n<div id="p" data-price="5"></div>\n</body></html>\n'],
    [{ body: 'OK', 'regex(id=(\\d+))': '44' }, 'OK\nid=44'],
  ])('%j', (wishes, wanted) => {
    expect(body(wishes)).toBe(wanted)
  })

  it('fills its slots, escaping what the lead brought', () => {
    const fill = compileSketch(draw([{ path: path('id'), value: SLOT.id }, { path: path('m'), value: SLOT.message }], 200, buildParsing()))
    expect(fill({ id: 'S1', price: '1.00', message: 'a "b"\n' }).body).toBe('{"id":"S1","m":"a \\"b\\"\\n"}')
    const xml = compileSketch(draw([{ path: path('//m'), value: SLOT.message }], 200, buildParsing()))
    expect(xml({ id: '', price: '', message: '<x>&' }).body).toContain('<m>&lt;x&gt;&amp;</m>')
  })
})

describe('ways to make a condition hold or fail', () => {
  it.each([
    [is('status', 'accepted'), true, 'accepted'], [is('status', 'accepted'), false, 'rejected'], [is('ok', true), false, false],
    [is('code', 0), false, 1], [is('n', 5, '>'), true, 6], [is('n', 5, '<='), false, 6], [not(is('s', 'x')), true, 'rejected'],
    [matches('s', '^acc'), true, 'acc'], [exists('id'), true, 'yes'], [or(is('a', 'A'), is('b', 'B')), true, 'A'], [and(is('s', 'YES'), is('b', 'B')), false, 'NO'],
  ])('%j, %s', (condition, want, first) => {
    expect(waysTo(condition, want, 'rejected')[0]?.[0]?.value).toBe(first)
  })
})
