import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly headers: Readonly<Record<string, string>>; readonly text: string }
/** `reset`: the connection is cut after the request was taken; `hang`: no answer ever comes. */
export type Said = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } | 'reset' | 'hang'

export interface JsonService { readonly url: string; readonly asked: Asked[]; close(): Promise<void> }

/** An HTTP service on loopback that answers in JSON; `answer` is the service. */
export const startJsonService = async (answer: (asked: Asked, url: string) => Said): Promise<JsonService> => {
  const asked: Asked[] = []
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const at = new URL(request.url ?? '/', 'http://x')
      const one: Asked = { method: request.method ?? '', path: at.pathname, query: at.searchParams, headers: request.headers as Record<string, string>, text: Buffer.concat(parts).toString('utf8') }
      asked.push(one)
      const said = answer(one, url)
      if (said === 'hang') return
      if (said === 'reset') return void request.socket.resetAndDestroy()
      response.writeHead(said.status, { ...(said.body === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' }), ...said.headers })
      response.end(said.body === undefined ? '' : typeof said.body === 'string' ? said.body : JSON.stringify(said.body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }) }
}
