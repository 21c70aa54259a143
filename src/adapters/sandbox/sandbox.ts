import type { AddressInfo } from 'node:net'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { errorText } from '../../base/error.ts'
import { formatMoney } from '../../base/money.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { isHttp } from '../../definitions/endpoint-type.ts'
import { createMemory } from '../../wire/simulate/memory.ts'
import { createBuyer, type SimulatedReply } from '../../wire/simulate/simulate.ts'
import { jsonOf } from '../../wire/simulate/sketch-json.ts'
import { xmlOf } from '../../wire/simulate/sketch-xml.ts'
import { answer, answerControl } from './control.ts'
import { note, takeFault, type SandboxOptions, type SandboxState } from './state.ts'

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>

/** One HTTP server on loopback that plays every recipient: `/r/<id>`, `/r/<id>/ping`, `/r/<id>/token`. */
export const startSandbox = async (options: SandboxOptions) => {
  const state: SandboxState = { options, players: new Map(), faults: [], seen: [], count: 0 }
  for (const { definition, read } of options.endpoints) {
    if (!isHttp(definition.type)) continue
    const price = options.prices?.get(definition.id)
    state.players.set(definition.id, { buyer: createBuyer(definition, read), memory: createMemory(), price: price ? formatMoney(price) : null })
  }
  const server = createServer((request, response) => { void serve(state, request, response) })
  server.keepAliveTimeout = 60_000
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const at = (recipient: string, rest: string): string | null => state.players.has(recipient) ? `${origin}/r/${encodeURIComponent(recipient)}${rest}` : null
  return {
    /** `http://127.0.0.1:PORT` */
    origin,
    /** Where a recipient's requests go; null for one that is not played here. */
    url: (recipient: string, phase?: PhaseName) => at(recipient, phase === 'ping' ? '/ping' : ''),
    /** In place of an OAuth2 or token-request URL. */
    tokenUrl: (recipient: string) => at(recipient, '/token'),
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

/** With it, a lead is answered the same each time. */
const SEED = 'finalmile'

const serve = async (state: SandboxState, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    const url = request.url ?? '/'
    const body = await readBody(request)
    const [, place, name = '', leaf] = (url.split('?', 1)[0] ?? '').split('/')
    if (place !== 'r') return answerControl(state, request.method ?? 'GET', url, body, response)
    const player = state.players.get(decodeURIComponent(name))
    if (!player) return plain(response, 404, `no recipient ${decodeURIComponent(name)} in this sandbox; GET / lists them\n`)
    if (leaf === 'token') {
      note(state, player, 'token', request, 200, 'token')
      return tokenFor(player.buyer.definition, response)
    }
    const phase: PhaseName = leaf === 'ping' ? 'ping' : 'post'
    const reply = player.buyer.answer({ method: request.method ?? 'GET', url, headers: lowered(request), body }, phase, {
      seed: SEED, memory: player.memory, price: player.price, order: takeFault(state, player.buyer.definition.id),
    })
    note(state, player, phase, request, reply.fault === null ? reply.status : null, reply.means)
    if (reply.delayMs > 0) setTimeout(() => { say(reply, response) }, reply.delayMs)
    else say(reply, response)
  } catch (error) {
    // A body that broke off, or a name that is no percent-encoding: the caller's fault, told to the caller.
    if (!response.headersSent) plain(response, 400, `${errorText(error)}\n`)
  }
}

const say = (reply: SimulatedReply, response: ServerResponse): void => {
  // A timeout is silence until the caller gives up; `close` ends it at the latest.
  if (reply.fault === 'timeout') return
  if (reply.fault === 'reset') { response.socket?.resetAndDestroy(); return }
  answer(response, reply.status, reply.headers, reply.body)
}

const lowered = (request: IncomingMessage): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  return headers
}

const plain = (response: ServerResponse, status: number, text: string): void => answer(response, status, { 'content-type': 'text/plain; charset=utf-8' }, text)

/** A token where the recipient's Auth looks for one: OAuth2's answer, or a token request's own path. */
const tokenFor = ({ auth }: EndpointDefinition, response: ServerResponse): void => {
  const path = auth?.kind === 'token-request' && auth.token.kind === 'path' ? auth.token.text : 'access_token'
  const xml = path.startsWith('/')
  const said = [{ path, value: 'sandbox-token' }]
  if (xml) answer(response, 200, { 'content-type': 'application/xml' }, xmlOf(said, []))
  else answer(response, 200, { 'content-type': 'application/json' }, jsonOf([...said, { path: 'token_type', value: 'Bearer' }, { path: 'expires_in', value: 3600 }], []))
}

/** The whole body as text, unpacked. Past 64 MB it is refused: a batch is never that large. */
const readBody = async (request: IncomingMessage): Promise<string> => {
  if (request.method === 'GET' || request.method === 'HEAD') return ''
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > LIMIT) reject(new Error('the body is larger than 64 MB'))
      else chunks.push(chunk)
    })
    request.on('end', () => { resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)) })
    request.on('error', reject)
  })
  const encoding = request.headers['content-encoding']
  return (encoding === 'gzip' ? await unpack(bytes, { maxOutputLength: LIMIT }) : bytes).toString('utf8')
}

const LIMIT = 64 * 1024 * 1024
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip)
