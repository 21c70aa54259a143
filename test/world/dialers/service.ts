import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as a service reads it; parameters of the query and of a form together, the last of a name. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly parameters: URLSearchParams
  /** `user:password` of HTTP Basic; null for none. */
  readonly credentials: string | null
}
export interface Said { readonly status: number; readonly type: string; readonly body: string }

export interface Service {
  readonly url: string
  readonly asked: readonly Asked[]
  close(): Promise<void>
}

/** A real server on loopback that answers as the given service does. */
export const startService = async (answer: (asked: Asked) => Said): Promise<Service> => {
  const all: Asked[] = []
  const server = http.createServer((incoming, outgoing) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      const asked = read(incoming, Buffer.concat(parts).toString('utf8'))
      all.push(asked)
      const { status, type, body } = answer(asked)
      outgoing.writeHead(status, { 'content-type': type }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: all,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }),
  }
}

const read = (incoming: http.IncomingMessage, body: string): Asked => {
  const url = new URL(incoming.url ?? '/', 'http://service.invalid')
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']))
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  const basic = /^Basic (.+)$/.exec(headers['authorization'] ?? '')?.[1]
  return {
    method: incoming.method ?? '', path: url.pathname, headers, body,
    parameters: new URLSearchParams([...url.searchParams, ...(isForm ? new URLSearchParams(body) : [])]),
    credentials: basic === undefined ? null : Buffer.from(basic, 'base64').toString('utf8'),
  }
}
