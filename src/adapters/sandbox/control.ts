import type { ServerResponse } from 'node:http'
import { objectIn, parseJson } from '../../wire/parse/json.ts'
import { ORDERS, parseOrder } from '../../wire/simulate/orders.ts'
import type { SandboxState } from './state.ts'

/**
 * What a person or a script asks of the sandbox itself: `GET /` lists the recipients, `GET /_requests` the latest
 * requests, `POST /_faults {"recipient":"acme","kind":"timeout","count":3}` orders faults.
 */
export const answerControl = (state: SandboxState, method: string, url: string, body: string, response: ServerResponse): void => {
  const path = url.split('?', 1)[0]
  if (method === 'GET' && path === '/') {
    return json(response, 200, { recipients: [...state.players.keys()].map((id) => ({ id, url: `/r/${encodeURIComponent(id)}` })), faults: ORDERS })
  }
  if (method === 'GET' && path === '/_requests') return json(response, 200, { count: state.count, latest: state.seen.slice(-1_000) })
  if (method === 'POST' && path === '/_faults') return orderFault(state, body, response)
  json(response, 404, { message: `the sandbox has no ${method} ${path}; recipients are at /r/<id>` })
}

const orderFault = (state: SandboxState, body: string, response: ServerResponse): void => {
  const asked = objectIn(parseJson(body))
  const recipient = asked?.['recipient'] ?? '*'
  const order = parseOrder(String(asked?.['kind'] ?? ''))
  const count = Number(asked?.['count'] ?? 1)
  if (asked === null || typeof recipient !== 'string') return json(response, 400, { message: 'send {"recipient": "<id> or *", "kind": "timeout", "count": 1}' })
  if (recipient !== '*' && !state.players.has(recipient)) return json(response, 404, { message: `no recipient ${recipient}` })
  if (!order) return json(response, 400, { message: `kind is one of ${ORDERS.join(', ')}, or a status such as 503` })
  if (!Number.isInteger(count) || count < 1) return json(response, 400, { message: 'count is a whole number, 1 or more' })
  state.faults.push({ recipient, order, left: count })
  json(response, 200, { recipient, kind: asked['kind'], count })
}

const json = (response: ServerResponse, status: number, value: unknown): void => answer(response, status, { 'content-type': 'application/json' }, `${JSON.stringify(value)}\n`)

/** One whole answer. */
export const answer = (response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, text: string): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
