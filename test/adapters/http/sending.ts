import { createHttpTransport } from '../../../src/adapters/http/transport.ts'
import type { TransportSettings } from '../../../src/definitions/transport-settings.ts'
import type { HttpRequest, Reply } from '../../../src/wire/request.ts'

export type Settings = TransportSettings & { readonly timeoutMs: number }

export const settings = (changes: Partial<Settings> = {}): Settings => ({
  timeoutMs: 5_000, connectTimeoutMs: 2_000, connections: 10, keepAliveMs: 300_000, followRedirects: false, proxy: null, tls: null,
  allowPrivateNetwork: false, maximumResponse: 1_000_000, concurrency: null, rate: null, inDoubtWindow: null, ...changes,
})

export const post = (url: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'POST', url, headers: [['Content-Type', 'application/json']], body: '{"a":1}', compression: null, mayBePrivate: true, ...changes,
})

/** One request by a transport of its own. */
export const sendOnce = async (request: HttpRequest, given: Settings = settings()): Promise<Reply> => {
  const transport = createHttpTransport({ closeGraceMs: 50 })
  const reply = await transport.send(request, given)
  await transport.close()
  return reply
}

export const textOf = (reply: Reply): string => (reply.kind === 'answer' ? Buffer.from(reply.body).toString('utf8') : `fault ${reply.fault}: ${reply.message}`)
export const faultOf = (reply: Reply): string => (reply.kind === 'fault' ? reply.fault : `answer ${reply.status}`)
export const statusOf = (reply: Reply): number => (reply.kind === 'answer' ? reply.status : 0)
