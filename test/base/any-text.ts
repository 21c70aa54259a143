import fc from 'fast-check'

/** Every code point; halves of a pair are none. */
const character = fc.integer({ min: 0, max: 0x10_f7_ff }).map((n) => String.fromCodePoint(n < 0xd8_00 ? n : n + 0x8_00))

/**
 * Any text at all, as `fc.string({ unit: 'binary' })` gives, which lists all 1,112,064 characters first: more than a second
 * of CPU in each thread. The words that fast-check holds for dangerous (`__proto__`) come with its own strings.
 */
export const anyText = (length: { readonly minLength?: number; readonly maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.oneof({ arbitrary: fc.array(character, length).map((each) => each.join('')), weight: 4 }, { arbitrary: fc.string(length), weight: 1 })
