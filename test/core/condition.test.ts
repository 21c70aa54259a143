import { describe, expect, it } from 'vitest'
import { compareValues, type Condition, type Scalar } from '../../src/core/condition.ts'
import type { LeadValue } from '../../src/core/lead.ts'
import { holdsFor, resolveLead } from '../../src/core/lead-path.ts'

type Op = Parameters<typeof compareValues>[1]

describe('compareValues', () => {
  it.each<[unknown, Op, Scalar, boolean]>([
    ['accepted', '=', 'accepted', true], ['Accepted', '=', 'accepted', false], ['7', '=', 7, true], ['7.0', '=', '7', true], [7, '=', '7', true],
    ['02134', '=', 2134, false], ['02134', '=', '2134', false], ['1e3', '=', 1000, false], [' 7', '=', 7, false], ['$7', '=', 7, false],
    // As many digits as a model's score or an id has.
    ['0.8234567890123457', '>', 0.5, true], ['0.8234567890123457', '>', 0.9, false], ['0.8234567890123457', '=', '0.82345678901234570', true], ['-0.8234567890123457', '<', -0.5, true],
    ['12345678901234567890', '>', 5, true], ['12345678901234567890', '<', '12345678901234567891', true], ['12345678901234567890', '=', '12345678901234567891', false], ['-12345678901234567890', '<', '-1234567890123456789', true],
    ['9'.repeat(1_000), '>', 5, true], [1e21, '>', 5, true], [5, '<', 1e21, true], [1e-7, '>', 0, true],
    // As people write amounts: greater and less, not the same.
    ['$250,000', '>=', 100_000, true], ['250,000.50', '>', 250_000, true], ['-$5', '<', 0, true], ['+5', '>', 4, true], [' 720 ', '>', 700, true], ['1e3', '>', 100, true], ['.5', '<', 1, true], ['007', '>', 6, true], ['02134', '<', 10_000, true],
    ['900', '>', '$5000', false], ['7000', '>', '$5,000', true], [7_000, '>', '$5,000', true], ['0.3', '>', '.5', false], ['02150', '<', '02134', false], ['abc', '>', '$5', false], ['$6,000', '>', '5000', true], ['$6,000', '<', '5000', false],
    ['1.012,50', '>', 1, false], ['12,34', '>', 1, false], ['abc', '>', 1, false], ['abc', '<=', 1, false], ['', '<', 1, false], ['', '>=', 0, false], [null, '<', 1, false], [true, '>', 0, false],
    ['N/A', '>', '80', false], ['excellent', '>=', '600', false], [true, '>', '0', false], ['85', '>', '80', true], ['2026-11-24', '>', '2026-02-01', true],
    ['$9', '<', '$8', false], ['9', '<', '10', true], ['b', '>', 'a', true], ['x', '!=', 5, true], [Number.NaN, '>=', 0, false],
    [true, '=', 'True', true], ['TRUE', '=', true, true], ['True', '!=', true, false], ['FALSE', '=', false, true], ['false', '=', true, false], [false, '=', 'True', false], ['TRUE', '=', 'true', false], ['yes', '=', true, false],
    [['a', 'b'], 'contains', 'b', true], [['a', 'b'], '=', 'a', false],
  ])('%j %s %j: %s', (got, op, want, expected) => { expect(compareValues(got, op, want)).toBe(expected) })
})

it.each<[unknown, boolean]>([['x', true], [0, true], [false, true], [['a', ''], true], [{ k: 1 }, true], ['', false], [' ', false], [null, false], [[''], false], [undefined, false]])('of a lead, %j exists: %s', (value, expected) => {
  const exists: Condition = { kind: 'exists', path: { kind: 'path', text: 'lead.a' } }
  const fields: Record<string, LeadValue> = value === undefined ? {} : { a: value as LeadValue }
  expect([exists, { kind: 'not' as const, term: exists }].map((each) => holdsFor(each, { lead: { id: 'L1', fields } }))).toEqual([expected, !expected])
})

describe('resolveLead', () => {
  it('a plain text is the name of its source', () => {
    const named = (source: LeadValue) => resolveLead({ id: 'L1', fields: { source } }, { kind: 'path', text: 'source.name' })
    expect([named('web'), named({ name: 'web' }), named({ campaign: 'c1' })]).toEqual([['web'], ['web'], []])
  })
  const lead = { id: 'L1', fields: { 'Loan Amount': '7', 'a.b': '3', o: { 'x y': '4', l: [{ k: '5' }, { k: '6' }] }, tags: ['a', 'b'], '[odd]': '8' } }
  it.each<[string, readonly unknown[]]>([
    ['lead.tags', ['a', 'b']], ['lead.tags.1', ['b']], ['lead.tags[1]', ['b']], ['lead.tags[9]', [undefined]], ['lead.tags.*', ['a', 'b']], ['tags[0]', ['a']],
    ['lead.o.l[1].k', ['6']], ['lead.o.l.k', ['5', '6']], ['lead.o.l.*.k', ['5', '6']], ['lead.o.*', ['4', { k: '5' }, { k: '6' }]],
    ['lead["Loan Amount"]', ['7']], ["lead['Loan Amount']", ['7']], ['lead.[Loan Amount]', ['7']], ['["Loan Amount"]', ['7']], ['lead.o["x y"]', ['4']],
    ['lead.a.b', ['3']], ['lead["a.b"]', ['3']], ['lead.nothing[0]', []], ['lead.constructor', []],
  ])('%s', (text, expected) => { expect(resolveLead(lead, { kind: 'path', text })).toEqual(expected) })
})
