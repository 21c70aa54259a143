import type { HttpRequest } from '../../wire/request.ts'

/**
 * The request that a redirect asks for, or null where it is not followed and stands as the answer. 307 and 308 repeat the
 * request; 303 asks for the result of a request that was processed. A 301 or 302 to anything but GET or HEAD would lose
 * the lead's body (RFC 9110, 15.4.2), and a step from https to http would show it: neither is followed.
 */
export const followed = (request: HttpRequest, status: number, location: string | undefined): HttpRequest | null => {
  if (location === undefined || !URL.canParse(location, request.url)) return null
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const repeats = status === 307 || status === 308 || ((status === 301 || status === 302) && isRead)
  if (!repeats && status !== 303) return null
  const from = new URL(request.url)
  const to = new URL(location, from)
  if (from.protocol === 'https:' && to.protocol !== 'https:') return null
  const sameOrigin = from.origin === to.origin
  const stays = (name: string): boolean => (sameOrigin || !isPrivate(name)) && (repeats || !CONTENT.has(name))
  return {
    ...request,
    url: to.href,
    headers: request.headers.filter(([name]) => stays(name.toLowerCase())),
    mayBePrivate: request.mayBePrivate && sameOrigin,
    ...(repeats ? {} : { method: request.method === 'HEAD' ? 'HEAD' : 'GET', body: null, compression: null }),
  }
}

/** Meant for one host only: credentials, also in headers of a buyer's own; a Host header named the old one. A signature shows no secret, and goes along. */
const isPrivate = (name: string): boolean => PRIVATE.has(name) || (KEY.test(name) && !name.includes('idempotency'))
const PRIVATE = new Set(['cookie', 'host'])
const KEY = /auth|token|secret|passw|credential|api-?_?key|(?:^|[-_])(?:key|pwd|pass)$/
const CONTENT = new Set(['content-type', 'content-encoding', 'content-language', 'content-location', 'content-length'])
