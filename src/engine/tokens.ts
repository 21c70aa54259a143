import { createMasker } from '../base/secrets.ts'
import type { Instant } from '../base/time.ts'
import type { Mode } from '../core/event.ts'
import type { Verdict, FailedVerdict } from '../core/verdict.ts'
import type { Endpoint, TokenReply, TokenSource } from '../wire/endpoint.ts'
import { FAILURE_LASTS_MS, createOnce } from './once.ts'
import type { RunDeps } from './settings.ts'

/** A token in use. It lives in memory, and sealed in the store where its source says so: no event, alert or error ever holds it. */
export interface HeldToken { readonly token: string; readonly host: string | null; readonly mask: (text: string) => string; readonly renews: (verdict: Verdict) => boolean }

type TokenState =
  | { readonly kind: 'held'; readonly held: HeldToken }
  /** It was asked for a moment ago in vain; every attempt that needs it fails with this. */
  | { readonly kind: 'failed'; readonly verdict: FailedVerdict }
  | { readonly kind: 'unknown' }

export type Tokens = ReturnType<typeof createTokens>

/** Tokens of recipients: asked for once however many leads need one, kept until they expire or are refused. */
export const createTokens = ({ ledger, transport, clock, signal }: Pick<RunDeps, 'ledger' | 'transport' | 'clock' | 'signal'>, mode: Mode) => {
  const known = new Map<string, { readonly state: TokenState; readonly until: Instant }>()
  const once = createOnce()
  /** Tokens that were refused: what the store still has of them is of no use. */
  const refused = new Map<string, string>()

  const request = async (endpoint: Endpoint, source: TokenSource): Promise<void> => {
    const { id, transport: settings } = endpoint.definition
    const kept = await keptToken(id, source)
    if (kept !== null) known.set(id, { state: { kind: 'held', held: kept }, until: Infinity })
    else {
      const read = source.read(await transport.send(source.request(clock.now()), settings, signal))
      if (read.kind === 'token' && source.seal) await ledger.setSealedToken(id, mode, source.seal.close(JSON.stringify([read.token, read.host ?? null])))
      known.set(id, lasting(read, source, clock.now()))
    }
  }

  /** Of a run before this one, or of another process that has renewed it meanwhile. */
  const keptToken = async (id: string, source: TokenSource): Promise<HeldToken | null> => {
    const sealed = source.seal ? await ledger.sealedToken(id, mode) : null
    const text = sealed === null ? null : source.seal?.open(sealed) ?? null
    if (text === null) return null
    const [token, host] = JSON.parse(text) as [string, string | null]
    return token === refused.get(id) ? null : heldOf(token, host, source)
  }

  const state = (recipient: string, now: Instant): TokenState => {
    const entry = known.get(recipient)
    return entry && now < entry.until ? entry.state : UNKNOWN
  }
  const ask = (endpoint: Endpoint, source: TokenSource): Promise<void> => once(endpoint.definition.id, () => request(endpoint, source))

  return {
    /** What is known of it now, without asking. */
    state,
    /** Asks, unless someone is asking already; resolves when `state` knows more. */
    ask,
    /** What is known of it, asking where nothing is. */
    have: async (endpoint: Endpoint, source: TokenSource, now: Instant): Promise<TokenState> => {
      const { id } = endpoint.definition
      const before = state(id, now)
      if (before.kind !== 'unknown') return before
      await ask(endpoint, source)
      return known.get(id)?.state ?? UNKNOWN
    },
    /**
     * What an answer to a request with this token means: a 401, or another answer that the recipient takes for a failure
     * of its credentials (Marketo says 602 with status 200), asks for a new one, and for the attempt to be repeated,
     * unless this is that repeat. The buyer may repeat the token in its words; the ledger must not.
     */
    judge: (recipient: string, held: HeldToken, verdict: Verdict, httpStatus: number | null, isRepeat: boolean): Verdict => {
      const told = masked(verdict, held.mask)
      if (told.kind !== 'failed' || !speaksOfToken(told, httpStatus) || !held.renews(told)) return told
      refused.set(recipient, held.token)
      const entry = known.get(recipient)
      // Another lead may have renewed it meanwhile.
      if (entry?.state.kind === 'held' && entry.state.held.token === held.token) known.delete(recipient)
      if (isRepeat) return told
      const { alert: _alert, pause: _pause, ...failed } = told
      return { ...failed, retry: true, renew: true }
    },
  }
}

/** 403 and 407 know who asks, and forbid it; what does not pause the recipient is about one lead. */
const speaksOfToken = ({ class: failure, pause }: FailedVerdict, httpStatus: number | null): boolean =>
  failure === 'auth' && (httpStatus === 401 || (pause === true && httpStatus !== 403 && httpStatus !== 407))

const UNKNOWN: TokenState = { kind: 'unknown' }
/** A little before it expires: it is on the way for a while. */
const MARGIN_MS = 30_000
/** A host that says `expires_in: 0` is not asked again for every lead. */
const SHORTEST_MS = 1_000

const heldOf = (token: string, host: string | null, source: TokenSource): HeldToken =>
  ({ token, host, mask: createMasker([token]), renews: (verdict) => source.renews?.(verdict) ?? true })

const lasting = (reply: TokenReply, source: TokenSource, now: Instant): { readonly state: TokenState; readonly until: Instant } => {
  if (reply.kind === 'failed') return { state: reply, until: now + FAILURE_LASTS_MS }
  const held = heldOf(reply.token, reply.host ?? null, source)
  const { expiresInMs } = reply
  const lifetime = expiresInMs === null ? Infinity : Math.max(SHORTEST_MS, expiresInMs - Math.min(MARGIN_MS, expiresInMs / 10))
  return { state: { kind: 'held', held }, until: now + lifetime }
}

const masked = (verdict: Verdict, mask: (text: string) => string): Verdict => {
  const text = <T extends string | null | undefined>(value: T): T | string => (typeof value === 'string' ? mask(value) : value)
  return {
    ...verdict,
    reason: text(verdict.reason),
    ...(verdict.said === undefined ? {} : { said: text(verdict.said) }),
    ...(verdict.buyerLeadId === undefined ? {} : { buyerLeadId: text(verdict.buyerLeadId) }),
    ...(verdict.redirectUrl === undefined ? {} : { redirectUrl: text(verdict.redirectUrl) }),
    ...(verdict.captured === undefined ? {} : { captured: Object.fromEntries(Object.entries(verdict.captured).map(([name, value]) => [name, mask(value)])) }),
  }
}
