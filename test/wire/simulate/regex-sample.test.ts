import { describe, expect, it } from 'vitest'
import { sampleOf } from '../../../src/wire/simulate/regex-sample.ts'

describe('a sample of a pattern', () => {
  it.each([
    '^SUCCESS', '^OK\\|', 'id=(\\d+)', '(ok|accepted)', '^ERROR: add_lead DUPLICATE', 'a{3}b+', '[A-Z]{2}\\d{4}', '[^|]*\\|(\\d+)',
    '(?:yes|no)!', '(?<id>x+)', '^SUCCESS: add_lead - [^|]*\\|[^|]*\\|(\\d+)', '\\s*\\w+', '(^|\\n)result=ok', '[\\]x]', '',
  ])('%s matches its own sample', (source) => {
    expect(new RegExp(source).test(sampleOf(source))).toBe(true)
  })

  it('puts a wanted text into the first group', () => {
    expect(sampleOf('id=(\\d+);(x)', '4711')).toBe('id=4711;x')
  })
})
