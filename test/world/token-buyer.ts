import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the token host does next; the last is repeated. */
export type TokenAct = { readonly status?: number; readonly body?: unknown; readonly expiresIn?: number } | 'reset'

export interface TokenBuyer {
  readonly url: string
  /** Bodies of token requests, as sent. */
  readonly asked: string[]
  /** Authorization headers of posts, in order, with the status each got. */
  readonly posts: { readonly authorization: string; readonly status: number; readonly key: string; readonly path: string }[]
  /** Tokens that the buyer takes; all that it gave out unless this is called. */
  accept(tokens: readonly string[]): void
  revokeAll(): void
  close(): Promise<void>
}

/** A buyer with a token host of its own: `/token` gives out tokens T1, T2 …, `/leads` takes those that are good. */
export const startTokenBuyer = async (script: readonly TokenAct[] = [{}], answer: (n: number) => { readonly status: number; readonly body: unknown } | null = () => null): Promise<TokenBuyer> => {
  const asked: string[] = []
  const posts: TokenBuyer['posts'] = []
  let good: string[] = []
  let frozen = false
  let given = 0
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const say = (status: number, body: unknown): void => { response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)) }
      if (request.url === '/token') {
        const act = script[Math.min(asked.length, script.length - 1)] ?? {}
        asked.push(Buffer.concat(parts).toString('utf8'))
        if (act === 'reset') return void request.socket.resetAndDestroy()
        if (act.status !== undefined) return say(act.status, act.body ?? {})
        const token = `secret-token-${++given}`
        if (!frozen) good.push(token)
        return say(200, { access_token: token, token_type: 'Bearer', ...(act.expiresIn === undefined ? {} : { expires_in: act.expiresIn }) })
      }
      const authorization = request.headers.authorization ?? ''
      const ordered = answer(posts.length + 1)
      const isGood = good.some((each) => authorization === `Bearer ${each}`)
      const status = ordered?.status ?? (isGood ? 200 : 401)
      posts.push({ authorization, status, key: String(request.headers['idempotency-key'] ?? ''), path: request.url ?? '' })
      // As careless services do: the token stands in the error.
      say(status, ordered?.body ?? (isGood ? { status: 'accepted', leadId: `B${posts.length}` } : { message: `token ${authorization} is not valid` }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, posts,
    accept: (tokens) => { frozen = true; good = [...tokens] },
    revokeAll: () => { good = [] },
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }),
  }
}
