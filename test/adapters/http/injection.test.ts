import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttpTransport } from '../../../src/adapters/http/transport.ts'
import { anyText } from '../../base/any-text.ts'
import { type RawBuyer, startRawBuyer } from '../../world/raw-buyer.ts'
import { faultOf, post, settings } from './sending.ts'

let buyer: RawBuyer
const transport = createHttpTransport()
beforeAll(async () => {
  buyer = await startRawBuyer()
})
afterAll(async () => {
  await transport.close()
  await buyer.close()
})

const hostile = fc.oneof(
  anyText(),
  fc.array(fc.constantFrom('a', ' ', '\r', '\n', '\r\n', ':', '\0', '\t', '\u00e9', '\u0141', '\u2028', 'X-Evil: 1', 'Content-Length: 0', '\r\n\r\nPOST / HTTP/1.1', '%0d%0a'), { maxLength: 6 }).map((parts) => parts.join('')),
)

it('a header value arrives as one line, exactly, or nothing is sent at all', async () => {
  await fc.assert(fc.asyncProperty(hostile, hostile, async (value, body) => {
    const before = buyer.received().join('').length
    const reply = await transport.send(post(`${buyer.url}/x`, { headers: [['X-Name', value]], body }), settings({ connections: 1 }))
    const came = buyer.received().join('').slice(before)
    if (faultOf(reply) === 'invalid-request') return came === ''
    const bytes = Buffer.from(body, 'utf8')
    return faultOf(reply) === 'answer 200' &&
      came === `POST /x HTTP/1.1\r\nhost: 127.0.0.1:${buyer.port}\r\nconnection: keep-alive\r\nX-Name: ${value}\r\ncontent-length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`
  }), { numRuns: 1_000 })
})

it('an address stands in one request line, whatever is in it', async () => {
  await fc.assert(fc.asyncProperty(hostile, async (text) => {
    const before = buyer.received().join('').length
    const reply = await transport.send(post(`${buyer.url}/x?q=${text}`, { headers: [], body: 'b' }), settings({ connections: 1 }))
    const came = buyer.received().join('').slice(before)
    return faultOf(reply) === 'invalid-request' ? came === '' : /^POST \/x\?q=[\x21-\x7e]* HTTP\/1\.1\r\nhost: [\d.:]+\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nb$/.test(came)
  }), { numRuns: 500 })
})

it('thousands of hosts, as a templated address may make them, are not all kept', async () => {
  for (let n = 0; n < 1_500; n++) {
    expect(faultOf(await transport.send(post(`http://10.0.${n >> 8}.${n & 255}/`, { mayBePrivate: false }), settings()))).toBe('blocked')
  }
  expect(faultOf(await transport.send(post(buyer.url), settings()))).toBe('answer 200')
})
