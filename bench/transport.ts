import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Pool } from 'undici'
import { createHttpTransport } from '../src/adapters/http/transport.ts'

/**
 * `node bench/transport.ts [REQUESTS [CONNECTIONS [ROUNDS]]]`: our transport against a bare loop of undici's
 * `Pool.request` that reads each answer as text; the server and each sender are processes of their own, rounds alternate.
 */
const requests = Number(process.argv[2] ?? 50_000)
const connections = Number(process.argv[3] ?? 10)
const rounds = Number(process.argv[4] ?? 3)
const worker = process.env['BENCH_SENDER']

const body = JSON.stringify({
  firstName: 'Maria', lastName: 'Gonzalez', email: 'maria.gonzalez@example.com', phoneNumber: '5125550142', stateCode: 'TX',
  address: { street: '12 Main Street', city: 'Austin', zip: '78701' }, priority: 'HIGH', source: 'web', submitted: '2026-11-24',
})
const headers = [['Content-Type', 'application/json'], ['Authorization', 'Bearer token'], ['Idempotency-Key', 'fm-0123456789abcdef']] as const

type Send = () => Promise<number>

const senders: Record<string, (url: string) => { send: Send; close: () => Promise<void> }> = {
  bare: (url) => {
    const pool = new Pool(new URL(url).origin, { connections, pipelining: 1 })
    const flat = Object.fromEntries(headers)
    return {
      send: async () => {
        const answer = await pool.request({ method: 'POST', path: '/leads', headers: flat, body })
        return (await answer.body.text()).length > 0 ? answer.statusCode : 0
      },
      close: () => pool.close(),
    }
  },
  ours: (url) => {
    const transport = createHttpTransport()
    const settings = {
      timeoutMs: 10_000, connectTimeoutMs: 5_000, connections, keepAliveMs: 300_000, followRedirects: false, proxy: null, tls: null,
      allowPrivateNetwork: false, maximumResponse: 1_000_000, concurrency: null, rate: null, inDoubtWindow: null,
    }
    const request = { method: 'POST', url: `${url}/leads`, headers, body, compression: null, mayBePrivate: true }
    return {
      send: async () => {
        const reply = await transport.send(request, settings)
        return reply.kind === 'answer' && reply.body.length > 0 ? reply.status : 0
      },
      close: () => transport.close(),
    }
  },
}

const measure = async (name: string, url: string) => {
  const sender = senders[name]
  if (!sender) throw new Error(`no sender ${name}`)
  const { send, close } = sender(url)
  const run = async (count: number) => {
    let left = count
    let bad = 0
    await Promise.all(Array.from({ length: connections * 2 }, async () => {
      while (left-- > 0) if ((await send()) !== 200) bad++
    }))
    if (bad > 0) throw new Error(`${bad} requests of ${name} failed`)
  }
  await run(Math.min(5_000, requests))
  const cpu = process.cpuUsage()
  const began = performance.now()
  await run(requests)
  const seconds = (performance.now() - began) / 1_000
  const used = process.cpuUsage(cpu)
  await close()
  return { perSecond: requests / seconds, cpuSeconds: (used.user + used.system) / 1e6 }
}

if (worker) {
  process.send?.(await measure(worker, process.argv[5] ?? ''))
  process.disconnect?.()
} else {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'server.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(server.stdout, 'data')
  const url = `http://127.0.0.1:${String(port).trim()}`
  const all: Record<string, number[]> = {}
  for (let round = 1; round <= rounds; round++) {
    for (const name of Object.keys(senders)) {
      const child = fork(import.meta.filename, [String(requests), String(connections), '1', url], { env: { ...process.env, BENCH_SENDER: name } })
      const [result] = (await once(child, 'message')) as [{ perSecond: number; cpuSeconds: number }]
      await once(child, 'exit')
      ;(all[name] ??= []).push(result.perSecond)
      console.log(`round ${round}  ${name.padEnd(5)} ${Math.round(result.perSecond).toString().padStart(7)} requests/s  ${result.cpuSeconds.toFixed(2)} CPU s`)
    }
  }
  const middle = (name: string) => all[name]?.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
  console.log(`median of ${rounds}: ours / bare = ${(middle('ours') / middle('bare')).toFixed(2)}`)
  server.kill()
}
