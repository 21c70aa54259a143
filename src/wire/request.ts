/** One HTTP request, complete: what `plan` shows, the transport sends and the ledger hashes. */
export interface HttpRequest {
  readonly method: string
  readonly url: string
  /** Name and value in order; names as the user wrote them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** As sent, before compression; null for none. */
  readonly body: string | Uint8Array | null
  /** The transport compresses the body and adds Content-Encoding. */
  readonly compression: 'gzip' | null
  /** A host that the author wrote out may be private (contract, section 5, Addresses). */
  readonly mayBePrivate: boolean
}

/** What came back, or why nothing did. Headers: lower-case names, repeated ones joined with `, `. */
export type Reply =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
      /** The body was longer than `Maximum Response` and is cut. */
      readonly truncated: boolean
      readonly durationMs: number
      /** When the answer came; Retry-After dates are read against the buyer's own Date header, else against this. */
      readonly at: number
    }
  | { readonly kind: 'fault'; readonly fault: Fault; /** the cause's own words */ readonly message: string; readonly durationMs: number; readonly at: number }

/**
 * Nothing was sent: `refused dns connect-timeout unreachable tls-certificate tls-handshake proxy blocked invalid-request`.
 * Sent, and no (whole) answer: `timeout reset malformed` (malformed: bytes that are no HTTP answer).
 */
export type Fault =
  | 'refused' | 'dns' | 'connect-timeout' | 'unreachable' | 'tls-certificate' | 'tls-handshake' | 'proxy' | 'blocked' | 'invalid-request'
  | 'timeout' | 'reset' | 'malformed'
