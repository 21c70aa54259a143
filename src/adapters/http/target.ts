import { unescape } from '../../base/percent.ts'

/** Where a URL leads: what a connection needs and what stands in the request line. */
export interface Target {
  readonly origin: string
  readonly hostname: string
  readonly secure: boolean
  readonly path: string
  /** `Basic …` from a user name and password in the URL; null for none. */
  readonly credentials: string | null
}

type Place = Omit<Target, 'path'>

/**
 * Reads a URL. `new URL` costs more than all else here, and thousands of leads go to one origin, so origins are kept and
 * plain paths are taken as they stand; anything else is normalised by WHATWG rules. Null where it is no http(s) URL.
 */
export const createTargetReader = (): ((url: string) => Target | null) => {
  const places = new Map<string, Place>()
  return (url) => {
    const end = endOfAuthority(url)
    const path = url.slice(end)
    const known = end > 0 && PLAIN_PATH.test(path) ? places.get(url.slice(0, end)) : undefined
    if (known) return { origin: known.origin, hostname: known.hostname, secure: known.secure, path, credentials: known.credentials }
    if (!URL.canParse(url)) return null
    const parsed = new URL(url)
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return null
    const place = placeOf(parsed)
    if (end > 0 && places.size < MOST_PLACES) places.set(url.slice(0, end), place)
    return { ...place, path: parsed.pathname + parsed.search }
  }
}

/** Where the path begins: the first slash after `http://` or `https://`; -1 for other spellings. */
const endOfAuthority = (url: string): number =>
  url.startsWith('https://') ? url.indexOf('/', 8) : url.startsWith('http://') ? url.indexOf('/', 7) : -1

/** Needs no normalising: no dot segments, nothing to escape, no fragment. */
const PLAIN_PATH = /^(?:\/(?![.%])[\w\-.~%!$&()*+,;=:@]*)+(?:\?[\w\-.~%!$&()*+,;=:@/?]*)?$/

/** A templated host may differ with every lead. */
const MOST_PLACES = 1_000

const placeOf = (url: URL): Place => ({
  origin: url.origin,
  hostname: url.hostname,
  secure: url.protocol === 'https:',
  credentials: basicOf(url),
})

/** The value of an Authorization header for a URL's user name and password, which stand percent-encoded there; null for none. */
export const basicOf = ({ username, password }: URL): string | null =>
  (username === '' && password === '' ? null : `Basic ${Buffer.from(`${unescape(username)}:${unescape(password)}`, 'utf8').toString('base64')}`)
