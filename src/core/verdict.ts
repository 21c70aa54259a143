import type { Money } from '../base/money.ts'

/** Exactly the classes of the contract, section 5. */
export const FAILURE_CLASSES = [
  'network', 'tls', 'proxy', 'timeout', 'rate_limited', 'server_error', 'invalid_data',
  'auth', 'duplicate', 'redirect', 'unreadable', 'blocked', 'surplus',
] as const
export type FailureClass = (typeof FAILURE_CLASSES)[number]

/** Values captured from an answer by the recipient's `Capture`. */
export type Captured = Readonly<Record<string, string>>

interface Answer {
  /** The buyer's own words where it gave any, else ours. */
  readonly reason: string | null
  /** The buyer's own words, only where `reason` is not exactly these: null where it gave none. */
  readonly said?: string | null
  readonly captured?: Captured
  readonly buyerLeadId?: string | null
  readonly redirectUrl?: string | null
}

/** How often and after how long an answer is tried again, where the recipient says so of this very answer. */
export interface Again { readonly times?: number; readonly waitMs?: number }

/** What one answer means. Total: every answer, and every missing answer, gets exactly one. */
export type Verdict =
  | (Answer & { readonly kind: 'accepted'; /** what the answer itself says, else null */ readonly price: Money | null })
  | (Answer & { readonly kind: 'rejected' })
  | (Answer & { readonly kind: 'duplicate'; readonly class: 'duplicate' })
  | (Answer & { readonly kind: 'bid'; readonly price: Money; readonly pingId: string | null })
  | (Answer & {
      readonly kind: 'failed'
      readonly class: FailureClass
      readonly retry: boolean
      /** What the buyer asked for (Retry-After), already in milliseconds from the answer; absent where it asked for nothing. */
      readonly retryAfterMs?: number
      /** In place of what the rule of its class says. */
      readonly again?: Again
      /** A person must look: wrong credentials, a bad certificate. */
      readonly alert?: boolean
      /** Stop sending to this recipient until `unpause` (401, 403, 407). */
      readonly pause?: boolean
      /** The token was refused: repeated once, at once, with a new one, whatever the retry rules say; it counts as no retry. */
      readonly renew?: true
      /** The service wants this asked otherwise (HubSpot's 409 names a contact that is there: update it): done at once, once, whatever the retry rules say. */
      readonly instead?: 'alone' | 'update'
      /** Our own process ended before anything was sent: see the same of `unknown`. */
      readonly interrupted?: true
    })
  /** A request was sent and no answer came: it may have been processed. Repeated only to the same recipient, with the same key. */
  | (Answer & { readonly kind: 'unknown'; readonly class: FailureClass; readonly retry: boolean; /** our own process ended before the answer: no failure of the buyer's, and not counted against the retries */ readonly interrupted?: true })
  /** An answer that says neither yes nor no. Holds the lead. */
  | (Answer & { readonly kind: 'unconfirmed'; readonly class: 'unreadable' })

export type VerdictKind = Verdict['kind']
export type FailedVerdict = Extract<Verdict, { kind: 'failed' }>

export const classOf = (verdict: Verdict): FailureClass | null => ('class' in verdict ? verdict.class : null)

/** See `renew` of a failed verdict. */
export const asksForNewToken = (verdict: Verdict): boolean => verdict.kind === 'failed' && verdict.renew === true

/** See `interrupted` of a failed and of an unknown one. */
export const isInterrupted = (verdict: Verdict): boolean => (verdict.kind === 'unknown' || verdict.kind === 'failed') && verdict.interrupted === true
