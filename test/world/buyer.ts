import http from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { gzipSync, gunzipSync } from 'node:zlib'
import { type Act, type Answer, answerOf } from './act.ts'
import { certificate } from './certs.ts'
import { type Journal, type JournalEntry, openJournal } from './journal.ts'

/** What is done with the n-th request: a list is used up and its last act repeated; a function may look at the request. */
export type Script = Act | readonly Act[] | ((request: BuyerRequest) => Act)
export interface BuyerRequest { readonly n: number; readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string; readonly key: string | null }

export interface BuyerOptions {
  readonly script?: Script
  /** For requests to `/ping…`; without it they are played as the others. */
  readonly pings?: Script
  /** The list begins again instead of repeating its last act. */
  readonly cycle?: boolean
  /** An answer is kept back until this has come. */
  readonly until?: (request: BuyerRequest) => Promise<unknown>
  /** Same key, same answer, booked once. On unless false. */
  readonly idempotent?: boolean
  readonly journalFile?: string
  readonly port?: number
  /** Serves https with this certificate of test/world/certs. */
  readonly tls?: 'server' | 'expired' | 'wrong-host' | 'self-signed'
  /** Only clients with a certificate of the test CA. */
  readonly wantsClientCertificate?: boolean
  readonly keyHeader?: string
  /** How long an idle connection is kept; Node says it in a Keep-Alive header. */
  readonly keepAliveMs?: number
}

export interface Buyer {
  readonly url: string
  readonly port: number
  readonly journal: readonly JournalEntry[]
  /** Connections made so far, and those open now. */
  connections(): { readonly made: number; readonly open: number }
  rescript(script: Script): void
  /** Drops every open connection without a word. */
  dropConnections(): void
  close(): Promise<void>
}

/** A real buyer on loopback that does as its script says and writes every request down before it answers. */
export const startBuyer = async (options: BuyerOptions = {}): Promise<Buyer> => {
  const journal = openJournal(options.journalFile ?? null)
  const keyHeader = (options.keyHeader ?? 'idempotency-key').toLowerCase()
  const memory = new Map<string, Answer>()
  const sockets = new Set<Socket>()
  let posts = scriptOf(options.script ?? { do: 'accept' }, options.cycle ?? false)
  const pings = options.pings === undefined ? null : scriptOf(options.pings, options.cycle ?? false)
  let made = 0

  const onRequest = (incoming: http.IncomingMessage, outgoing: http.ServerResponse): void => {
    const parts: Buffer[] = []
    const headers = joined(incoming.headers)
    const base = { method: incoming.method ?? '', path: incoming.url ?? '', headers, key: headers[keyHeader] ?? null }
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('error', () => outgoing.destroy())
    incoming.on('end', () => {
      const raw = Buffer.concat(parts)
      const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8')
      const request = { ...base, n: journal.entries.length + 1, body }
      const known = request.key === null || options.idempotent === false ? undefined : memory.get(request.key)
      if (known) {
        journal.write({ ...request, at: Date.now(), booked: null, act: 'repeat', repeated: true })
        return void outgoing.writeHead(known.status, known.headers).end(known.body)
      }
      const act = (pings && request.path.startsWith('/ping') ? pings : posts)(request)
      const answer = answerOf(act, `B${request.n}`, body)
      journal.write({ ...request, at: Date.now(), booked: act.do === 'reset-before' ? null : answer.booked, ...(answer.sold ? { sold: answer.sold } : {}), act: act.do, repeated: false })
      if (request.key !== null && REMEMBERED.has(act.do)) memory.set(request.key, answer)
      if (options.until) void options.until(request).then(() => perform(act, answer, incoming, outgoing))
      else if (act.afterMs) setTimeout(() => perform(act, answer, incoming, outgoing), act.afterMs).unref()
      else perform(act, answer, incoming, outgoing)
    })
  }

  const server = options.tls
    ? https.createServer({ ...certificate(options.tls), ...(options.wantsClientCertificate ? { ca: certificate('server').ca, requestCert: true, rejectUnauthorized: true } : {}) }, onRequest)
    : http.createServer(onRequest)
  server.keepAliveTimeout = options.keepAliveMs ?? 60_000
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    made++
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    journal: journal.entries,
    connections: () => ({ made, open: sockets.size }),
    rescript: (next) => { posts = scriptOf(next, options.cycle ?? false) },
    dropConnections: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => closeAll(server, sockets, journal),
  }
}

/** The acts of a script in turn. */
const scriptOf = (script: Script, cycle: boolean): ((request: BuyerRequest) => Act) => {
  let at = 0
  return (request) => {
    if (typeof script === 'function') return script(request)
    if ('do' in script) return script
    const i = at++
    return script[cycle ? i % script.length : Math.min(i, script.length - 1)] ?? { do: 'accept' }
  }
}

/** Decisions and sales; a 429 or a 500 is tried again in earnest. */
const REMEMBERED = new Set<Act['do']>(['accept', 'reject', 'duplicate', 'rows', 'reset-after', 'reset-mid-answer', 'drip'])

const perform = (act: Act, answer: Answer, incoming: http.IncomingMessage, outgoing: http.ServerResponse): void => {
  const { socket } = incoming
  switch (act.do) {
    case 'hang': return
    case 'reset-before': case 'reset-after': return reset(socket)
    case 'rows': return act.loses ? reset(socket) : void outgoing.writeHead(answer.status, answer.headers).end(answer.body)
    case 'reset-mid-answer':
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) })
      return void outgoing.write(answer.body.slice(0, 12), () => setTimeout(() => reset(socket), 20))
    case 'drip': return drip(answer, outgoing, act.everyMs ?? 1_000)
    case 'garbage': return void socket.end('\u0000\u0001 this is no HTTP\r\n\r\n')
    case 'huge': return pour(outgoing, act.bytes)
    case 'bomb': return void outgoing.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(act.bytes, 0x20)))
    case 'endless-headers': return endlessHeaders(socket)
    default: return void outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  }
}

/** A TLS socket cannot send a bare RST; it is cut off without a farewell. */
const reset = (socket: Socket): void => {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket.resetAndDestroy()
}

const drip = (answer: Answer, outgoing: http.ServerResponse, everyMs: number): void => {
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) })
  outgoing.flushHeaders()
  let at = 0
  const timer = setInterval(() => {
    if (outgoing.destroyed || at >= answer.body.length) {
      clearInterval(timer)
      if (!outgoing.destroyed) outgoing.end()
    } else outgoing.write(answer.body[at++])
  }, everyMs).unref()
}

const pour = (outgoing: http.ServerResponse, bytes: number): void => {
  outgoing.writeHead(200, { 'content-type': 'application/json' })
  const block = Buffer.alloc(65_536, 0x7b)
  let left = bytes
  const more = (): void => {
    while (left > 0 && !outgoing.destroyed) {
      left -= block.length
      if (!outgoing.write(block)) return void outgoing.once('drain', more)
    }
    outgoing.end()
  }
  more()
}

const endlessHeaders = (socket: Socket): void => {
  socket.write('HTTP/1.1 200 OK\r\n')
  const line = `x-filler: ${'y'.repeat(4_000)}\r\n`
  const more = (): void => {
    while (!socket.destroyed) if (!socket.write(line)) return void socket.once('drain', more)
  }
  more()
}

const joined = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))

const closeAll = (server: http.Server | https.Server, sockets: Set<Socket>, journal: Journal): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      journal.close()
      resolve()
    })
    for (const socket of sockets) socket.destroy()
  })
