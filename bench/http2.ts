import { fork } from 'node:child_process'
import { createServer as createHttps } from 'node:https'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Client, type Dispatcher } from 'undici'
import { certificate } from '../test/world/certs.ts'

/**
 * Does HTTP/2 pay? `node bench/http2.ts [requests]`: the same posts over TLS to a server in a process of its own, by
 * HTTP/1.1 with a connection for each request in flight, and by HTTP/2 with few connections, in turns, for a buyer that
 * answers at once and for one that takes 20 ms. Figures: requests a second, and CPU time of this process for each request.
 */
const ANSWER = JSON.stringify({ status: 'accepted', leadId: 'B-100001', price: '45.00', message: 'Lead accepted' })
const BODY = JSON.stringify({ firstName: 'Dana', lastName: 'Okafor', email: 'dana.okafor@example.com', phone: '4155550101', state: 'CA', zip: '94110', product: 'AUTO_INS', score: 88 })

const serve = (): void => {
  const waitMs = Number(process.argv[3])
  const answer = (end: (body: string) => void): void => { if (waitMs === 0) end(ANSWER); else setTimeout(end, waitMs, ANSWER) }
  const { cert, key } = certificate('server')
  const one = createHttps({ cert, key }, (request, response) => { request.resume().on('end', () => answer((body) => { response.writeHead(200, { 'content-type': 'application/json' }).end(body) })) })
  const two = createSecureServer({ cert, key })
  two.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined).resume().on('end', () => answer((body) => { if (!stream.destroyed) { stream.respond({ ':status': 200, 'content-type': 'application/json' }); stream.end(body) } }))
  })
  one.listen(0, '127.0.0.1', () => two.listen(0, '127.0.0.1', () => process.send?.([one, two].map((each) => (each.address() as AddressInfo).port))))
}

interface Way { readonly name: string; readonly h2: boolean; readonly connections: number; readonly inFlight: number }
const WAYS: readonly Way[] = [
  { name: 'HTTP/1.1, 10 connections', h2: false, connections: 10, inFlight: 10 },
  { name: 'HTTP/2, 1 connection, 10 at once', h2: true, connections: 1, inFlight: 10 },
  { name: 'HTTP/1.1, 100 connections', h2: false, connections: 100, inFlight: 100 },
  { name: 'HTTP/2, 1 connection, 100 at once', h2: true, connections: 1, inFlight: 100 },
  { name: 'HTTP/2, 10 connections, 100 at once', h2: true, connections: 10, inFlight: 100 },
]

const post = (client: Client): Promise<void> => new Promise((resolve, reject) => {
  const handler: Dispatcher.DispatchHandler = { onRequestStart: () => undefined, onResponseStart: () => undefined, onResponseData: () => undefined, onResponseEnd: () => resolve(), onResponseError: (_, error) => reject(error) }
  client.dispatch({ method: 'POST', path: '/leads', headers: ['content-type', 'application/json', 'idempotency-key', 'k-1'], body: BODY }, handler)
})

const measure = async ({ h2, connections, inFlight }: Way, [one, two]: readonly number[], requests: number) => {
  const { ca } = certificate('server')
  const clients = Array.from({ length: connections }, () => new Client(`https://127.0.0.1:${h2 ? two : one}`, { connect: { ca }, allowH2: h2, pipelining: h2 ? Math.ceil(inFlight / connections) : 1 }))
  const each = Math.ceil(inFlight / connections)
  const lanes = clients.flatMap((client) => Array.from({ length: each }, () => client))
  let left = lanes.length * 3
  const work = async (client: Client): Promise<void> => { while (left-- > 0) await post(client) }
  await Promise.all(lanes.map(work))
  left = requests
  const cpu = process.cpuUsage()
  const start = performance.now()
  await Promise.all(lanes.map(work))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await Promise.all(clients.map((client) => client.close()))
  return { perSecond: requests / seconds, cpuMicros: (user + system) / requests }
}

const run = async (): Promise<void> => {
  const requests = Number(process.argv[2] ?? 20_000)
  for (const waitMs of [0, 20]) {
    const child = fork(fileURLToPath(import.meta.url), ['serve', String(waitMs)], { execArgv: process.execArgv })
    const ports = await new Promise<readonly number[]>((resolve) => child.once('message', (ports) => resolve(ports as number[])))
    console.log(`\nthe buyer answers ${waitMs === 0 ? 'at once' : `after ${waitMs} ms`}, ${requests} requests, best of 3`)
    const best = new Map<string, { perSecond: number; cpuMicros: number }>()
    for (let round = 0; round < 3; round++) {
      for (const way of WAYS) {
        const got = await measure(way, ports, waitMs === 0 ? requests : Math.min(requests, way.inFlight * 150))
        const before = best.get(way.name)
        if (!before || got.perSecond > before.perSecond) best.set(way.name, got)
      }
    }
    for (const [name, { perSecond, cpuMicros }] of best) console.log(`${name.padEnd(40)} ${perSecond.toFixed(0).padStart(7)} requests/s ${cpuMicros.toFixed(0).padStart(5)} µs CPU`)
    child.kill()
  }
}

if (process.argv[2] === 'serve') serve()
else await run()
