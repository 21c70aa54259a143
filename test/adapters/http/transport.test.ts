import { spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import http, { type IncomingMessage } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpTransport } from '../../../src/adapters/http/transport.ts'
import { checkTlsFiles } from '../../../src/adapters/http/tls.ts'
import type { Act } from '../../world/act.ts'
import { startBuyer } from '../../world/buyer.ts'
import { certificate, certPath } from '../../world/certs.ts'
import { startProxy } from '../../world/proxy.ts'
import { startRawBuyer } from '../../world/raw-buyer.ts'
import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { faultOf, post, sendOnce, settings, statusOf, textOf } from './sending.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
const closing = <T extends { close(): Promise<unknown> }>(each: T): T => {
  closers.push(() => each.close())
  return each
}
const transportOf = (closeGraceMs = 50) => closing(createHttpTransport({ closeGraceMs }))

/** Answers with given bytes and headers, as no scripted buyer does. */
const answering = async (handler: (request: IncomingMessage, response: http.ServerResponse) => void) => {
  const server = http.createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  }))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('requests', () => {
  it('puts exactly the declared header lines and body on the wire', async () => {
    const buyer = closing(await startRawBuyer())
    await sendOnce(post(`${buyer.url}/leads/a%20b?x=1&y=%C3%A9`, { headers: [['X-Partner-ID', 'LC-12345'], ['content-type', 'text/plain'], ['X-Two', 'a'], ['X-Two', 'b']], body: 'näme' }))
    expect(buyer.received()).toEqual([
      `POST /leads/a%20b?x=1&y=%C3%A9 HTTP/1.1\r\nhost: 127.0.0.1:${buyer.port}\r\nconnection: keep-alive\r\nX-Partner-ID: LC-12345\r\ncontent-type: text/plain\r\nX-Two: a\r\nX-Two: b\r\ncontent-length: 5\r\n\r\nn\u00c3\u00a4me`,
    ])
  })

  it.each([
    ['/a/../b', '/b'], ['/a b', '/a%20b'], ['/x#part', '/x'], ['', '/'], ['?q=1', '/?q=1'], ['/%2e%2e/b', '/b'], ['/\u00e9', '/%C3%A9'], ['/.well-known', '/.well-known'],
  ])('normalises the path %j to %j, also when the origin is known', async (path, expected) => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    await transport.send(post(`${buyer.url}/warm`), settings())
    await transport.send(post(buyer.url + path), settings())
    expect(buyer.journal[1]?.path).toBe(expected)
  })

  it('sends a user name and password of the address as Basic, unless there is an Authorization', async () => {
    const buyer = closing(await startBuyer())
    const url = buyer.url.replace('//', '//us%40er:p%3Ass@')
    await sendOnce(post(url))
    await sendOnce(post(url, { headers: [['authorization', 'Bearer t']] }))
    expect(buyer.journal.map((each) => each.headers['authorization'])).toEqual([`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`, 'Bearer t'])
  })

  it('sends one Authorization, the recipient\'s own before that of its address', async () => {
    const seen: string[][] = []
    const server = http.createServer((request, response) => { seen.push(request.rawHeaders); response.end() })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await sendOnce(post(`http://us:er@127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: [['authorization', 'Bearer t']] }))
    server.close()
    expect(seen[0]?.filter((each) => /^(authorization|basic|bearer)/i.test(each))).toEqual(['authorization', 'Bearer t'])
  })

  it('a 407 of the buyer itself is its answer, and no trouble of a proxy', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'answer', status: 407 } }))
    expect(statusOf(await sendOnce(post(buyer.url)))).toBe(407)
  })

  it.each([['small', '{"a":1}'], ['large', 'x'.repeat(100_000)]])('compresses a %s body with its true length', async (_size, body) => {
    const buyer = closing(await startBuyer())
    await sendOnce(post(buyer.url, { compression: 'gzip', body, headers: [['Content-Length', String(body.length)]] }))
    expect(buyer.journal[0]?.body).toBe(body)
    expect(buyer.journal[0]?.headers['content-encoding']).toBe('gzip')
    expect(Number(buyer.journal[0]?.headers['content-length'])).not.toBe(body.length)
  })

  it('sends an empty body with length 0, GET with none, and bytes as they are', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    await transport.send(post(buyer.url, { body: null }), settings())
    await transport.send(post(buyer.url, { method: 'GET', body: null }), settings())
    await transport.send(post(buyer.url, { body: new Uint8Array([0x61, 0x62]) }), settings())
    expect(buyer.journal.map((each) => [each.headers['content-length'], each.body])).toEqual([['0', ''], [undefined, ''], ['2', 'ab']])
  })
})

describe('answers', () => {
  it('joins repeated headers, names in lower case, and knows no prototype', async () => {
    const url = await answering((_request, response) => void response.writeHead(201, [['X-Two', 'a'], ['x-two', 'b'], ['__proto__', 'evil'], ['Set-Cookie', '1'], ['Set-Cookie', '2']].flat()).end('ok'))
    const reply = await sendOnce(post(url))
    expect(reply).toMatchObject({ kind: 'answer', status: 201, truncated: false, headers: { 'x-two': 'a, b', 'set-cookie': '1, 2' } })
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined()
  })

  it.each([204, 304, 200])('takes a %d without a body, and the answer to HEAD', async (status) => {
    const url = await answering((_request, response) => void response.writeHead(status).end())
    expect([statusOf(await sendOnce(post(url))), statusOf(await sendOnce(post(url, { method: 'HEAD', body: null })))]).toEqual([status, status])
  })

  it.each([
    ['gzip', gzipSync('{"price":"1"}')], ['deflate', deflateSync('{"price":"1"}')], ['deflate', deflateRawSync('{"price":"1"}')],
    ['br', brotliCompressSync('{"price":"1"}')], ['gzip, br', brotliCompressSync(gzipSync('{"price":"1"}'))], ['identity', Buffer.from('{"price":"1"}')],
    ['gzip', Buffer.from('{"price":"1"}')], ['unknown', Buffer.from('{"price":"1"}')],
  ])('decompresses %s (what is not so compressed stays as it came)', async (encoding, body) => {
    const url = await answering((_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body))
    expect(textOf(await sendOnce(post(url)))).toBe('{"price":"1"}')
  })

  it('cuts a long body at the limit and drops the connection', async () => {
    const buyer = closing(await startBuyer({ script: [{ do: 'huge', bytes: 1e10 }, { do: 'accept' }] }))
    const transport = transportOf()
    const reply = await transport.send(post(buyer.url), settings({ maximumResponse: 100_000 }))
    expect(reply).toMatchObject({ kind: 'answer', truncated: true })
    expect(reply.kind === 'answer' && reply.body.length).toBe(100_000)
    expect(textOf(await transport.send(post(buyer.url), settings({ maximumResponse: 100_000 })))).toContain('accepted')
    expect(buyer.connections().made).toBe(2)
  })

  it('stops a gzip bomb at the limit; nothing happens to a body of exactly the limit', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'bomb', bytes: 50_000_000 } }))
    const cut = await sendOnce(post(buyer.url), settings({ maximumResponse: 100_000 }))
    expect(cut).toMatchObject({ kind: 'answer', truncated: true })
    expect(cut.kind === 'answer' && cut.body.length).toBe(100_000)
    const tiny = await sendOnce(post(buyer.url), settings({ maximumResponse: 1_000 }))
    expect(tiny.kind === 'answer' && [tiny.body.length, tiny.truncated]).toEqual([1_000, true])
    const url = await answering((_request, response) => void response.end('x'.repeat(1_000)))
    expect(await sendOnce(post(url), settings({ maximumResponse: 1_000 }))).toMatchObject({ truncated: false })
  })

  it('says when it came by the given clock', async () => {
    const buyer = closing(await startBuyer())
    const transport = closing(createHttpTransport({ now: () => 1_234 }))
    expect((await transport.send(post(buyer.url), settings())).at).toBe(1_234)
  })
})

describe('connections', () => {
  it('opens no more than it may, uses them again, and serves those that wait in order', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    const replies = await Promise.all(Array.from({ length: 50 }, (_, n) => transport.send(post(buyer.url, { body: String(n) }), settings({ connections: 2 }))))
    expect(replies.every((each) => statusOf(each) === 200)).toBe(true)
    expect(buyer.connections().made).toBe(2)
    const order = buyer.journal.map((each) => Number(each.body))
    expect(order.every((n, at) => Math.abs(n - at) <= 2)).toBe(true)
  })

  it('writes to one that came free before its answer is handed on: the buyer works while it is judged', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    const seen: string[] = []
    const wrote = (): void => { seen.push('written') }
    subscribe('undici:client:sendHeaders', wrote)
    try {
      await Promise.all([1, 2, 3].map(() => transport.send(post(buyer.url), settings({ connections: 1 })).then(() => seen.push('answered'))))
    } finally {
      unsubscribe('undici:client:sendHeaders', wrote)
    }
    expect(seen).toEqual(['written', 'written', 'answered', 'written', 'answered', 'answered'])
  })

  it('opens only as many as are needed', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    for (let n = 0; n < 5; n++) await transport.send(post(buyer.url), settings())
    expect(buyer.connections().made).toBe(1)
  })

  it('keeps none alive where told so', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    for (let n = 0; n < 3; n++) await transport.send(post(buyer.url), settings({ keepAliveMs: 0 }))
    expect(buyer.connections().made).toBe(3)
    expect(buyer.journal[0]?.headers['connection']).toBe('close')
  })

  it('believes what a server says of its keep-alive, less a second', async () => {
    const transport = transportOf()
    for (const [keepAliveMs, made] of [[1_000, 3], [60_000, 1]] as const) {
      const buyer = closing(await startBuyer({ keepAliveMs }))
      for (let n = 0; n < 3; n++) await transport.send(post(buyer.url), settings())
      expect(buyer.connections().made).toBe(made)
    }
  })

  it('takes an answer that came while this process was busy past the time limit', async () => {
    const buyer = closing(await spawnBuyer())
    const transport = transportOf()
    await transport.send(post(buyer.url), settings({ timeoutMs: 150 }))
    const one = transport.send(post(buyer.url), settings({ timeoutMs: 150 }))
    // Written by now or in the next turns; then nothing of ours runs for long.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    const until = performance.now() + 400
    while (performance.now() < until);
    expect(faultOf(await one)).toBe('answer 200')
  })

  it('answers every request, whatever the buyer does', async () => {
    const acts: Act[] = [{ do: 'accept' }, { do: 'reset-before' }, { do: 'accept' }, { do: 'reset-mid-answer' }, { do: 'garbage' }, { do: 'accept', afterMs: 5 }, { do: 'huge', bytes: 200_000 }, { do: 'answer', status: 500, headers: { connection: 'close' } }]
    const buyer = closing(await startBuyer({ script: acts, cycle: true }))
    const transport = transportOf()
    const replies = await Promise.all(Array.from({ length: 800 }, () => transport.send(post(buyer.url), settings({ maximumResponse: 50_000 }))))
    const counts: Record<string, number> = {}
    for (const reply of replies) counts[faultOf(reply)] = (counts[faultOf(reply)] ?? 0) + 1
    expect(counts).toEqual({ 'answer 200': 400, 'answer 500': 100, reset: 200, malformed: 100 })
    expect(buyer.journal.length).toBe(800)
  })

  it('takes another connection where an idle one has gone', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    await transport.send(post(buyer.url), settings())
    buyer.dropConnections()
    await new Promise((resolve) => setImmediate(resolve))
    expect(statusOf(await transport.send(post(buyer.url), settings()))).toBe(200)
  })

  it('does not count the wait for a free connection as the time of the buyer', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'accept', afterMs: 100 } }))
    const transport = transportOf()
    const replies = await Promise.all(Array.from({ length: 5 }, () => transport.send(post(buyer.url), settings({ connections: 1, timeoutMs: 300 }))))
    expect(replies.map(statusOf)).toEqual([200, 200, 200, 200, 200])
  })

  it('goes on after every kind of fault, with one connection', async () => {
    const buyer = closing(await startBuyer({ script: [{ do: 'hang' }, { do: 'reset-after' }, { do: 'garbage' }, { do: 'reset-mid-answer' }, { do: 'drip', everyMs: 60 }, { do: 'accept' }] }))
    const transport = transportOf()
    const replies = await Promise.all(Array.from({ length: 7 }, () => transport.send(post(buyer.url), settings({ connections: 1, timeoutMs: 150 }))))
    expect(replies.map(faultOf)).toEqual(['timeout', 'reset', 'malformed', 'reset', 'timeout', 'answer 200', 'answer 200'])
    expect(buyer.journal.length).toBe(7)
  })

  it('uses a client certificate; without it the buyer refuses', async () => {
    const buyer = closing(await startBuyer({ tls: 'server', wantsClientCertificate: true }))
    const ca = certPath('ca.pem')
    const { cert, key } = certificate('client')
    expect(textOf(await sendOnce(post(buyer.url), settings({ tls: { ca, certificate: certPath('client.pem'), key: certPath('client-key.pem') } })))).toContain('accepted')
    expect(textOf(await sendOnce(post(buyer.url), settings({ tls: { ca, certificate: cert, key } })))).toContain('accepted')
    expect(['tls-certificate', 'reset']).toContain(faultOf(await sendOnce(post(buyer.url), settings({ tls: { ca, certificate: null, key: null } }))))
    expect(buyer.journal.length).toBe(2)
    expect(checkTlsFiles({ ca, certificate: cert, key })).toEqual([])
    expect(checkTlsFiles({ ca, certificate: cert, key: certPath('server-key.pem') })).toHaveLength(1)
    expect(checkTlsFiles(null)).toEqual([])
  })

  it.each(['http', 'https'])('goes through a proxy to %s', async (scheme) => {
    const buyer = closing(await startBuyer(scheme === 'https' ? { tls: 'server' } : {}))
    const proxy = closing(await startProxy({ credentials: 'user:p@ss' }))
    const given = settings({ proxy: proxy.url.replace('//', '//user:p%40ss@'), tls: { ca: certPath('ca.pem'), certificate: null, key: null } })
    expect(textOf(await sendOnce(post(`${buyer.url}/leads`), given))).toContain('accepted')
    expect(proxy.asked).toEqual([scheme === 'https' ? `CONNECT 127.0.0.1:${buyer.port}` : `POST ${buyer.url}/leads`])
    expect(buyer.journal[0]?.headers['proxy-authorization']).toBeUndefined()
  })

  it.each(['http', 'https'])('goes to %s through a proxy that speaks TLS itself, whose certificate is its own', async (scheme) => {
    const buyer = closing(await startBuyer(scheme === 'https' ? { tls: 'server' } : {}))
    const proxy = closing(await startProxy())
    const tlsOf = async (name: 'server' | 'expired'): Promise<string> => {
      const outside = tls.createServer(certificate(name), (socket) => { socket.on('error', () => socket.destroy()).pipe(net.connect(proxy.port, '127.0.0.1')).pipe(socket) })
      await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
      closers.push(async () => { outside.close() })
      return `https://127.0.0.1:${(outside.address() as AddressInfo).port}`
    }
    const ours = { ca: certPath('ca.pem'), certificate: null, key: null }
    expect(textOf(await sendOnce(post(`${buyer.url}/leads`), settings({ proxy: await tlsOf('server'), tls: ours })))).toContain('accepted')
    expect(faultOf(await sendOnce(post(`${buyer.url}/leads`), settings({ proxy: await tlsOf('expired'), tls: ours })))).toBe('proxy')
    expect(proxy.asked).toHaveLength(1)
  })

  it('charges what lies behind a working tunnel to the buyer', async () => {
    const buyer = closing(await startBuyer({ tls: 'expired' }))
    const proxy = closing(await startProxy())
    expect(faultOf(await sendOnce(post(buyer.url), settings({ proxy: proxy.url })))).toBe('tls-certificate')
  })
})

describe('connections to one origin', () => {
  it('are not shared by who may not go to a private address', async () => {
    const buyer = closing(await startBuyer())
    const transport = transportOf()
    expect(statusOf(await transport.send(post(buyer.url), settings()))).toBe(200)
    expect(faultOf(await transport.send(post(buyer.url, { mayBePrivate: false }), settings()))).toBe('blocked')
    expect(statusOf(await transport.send(post(buyer.url), settings()))).toBe(200)
  })

  it('are not shared under another CA, certificate, proxy or number of connections', async () => {
    const buyer = closing(await startBuyer({ tls: 'server', wantsClientCertificate: true }))
    const transport = transportOf()
    const [ca, certificate, key] = [certPath('ca.pem'), certPath('client.pem'), certPath('client-key.pem')]
    const ours = settings({ tls: { ca, certificate, key } })
    const proxy = closing(await startProxy())
    expect(statusOf(await transport.send(post(buyer.url), ours))).toBe(200)
    expect(faultOf(await transport.send(post(buyer.url), settings()))).toBe('tls-certificate')
    expect(['tls-certificate', 'reset']).toContain(faultOf(await transport.send(post(buyer.url), settings({ tls: { ca, certificate: null, key: null } }))))
    expect(faultOf(await transport.send(post(buyer.url), settings({ tls: { ca, certificate, key: certPath('server-key.pem') } })))).toBe('invalid-request')
    expect(proxy.asked).toEqual([])
    expect(statusOf(await transport.send(post(buyer.url), { ...ours, proxy: proxy.url }))).toBe(200)
    expect(proxy.asked).toHaveLength(1)
    const made = buyer.connections().made
    expect(statusOf(await transport.send(post(buyer.url), { ...ours, connections: 1 }))).toBe(200)
    expect(buyer.connections().made).toBe(made + 1)
    expect(statusOf(await transport.send(post(buyer.url), settings({ tls: { ca, certificate, key } })))).toBe(200)
    expect(buyer.connections().made).toBe(made + 1)
  })
})

describe('stopping', () => {
  it('by a signal: what waits was never sent, what is on the wire is in doubt', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'hang' } }))
    const transport = transportOf()
    const controller = new AbortController()
    const both = [1, 2].map(() => transport.send(post(buyer.url), settings({ connections: 1 }), controller.signal))
    while (buyer.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort()
    expect((await Promise.all(both)).map(faultOf)).toEqual(['abandoned', 'stopped'])
    expect(faultOf(await transport.send(post(buyer.url), settings(), controller.signal))).toBe('stopped')
    buyer.rescript({ do: 'accept' })
    expect(statusOf(await transport.send(post(buyer.url), settings({ connections: 1 }), new AbortController().signal))).toBe(200)
  })

  it('by close: what is on the wire may finish, what waits was never sent', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'accept', afterMs: 50 } }))
    const transport = createHttpTransport()
    const both = [1, 2].map(() => transport.send(post(buyer.url), settings({ connections: 1 })))
    while (buyer.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await transport.close()
    expect((await Promise.all(both)).map(faultOf)).toEqual(['answer 200', 'stopped'])
    expect(faultOf(await transport.send(post(buyer.url), settings()))).toBe('stopped')
    await transport.close()
  })

  it('by close, at once where nothing is on the wire', async () => {
    const buyer = closing(await startBuyer())
    const transport = createHttpTransport({ closeGraceMs: 60_000 })
    expect(statusOf(await transport.send(post(buyer.url), settings()))).toBe(200)
    await transport.close()
  })

  it('by close with a buyer that hangs: given up after the grace', async () => {
    const buyer = closing(await startBuyer({ script: { do: 'hang' } }))
    const transport = createHttpTransport({ closeGraceMs: 30 })
    const one = transport.send(post(buyer.url), settings())
    while (buyer.journal.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await transport.close()
    expect(faultOf(await one)).toBe('abandoned')
  })

  it('leaves nothing open: a process that forgot to close still ends', async () => {
    const buyer = closing(await startBuyer())
    const code = `
      import { createHttpTransport } from ${JSON.stringify(join(import.meta.dirname, '../../../src/adapters/http/transport.ts'))}
      const reply = await createHttpTransport().send(${JSON.stringify(post(buyer.url))}, ${JSON.stringify(settings())})
      console.log(reply.status)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [[printed], [exit]] = await Promise.all([once(child.stdout, 'data'), once(child, 'exit')])
    expect([String(printed).trim(), exit]).toEqual(['200', 0])
  })
})
