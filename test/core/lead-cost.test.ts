import { expect, it } from 'vitest'
import type { Lead } from '../../src/core/lead.ts'
import { readCost } from '../../src/core/lead-field.ts'

it.each<[string, Lead['fields'], ReturnType<typeof readCost>]>([
  ['a bare number is in the currency of those it goes to', { cost: '2.50' }, { kind: 'said', value: { amount: 25_000, currency: 'EUR' } }],
  ['as JSON has it', { cost: 2.5 }, { kind: 'said', value: { amount: 25_000, currency: 'EUR' } }],
  ['its own currency stands', { cost: '$2.50' }, { kind: 'said', value: { amount: 25_000, currency: 'USD' } }],
  ['nothing is a cost too', { cost: 0 }, { kind: 'said', value: { amount: 0, currency: 'EUR' } }],
  ['no such field', {}, { kind: 'unsaid' }],
  ['an empty one', { cost: ' ' }, { kind: 'unsaid' }],
  ['null', { cost: null }, { kind: 'unsaid' }],
  ['words', { cost: 'free' }, { kind: 'unreadable', got: 'free' }],
  ['a comma for the point', { cost: '2,5' }, { kind: 'unreadable', got: '2,5' }],
  ['a phone number, whose sums no report could tell', { cost: '14155550101' }, { kind: 'unreadable', got: '14155550101' }],
  ['below zero', { cost: -1 }, { kind: 'unreadable', got: '-1' }],
])('%s', (_name, fields, expected) => { expect(readCost(fields, 'EUR')).toEqual(expected) })
