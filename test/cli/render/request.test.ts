import { expect, it } from 'vitest'
import { bodyText } from '../../../src/cli/render/request.ts'

it('a body in a narrow character set is shown as the text that it is', () => {
  expect(bodyText(Buffer.from('<b>Zo\u00eb</b>', 'latin1'))).toBe('<b>Zo\u00eb</b>')
  expect(bodyText('x')).toBe('x')
  expect(bodyText(null)).toBeNull()
})
