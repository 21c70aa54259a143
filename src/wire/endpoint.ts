import type { Money } from '../base/money.ts'
import type { Instant } from '../base/time.ts'
import type { Lead } from '../core/lead.ts'
import type { PhaseName, SendTarget } from '../core/plan.ts'
import type { Captured, Verdict, FailedVerdict } from '../core/verdict.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { AnyReply, HttpRequest, OutgoingRequest, Reply } from './request.ts'
import type { Seal } from './seal.ts'

/** All that a template may see (contract, section 2). */
export interface RenderInput {
  readonly lead: Lead
  /** `--source name=value`; the lead's own `source` object goes before it. */
  readonly source: Readonly<Record<string, string>>
  /** `--var name=value`. */
  readonly vars: Readonly<Record<string, string>>
  readonly runId: string
  readonly deliveryId: string
  /** `delivery_attempt`: number of this delivery of the lead; HTTP retries do not change it. */
  readonly deliveryNumber: number
  /** `attempt`: the HTTP attempt, from 1. */
  readonly attempt: number
  readonly phase: PhaseName
  /** `now`, milliseconds: when the first attempt was made, so that a retry renders the same request. */
  readonly now: number
  /** When this very attempt is sent, for signatures; absent: `now`. */
  readonly sentAt?: number
  /** Idempotency key for the header. */
  readonly key: string
  /** What the ping brought; only in the post of an auction. */
  readonly ping?: { readonly id: string | null; readonly bid: Money; readonly captured: Captured }
  readonly target: SendTarget
  /** What the sale brought; only in the steps that follow it. */
  readonly made?: { readonly id: string | null }
  /** What `Auth: OAuth2` or `Token Request` brought; the engine asks for it. Absent: the request goes out without. */
  readonly token?: string
  /** Where that token is good, as the token host named it (Salesforce's instance_url). */
  readonly host?: string | null
  /** What the engine has looked up (see `Lookup`), by name. */
  readonly found?: (name: string) => string | undefined
}

/** A request, or why none can be made of this lead (nothing is sent then). */
export type Rendered = { readonly ok: true; readonly request: OutgoingRequest; /** the idempotency key it carries, if any */ readonly key?: string } | { readonly ok: false; readonly reason: string; /** must be known first; then it is rendered again */ readonly lookup?: Lookup }

/** From leads to requests. */
export interface Renderer {
  render(input: RenderInput): Rendered
  /** Many leads in one request, in the given order; only where the definition has a `batch`. */
  renderBatch(inputs: readonly RenderInput[]): Rendered
  /** Only where requests carry a token that is asked for first. */
  readonly token?: TokenSource
  /** Only for batches: why this lead can never be in one (and fails alone); null where it can. */
  readonly refuses?: ((input: RenderInput) => string | null) | undefined
  /** Only for batches: two leads with the same are never in one request; null for no such thing. */
  readonly keptApart?: ((input: RenderInput) => string | null) | undefined
  /** Only for batches: what a request says once for all its leads (where it goes, its headers); leads that differ in it are never in one. Absent: nothing of it is the lead's. */
  readonly inCommon?: ((input: RenderInput) => string) | undefined
}

/** From replies to verdicts. */
export interface Reader {
  /** Total: every reply gets exactly one verdict, and none throws. */
  read(reply: AnyReply, phase: PhaseName): Verdict
  /** One verdict per lead, in the order of `leads`. */
  readBatch(reply: AnyReply, leads: readonly Lead[]): readonly Verdict[]
}

/** One endpoint recipient, compiled once when its file is loaded: pure functions from leads to requests and from replies to verdicts. */
export interface Endpoint extends Renderer, Reader {
  readonly definition: EndpointDefinition
  /** Only where answers about a lead for which its pattern or a bid names a price mean something else: an acceptance without one is then no doubt. */
  readonly priced?: Reader
}

/** Something of the service's own that a request needs (the id of a list of this name): looked up once, and kept. */
export interface Lookup {
  /** `list New Leads`: for people, and unique within the recipient. */
  readonly name: string
  readonly request: HttpRequest
  read(reply: Reply): LookupReply
}
export type LookupReply = { readonly kind: 'found'; readonly value: string } | { readonly kind: 'failed'; readonly verdict: FailedVerdict }

/** How the token of `Auth: OAuth2` or `Token Request` is asked for and found in the answer. */
export interface TokenSource {
  request(now: Instant): HttpRequest
  read(reply: Reply): TokenReply
  /** Where it is, the token is kept in the store, closed with this, until it is refused. */
  readonly seal?: Seal
  /** Whether a new token may help against this failure of the credentials; absent: always. */
  renews?(verdict: Verdict): boolean
}

/** `expiresInMs` null: good until it is refused. A failure is that of every attempt that needed the token; nothing was sent to the buyer. */
export type TokenReply =
  | { readonly kind: 'token'; readonly token: string; readonly host?: string | null; readonly expiresInMs: number | null }
  | { readonly kind: 'failed'; readonly verdict: FailedVerdict }
