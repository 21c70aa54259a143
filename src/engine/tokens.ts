import { createMasker } from '../base/secrets.ts'
import type { Instant } from '../base/time.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Endpoint, TokenReply, TokenSource } from '../wire/endpoint.ts'
import type { RunDeps } from './settings.ts'

/** A token in use. It lives in memory only: no event, alert or error ever holds it. */
export interface Held { readonly token: string; readonly mask: (text: string) => string }

export type TokenState =
  | { readonly kind: 'held'; readonly held: Held }
  /** It was asked for a moment ago in vain; every attempt that needs it fails with this. */
  | { readonly kind: 'failed'; readonly verdict: Extract<Verdict, { kind: 'failed' }> }
  | { readonly kind: 'unknown' }

export type Tokens = ReturnType<typeof createTokens>

/** Tokens of recipients: asked for once however many leads need one, kept until they expire or are refused. */
export const createTokens = ({ transport, clock, signal }: Pick<RunDeps, 'transport' | 'clock' | 'signal'>) => {
  const known = new Map<string, { readonly state: TokenState; readonly until: Instant }>()
  const asking = new Map<string, Promise<void>>()

  const request = async (endpoint: Endpoint, source: TokenSource): Promise<void> => {
    const { id, transport: settings } = endpoint.definition
    const reply = await transport.send(source.request(clock.now()), settings, signal)
    known.set(id, lasting(source.read(reply), clock.now()))
    asking.delete(id)
  }

  const state = (recipient: string, now: Instant): TokenState => {
    const entry = known.get(recipient)
    return entry && now < entry.until ? entry.state : UNKNOWN
  }
  const ask = (endpoint: Endpoint, source: TokenSource): Promise<void> => {
    const { id } = endpoint.definition
    const under = asking.get(id)
    if (under) return under
    const begun = request(endpoint, source)
    asking.set(id, begun)
    return begun
  }

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
     * What an answer to a request with this token means: a 401 asks for a new one, and for the attempt to be repeated,
     * unless this is that repeat. The buyer may repeat the token in its words; the ledger must not.
     */
    judge: (recipient: string, held: Held, verdict: Verdict, httpStatus: number | null, isRepeat: boolean): Verdict => {
      const told = masked(verdict, held.mask)
      if (httpStatus !== 401 || told.kind !== 'failed' || told.class !== 'auth') return told
      const entry = known.get(recipient)
      // Another lead may have renewed it meanwhile.
      if (entry?.state.kind === 'held' && entry.state.held.token === held.token) known.delete(recipient)
      if (isRepeat) return told
      const { alert: _alert, pause: _pause, ...failed } = told
      return { ...failed, retry: true, renew: true }
    },
  }
}

const UNKNOWN: TokenState = { kind: 'unknown' }
/** All attempts that waited for it fail together; what comes later asks anew. Shorter than the first retry. */
const FAILURE_LASTS_MS = 500
/** A little before it expires: it is on the way for a while. */
const MARGIN_MS = 30_000
/** A host that says `expires_in: 0` is not asked again for every lead. */
const SHORTEST_MS = 1_000

const lasting = (reply: TokenReply, now: Instant): { readonly state: TokenState; readonly until: Instant } => {
  if (reply.kind === 'failed') return { state: reply, until: now + FAILURE_LASTS_MS }
  const held: Held = { token: reply.token, mask: createMasker([reply.token]) }
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
