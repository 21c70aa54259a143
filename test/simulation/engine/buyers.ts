import { sha256 } from '../../../src/base/hash.ts'
import type { Clock, Transport } from '../../../src/ports.ts'
import type { Fault, HttpRequest, Reply } from '../../../src/wire/request.ts'
import type { Situation } from './situation.ts'

/** One request as its buyer saw it. */
export interface Arrival {
  readonly run: string
  readonly recipient: string
  readonly ping: boolean
  readonly at: number
  readonly key: string
  readonly body: string
  readonly leads: readonly string[]
  /** Bought by this request; a repeat that the buyer knows buys nothing. */
  readonly sold: readonly string[]
  /** Under way at this recipient with this one. */
  readonly flying: number
  readonly act: string
  /** When whoever sent it heard of it, or gave it up; null: it died before. */
  until: number | null
  /** What was heard to be bought. */
  told: readonly string[]
}

/** What one request meets. `sold` without an answer: the buyer took it, and nobody hears of it. */
interface Act {
  readonly ms: number
  readonly fault?: Fault
  readonly status?: number
  readonly retryAfter?: number
  readonly body?: string
  readonly html?: boolean
  readonly sold?: readonly string[]
  /** What the same key is answered later. */
  readonly later?: string
}

/** A number from 0 to below 1 that the words alone decide. */
const chanceOf = (words: string): number => parseInt(sha256(words).slice(0, 8), 16) / 2 ** 32

/** As a buyer that is down, busy, or does not know who asks. */
const failing = (ms: number, x: number): Act => {
  if (x < 0.4) return { ms, status: 503 }
  if (x < 0.6) return { ms, status: 429, retryAfter: 1 + Math.floor(x * 60) }
  if (x < 0.7) return { ms, status: 503, retryAfter: 20 + Math.floor((x - 0.6) * 6_000) }
  if (x < 0.73) return { ms, status: 401 }
  return { ms, fault: x < 0.9 ? 'timeout' : 'reset' }
}

/** Which leads an answer says are bought. */
const boughtBy = (body: string): readonly string[] => {
  const read = JSON.parse(body) as Row | readonly Row[]
  return (Array.isArray(read) ? read as readonly Row[] : [read as Row]).flatMap(({ id, status }) => (id !== undefined && status === 'accepted' ? id : []))
}
interface Row { readonly id?: string; readonly status?: string }

/** Buyers who know a key again, fail in all the ways that there are, and write everything down. */
export const createBuyers = (seed: number, { calm, forgetful, keyless, unrest }: Pick<Situation, 'calm' | 'forgetful' | 'keyless' | 'unrest'>, clock: Clock) => {
  const arrivals: Arrival[] = []
  const flying = new Map<string, number>()
  const known = new Map<string, string>()
  const times = new Map<string, number>()

  const actOf = (recipient: string, ping: boolean, id: string, batch: readonly string[] | null): Act => {
    const words = `${recipient} ${ping ? 'ping' : 'post'} ${id}`
    const nth = (times.get(words) ?? 0) + 1
    times.set(words, nth)
    const [x, y] = [chanceOf(`${seed} ${words} ${nth}`), chanceOf(`${seed} also ${words} ${nth}`)]
    const price = 5 + Math.floor(chanceOf(`${seed} price ${recipient} ${id}`) * 30)
    const ms = 20 + Math.floor(unrest.answerMs === 0 ? y ** 4 * 3_000 : y * unrest.answerMs * (chanceOf(`${seed} quick ${recipient}`) < 0.4 ? 0.03 : 1))
    if (ping) return x < 0.6 ? { ms, body: `{"bid":${price},"id":"q${nth}"}` } : x < 0.8 ? { ms, body: '{"status":"rejected"}' } : x < 0.9 ? { ms, status: 500 } : { ms, fault: 'timeout' }
    const sold = (batch ?? [id]).filter((lead) => batch === null || chanceOf(`${seed} wants ${recipient} ${lead}`) < 0.6)
    const row = (lead: string): object => (sold.includes(lead) ? { id: lead, status: 'accepted', leadId: `${recipient}-${lead}`, price } : { id: lead, status: 'rejected' })
    const told = batch?.filter((lead) => !forgetful || chanceOf(`${seed} forgets ${recipient} ${lead} ${nth}`) < 0.9)
    const yes = JSON.stringify(told === undefined ? row(id) : told.map(row))
    if (chanceOf(`${seed} fails ${words} ${nth}`) < unrest.failing / nth) return failing(ms, chanceOf(`${seed} how ${words} ${nth}`))
    if (calm) return x < 0.7 || batch !== null ? { ms, body: yes, sold } : { ms, body: '{"status":"rejected"}' }
    if (x < 0.08) return { ms, status: 503 }
    if (x < 0.13) return { ms, fault: 'timeout', ...(y < 0.5 ? { sold, later: yes } : {}) }
    if (x < 0.17) return { ms, fault: 'reset', ...(y < 0.5 ? { sold, later: yes } : {}) }
    if (x < 0.22) return { ms: 1, fault: 'refused' }
    if (x < 0.28) return { ms, status: 429, retryAfter: y < 0.8 ? 1 + Math.floor(y * 60) : 400 + Math.floor(y * 1_000) }
    if (x < 0.30) return { ms, body: '<html>maintenance</html>', html: true }
    if (x < 0.31) return { ms, status: 401 }
    if (batch !== null) return { ms, body: yes, sold }
    if (x < 0.33) return { ms, status: 400 }
    if (x < 0.35) return { ms: 20_000, body: yes, sold, later: yes }
    if (x < 0.55) return { ms, body: '{"status":"rejected","message":"no"}' }
    if (x < 0.60) return { ms, body: '{"status":"duplicate"}' }
    return { ms, body: yes, sold }
  }

  /** `alive` false: the process that asked is gone, and hears nothing. */
  const transport = (run: string, alive: () => boolean): Transport => {
    const send = async (request: HttpRequest, { timeoutMs }: { readonly timeoutMs: number }): Promise<Reply> => {
      const url = new URL(request.url)
      const [recipient = '', ping] = [url.hostname.split('.')[0], url.pathname === '/ping']
      const body = String(request.body)
      const key = request.headers.find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1] ?? ''
      const read = JSON.parse(body) as { readonly leadId: string } | readonly { readonly leadId: string }[]
      const batch = Array.isArray(read) ? (read as readonly { readonly leadId: string }[]).map((each) => each.leadId) : null
      const leads = batch ?? [(read as { readonly leadId: string }).leadId]
      const at = clock.now()
      const before = ping || keyless ? undefined : known.get(`${recipient} ${key}`)
      const act: Act = before === undefined ? actOf(recipient, ping, batch === null ? leads[0] ?? '' : key, batch) : { ms: 30, body: before }
      const count = (flying.get(recipient) ?? 0) + (ping ? 0 : 1)
      flying.set(recipient, count)
      const arrival: Arrival = { run, recipient, ping, at, key, body, leads, sold: act.sold ?? [], flying: count, act: before === undefined ? act.fault ?? String(act.status ?? 200) : 'repeat', until: null, told: [] }
      arrivals.push(arrival)
      const answer = act.later ?? (act.fault === undefined && act.status === undefined && act.html !== true ? act.body : undefined)
      if (!ping && answer !== undefined) known.set(`${recipient} ${key}`, answer)
      const late = act.fault === 'timeout' || act.ms > timeoutMs
      await clock.sleep(late ? timeoutMs : act.ms)
      if (!ping) flying.set(recipient, (flying.get(recipient) ?? 0) - 1)
      if (!alive()) return new Promise(() => undefined)
      const took = { durationMs: clock.now() - at, at: clock.now() }
      arrival.until = clock.now()
      if (late || act.fault !== undefined) return { kind: 'fault', fault: late ? 'timeout' : act.fault ?? 'reset', message: 'no answer', ...took }
      if (act.status === undefined && act.html !== true) arrival.told = boughtBy(act.body ?? '')
      const headers = { 'content-type': act.html === true ? 'text/html' : 'application/json', ...(act.retryAfter === undefined ? {} : { 'retry-after': String(act.retryAfter) }) }
      return { kind: 'answer', status: act.status ?? 200, headers, body: Buffer.from(act.body ?? ''), truncated: false, ...took }
    }
    return { send: send as Transport['send'], close: async () => undefined }
  }
  return { arrivals: arrivals as readonly Arrival[], transport }
}
