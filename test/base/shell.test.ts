import { expect, it } from 'vitest'
import { shellWord } from '../../src/base/shell.ts'

it.each([
  ['acme', 'acme'], ['recipients/my-buyer_2.yaml', 'recipients/my-buyer_2.yaml'], ['木村', '木村'],
  ['my buyer', "'my buyer'"], ["O'Brien", String.raw`'O'\''Brien'`], ['$(x)', "'$(x)'"], ['~', "'~'"], ['', "''"],
])('%s is shown as %s', (text, word) => { expect(shellWord(text)).toBe(word) })
