import { isStep, type PhaseName } from '../core/plan.ts'
import type { FailedVerdict, FailureClass, Verdict } from '../core/verdict.ts'

/** What to do about an attempt that went wrong (subject document, Common Delivery Issues); null where there is nothing to do. */
export const hintFor = (verdict: Verdict, httpStatus: number | null): string | null => {
  switch (verdict.kind) {
    case 'failed': return verdict.interrupted === true ? null : hintForFailure(verdict, httpStatus)
    case 'unknown': return verdict.interrupted === true ? null : hintForDoubt(verdict.class, verdict.reason ?? '')
    case 'unconfirmed': return PAGE.test(verdict.reason ?? '') ? 'a page came in place of an answer, as from maintenance, a log-in or another address: check Endpoint and Auth, ask the buyer when it is back and whether it has these leads, then settle them with `finalmile review`'
      : /price/.test(verdict.reason ?? '') ? REVENUE
      : 'save an answer as the buyer gives it, look at it with `finalmile parse`, mend Response Parsing, then settle the lead with `finalmile review`'
    case 'accepted':
    case 'rejected':
    case 'duplicate':
    case 'bid': return null
  }
}

/** No mapping mends what a step refuses: its own words say which list or workflow is meant. An answer to a ping holds no lead. */
export const hintOf = (phase: PhaseName, verdict: Verdict, httpStatus: number | null): string | null => {
  if (phase === 'ping' && verdict.kind === 'unconfirmed') return PAGE.test(verdict.reason ?? '') ? 'a page came in place of a bid, as from maintenance, a log-in or another address: check Endpoint under Ping and Auth, and ask the buyer when it is back' : PING
  if (!isStep(phase) || verdict.kind !== 'failed') return hintFor(verdict, httpStatus)
  if (verdict.class === 'auth') return httpStatus === 403 ? `give the token the scope that its ${phase} needs, then take the step up by --retry-failed` : hintFor(verdict, httpStatus)
  return verdict.class === 'invalid_data' ? null : hintFor(verdict, httpStatus)
}

const hintForDoubt = (of: FailureClass, reason: string): string =>
  of === 'unreadable' ? PROTOCOL
  : of === 'blocked' ? PRIVATE
  : BROKEN.test(reason) ? 'the connection broke before the answer came: ask the buyer, and whoever runs what stands between, what ends it'
  : TIMEOUT

const BROKEN = /\bclosed\b|\bECONNRESET\b|\bEPIPE\b|\bterminated\b|\bhang up\b/
const PAGE = /^it is a (?:web page|page to log in),/
const LOGIN = /it redirects to \S*(?:log-?in|sign-?in|\bsso\b|\boauth)/i
const TIMEOUT = 'increase Timeout step by step, ask the buyer about its capacity, and consider a batch where it stays slow'
const PROTOCOL = 'its server answers what its protocol does not allow, as the reason says, and no setting makes that readable: show the reason to the buyer, or to whoever runs what stands between'
const PRIVATE = 'the address is private: set `Allow Private Network: yes` where that is meant'
/** Those that waited go on by themselves; those that were refused before it was paused do not. */
const REOPEN = 'then `finalmile unpause`; `deliver … --retry-failed` takes up the leads that failed'
const PING = 'save an answer to a ping as the buyer gives it, look at it with `finalmile parse --ping`, and mend Response Parsing under Ping; nobody was asked to buy by it'
const REVENUE = "check Price in Response Parsing against a recorded answer, confirm that the buyer returns a price, or give the recipient a `Price`"

/** What went wrong on the way to a token is not mended where leads go to. */
const TOKEN_HINTS: Readonly<Partial<Record<FailureClass, string>>> = {
  network: 'check the address that gives tokens (Token URL, or URL under Auth), and whether this machine may reach it',
  redirect: `write the address where tokens are given into Token URL (or URL under Auth): a request for one is not sent on, ${REOPEN}`,
  unreadable: 'what came from the address that gives tokens (Token URL, or URL under Auth) holds none: check that address, and under Token Request the path in Token; where it says maintenance, wait for its end',
}

const hintForFailure = (verdict: FailedVerdict, httpStatus: number | null): string | null => {
  const ofToken = verdict.reason?.startsWith('token request: ') ? TOKEN_HINTS[verdict.class] : undefined
  if (ofToken !== undefined) return ofToken
  switch (verdict.class) {
    case 'auth':
      return httpStatus === 403 ? `confirm that the buyer's IP list has this machine, review the permissions of the credentials, ${REOPEN}`
        : httpStatus === 407 ? `check the user and password of the proxy, ${REOPEN}`
        : `verify the credentials, check whether the token has expired and whether the buyer lists this IP address, ${REOPEN}`
    case 'invalid_data': return /^the mail server /.test(verdict.reason ?? '') ? 'check To and From: the mail server does not take the message as it is addressed'
      : /^the SFTP server /.test(verdict.reason ?? '') ? 'check the folder in Endpoint and File Name: the server does not take the file there'
      : httpStatus === 404 || httpStatus === 405 || httpStatus === 410 ? 'check Endpoint and Method: the buyer has nothing at this address' : hintForField(namedField(verdict.said === undefined ? verdict.reason : verdict.said))
    case 'timeout': return hintForDoubt(verdict.class, verdict.reason ?? '')
    case 'network': return /\bE[MN]FILE\b/.test(verdict.reason ?? '') ? 'this machine has no open files left for connections: raise the limit (`ulimit -n`), or lower --concurrency' : 'check the host and port of Endpoint, and whether this machine may reach it'
    case 'tls': return /host key/.test(verdict.reason ?? '') ? 'ask the buyer whether its server has a new key; write its fingerprint into Host Key only if so'
      : /altnames/.test(verdict.reason ?? '') ? "check the host of Endpoint: the certificate there is for other names, which its reason lists"
      : /NOT_YET_VALID/.test(verdict.reason ?? '') ? "check this machine's clock, then the buyer's certificate" : "have the buyer renew its certificate, or name its authority in `TLS: CA`"
    case 'proxy': return 'check Proxy: its address, and whether it lets this host through'
    case 'rate_limited': return httpStatus === 503 ? 'the buyer is unavailable and has said until when: its leads wait or go to the next meanwhile, and no setting of Rate changes that'
      : 'set Rate to what the buyer allows (`Rate: 10 per second`)'
    case 'server_error': return "the buyer's side has trouble; retries go on by Retry Strategy, and a Backup Endpoint or a Fallback carries the leads meanwhile"
    // Of a post, a 301 and a 302 are not followed: what comes next would be asked for without the lead.
    case 'redirect': return LOGIN.test(verdict.reason ?? '') ? 'it sends to a page to log in: check Auth and Endpoint; a recipient signs in by Auth alone, and follows no log-in'
      : httpStatus === 301 || httpStatus === 302 ? `where the buyer has moved, write the new address into Endpoint; where that is how it says yes (a page of thanks), write \`${httpStatus}: Success\` under Response Codes`
      : 'write the new address into Endpoint, or set `Follow Redirects: yes`'
    case 'blocked': return PRIVATE
    case 'duplicate':
    case 'unreadable':
    case 'surplus': return null
  }
}

const hintForField = (field: string | null): string =>
  field === null ? 'verify the field names exactly, which fields are required, and their types; try a minimal lead with `finalmile plan`'
  : `look at \`${field}\` in Field Mapping: its exact name, whether it is required, and its type`

/** The field that a buyer names in its own words: quoted, before `is required`, after `missing field`, or `zip: …`. */
export const namedField = (words: string | null): string | null => {
  if (words === null) return null
  for (const pattern of FIELD_PATTERNS) {
    const name = pattern.exec(words)?.[1]
    // `not in our states (L-00117)` names a lead.
    if (name !== undefined && !NO_FIELDS.has(name.toLowerCase()) && !/\d{4}/.test(name)) return name
  }
  return null
}

const NAME = '([A-Za-z_][\\w.\\[\\]-]{0,60})'
const FIELD_PATTERNS: readonly RegExp[] = [
  // Before quotes: `email: "x" is no address` names the field, and quotes the value.
  new RegExp(`^${NAME}:\\s`),
  /[`"'\[(]([A-Za-z_][\w.-]{0,60})[`"'\])]/,
  new RegExp(`(?:missing|required|invalid|unknown)(?: required)? (?:field|parameter|value for|property)s?:?\\s+${NAME}`, 'i'),
  new RegExp(`(?:field|parameter|property)s?:?\\s+${NAME}`, 'i'),
  new RegExp(`${NAME}\\s+(?:is|was|field is)\\s+(?:missing|required|invalid|not valid|too long|not a|malformed|empty|blank)`, 'i'),
  new RegExp(`(?:missing|invalid|bad)\\s+${NAME}\\s*$`, 'i'),
]
const NO_FIELDS = new Set(['is', 'are', 'the', 'a', 'an', 'error', 'errors', 'field', 'fields', 'required', 'data', 'request', 'missing', 'invalid', 'validation', 'this', 'it', 'value', 'values', 'body', 'json', 'xml', 'http', 'message'])
