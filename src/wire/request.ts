/** One request, complete: what `plan` shows, a transport sends and the ledger hashes. */
export type OutgoingRequest = HttpRequest | EmailRequest | FileRequest

/** What a person sees of any request. */
export type ShownRequest = Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'> & Partial<Pick<HttpRequest, 'compression'>>

export interface HttpRequest {
  readonly kind?: 'http'
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

/** Where a mail server or an SFTP server is, and who we are there. */
export interface Server {
  readonly host: string
  readonly port: number
  /** TLS from the first byte (`smtps://`). */
  readonly secure: boolean
  readonly user: string | null
  readonly password: string | null
  /** A host that the author wrote out may be private (contract, section 5, Addresses). */
  readonly mayBePrivate: boolean
}

/** Test mode: nothing leaves; the answer is made up on the spot. */
type Rehearsal = 'success' | 'failure'

export interface Mailbox { readonly name: string; readonly address: string }
export interface Attachment { readonly name: string; readonly contentType: string; readonly content: string }

/** One e-mail. `url` has no credentials; `headers` are those that a person reads; `body` is the plain text. */
export interface EmailRequest {
  readonly kind: 'email'
  readonly method: 'MAIL'
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** The same lines for readers of HTML. */
  readonly html: string
  readonly server: Server
  readonly from: Mailbox
  readonly to: readonly Mailbox[]
  readonly cc: readonly Mailbox[]
  readonly replyTo: readonly Mailbox[]
  readonly subject: string
  /** The same for every try of one delivery, so that a repeat is recognisable. */
  readonly messageId: string
  readonly date: number
  /** `Auto-Submitted`, `X-…`. */
  readonly extra: readonly (readonly [name: string, value: string])[]
  readonly attachments: readonly Attachment[]
  readonly rehearsal: Rehearsal | null
}

/** One file, whole: put under a temporary name, then renamed; never appended to, never overwritten. */
export interface FileRequest {
  readonly kind: 'sftp' | 'file'
  readonly method: 'PUT'
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | Uint8Array
  /** Ends with a slash, or is empty for the folder where one starts. */
  readonly folder: string
  readonly name: string
  /** Taken where `name` is there already with other content; the same for every try. */
  readonly otherName: string
  /** Where it grows until it is whole. */
  readonly temporaryName: string
  /** Null for `file`. */
  readonly sftp: { readonly server: Server; readonly privateKey: string | null; /** `SHA256:…` fingerprints, any of them */ readonly hostKeys: readonly string[] } | null
  readonly rehearsal: Rehearsal | null
}

/** What came of a request of any kind. */
export type AnyReply = Reply | HandoverReply

/** What a mail server or a folder said. It is no buyer's answer: a relay that takes a message has bought nothing. */
export type HandoverReply =
  | { readonly kind: 'handed-over'; readonly to: 'email' | 'sftp' | 'file'; /** the server's own words, or where the file lies */ readonly words: string; readonly rehearsal: boolean; readonly durationMs: number; readonly at: number }
  /**
   * `credentials`: a person must look. `later`: it may pass (4yz, disk full). `never`: the same again fails again.
   * `partly`: some of the buyer's mailboxes took the message and others refused it.
   */
  | { readonly kind: 'refused'; readonly why: 'credentials' | 'later' | 'never' | 'partly'; readonly message: string; readonly durationMs: number; readonly at: number }

/** What came back, or why nothing did. Headers: lower-case names, repeated ones joined with `, `. */
export type Reply = AnswerReply | FaultReply

export interface AnswerReply {
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

export interface FaultReply { readonly kind: 'fault'; readonly fault: Fault; /** the cause's own words */ readonly message: string; readonly durationMs: number; readonly at: number }

/**
 * Nothing was sent: `refused dns connect-timeout unreachable tls-certificate tls-handshake proxy blocked invalid-request`, and
 * `stopped` (our own end came before).
 * Sent, and no (whole) answer: `timeout reset malformed` (malformed: bytes that are no HTTP answer), `abandoned` (our own end came before the answer), and
 * `result-blocked` (a 303 to a private address: processed, and what came of it may not be looked at).
 */
export type Fault =
  | 'refused' | 'dns' | 'connect-timeout' | 'unreachable' | 'tls-certificate' | 'tls-handshake' | 'proxy' | 'blocked' | 'invalid-request' | 'stopped'
  | 'timeout' | 'reset' | 'malformed' | 'abandoned' | 'result-blocked'
