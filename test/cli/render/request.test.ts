import { expect, it } from 'vitest'
import { bodyText, headersOf } from '../../../src/cli/render/request.ts'

it('a body in a narrow character set is shown as the text that it is', () => {
  expect(bodyText(Buffer.from('<b>Zo\u00eb</b>', 'latin1'))).toBe('<b>Zo\u00eb</b>')
  expect(bodyText('x')).toBe('x')
  expect(bodyText(null)).toBeNull()
})

it('a compressed body is shown with the header that says so, and none without a body', () => {
  const request = { method: 'POST', url: 'https://a.example', headers: [['Accept', '*/*']], body: '{}', compression: 'gzip' } as const
  expect(headersOf(request)).toEqual([['Accept', '*/*'], ['Content-Encoding', 'gzip']])
  expect(headersOf({ ...request, body: null })).toEqual(request.headers)
  expect(headersOf({ ...request, compression: null })).toEqual(request.headers)
})
