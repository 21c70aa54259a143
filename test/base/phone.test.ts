import { describe, expect, it } from 'vitest'
import { barePhone, phoneDigits } from '../../src/base/phone.ts'

describe('a phone number as people and exports write it', () => {
  it.each<[string, string]>([
    ['415-555-0101', '4155550101'], ['+1 (415) 555-0101', '4155550101'], ['+44 20 7946 0958', '442079460958'],
    ['415.555.0101 x123', '4155550101'], ['(415) 555-0101 ext. 9', '4155550101'], ['1 (415) 555-0101#22', '4155550101'], ['415-555-0101, Extension: 7 ', '4155550101'], ['+1 415 555 0101;ext=5', '4155550101'],
    ['p:+14155550101', '4155550101'], ['tel:+1-415-555-0101', '4155550101'], ['4155550101.0', '4155550101'],
    ['555-0101 x123', '5550101'], ['', ''], ['n/a', ''],
  ])('%s', (text, digits) => { expect(phoneDigits(text)).toBe(digits) })

  it.each(['415.555.0', '192.168.1.0', 'x12', 'Apt x', '12.50', '1.0'])('%s has nothing that is not dialled', (text) => { expect(barePhone(text)).toBe(text) })
})
