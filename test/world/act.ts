/** What a scripted buyer does with one request. JSON, so that a buyer in another process takes the same. */
export type Act = (
  | { readonly do: 'accept'; /** as text, exact; 45.00 where absent */ readonly price?: string }
  | { readonly do: 'reject'; readonly message?: string }
  | { readonly do: 'duplicate' }
  /** Answers a ping. */
  | { readonly do: 'bid'; readonly price: string }
  /** Answers a JSON array of leads with a row for each, `acts` taken in turn; `loses`: processes all, then resets. */
  | { readonly do: 'rows'; readonly acts: readonly ('accept' | 'reject')[]; readonly price: string; readonly loses?: boolean }
  | { readonly do: 'invalid'; readonly message?: string }
  | { readonly do: 'unauthorized' }
  | { readonly do: 'limit'; /** Retry-After as written; absent: no such header */ readonly retryAfter?: string }
  /** Any answer at all; books nothing. */
  | { readonly do: 'answer'; readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string | string[]>> }
  /** Takes the request and never answers; `books` says whether the sale was made. */
  | { readonly do: 'hang'; readonly books?: boolean }
  /** Resets with nothing processed; the sender cannot know that either. */
  | { readonly do: 'reset-before' }
  /** Processes and books, then resets: the sender cannot know. */
  | { readonly do: 'reset-after'; readonly price?: string }
  /** Books, begins to answer and resets in its midst. */
  | { readonly do: 'reset-mid-answer'; readonly price?: string }
  /** Books and answers a byte at a time. */
  | { readonly do: 'drip'; readonly everyMs?: number; readonly price?: string }
  | { readonly do: 'garbage' }
  | { readonly do: 'huge'; readonly bytes: number }
  | { readonly do: 'bomb'; /** after decompression */ readonly bytes: number }
  | { readonly do: 'endless-headers' }
) & { /** waits so long before it answers */ readonly afterMs?: number }

/** What the buyer answers in a whole message, and the price that it books; null: it books nothing. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string
  readonly booked: string | null
  /** Of a batch: which leads were bought. */
  readonly sold?: readonly string[]
}

/** The whole answer of an act, also of those that then keep it back. */
export const answerOf = (act: Act, leadId: string, body = ''): Answer => {
  switch (act.do) {
    case 'bid': return json(200, { bid: Number(act.price), id: leadId })
    case 'rows': return rows(act, leadId, body)
    case 'accept': case 'reset-after': case 'reset-mid-answer': case 'drip': return accepted(leadId, act.price ?? '45.00')
    case 'hang': return act.books ? accepted(leadId, '45.00') : json(200, { status: 'pending' })
    case 'reject': return json(200, { status: 'rejected', message: act.message ?? 'not wanted' })
    case 'duplicate': return json(200, { status: 'duplicate', message: 'known already' })
    case 'invalid': return json(400, { status: 'error', errors: [{ field: 'phone', text: act.message ?? 'phone is missing' }] })
    case 'unauthorized': return json(401, { status: 'error', message: 'wrong token' })
    case 'limit': return json(429, { status: 'error', message: 'too many requests' }, act.retryAfter === undefined ? {} : { 'retry-after': act.retryAfter })
    case 'answer': return { status: act.status, headers: act.headers ?? {}, body: act.body ?? '', booked: null }
    default: return json(200, {})
  }
}

const accepted = (leadId: string, price: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  // The price stands as it was scripted: 45.00 is not 45 to a reader of text.
  body: `{"status":"accepted","leadId":${JSON.stringify(leadId)},"price":${price}}`,
  booked: price,
})

const rows = ({ acts, price }: Extract<Act, { do: 'rows' }>, batchId: string, body: string): Answer => {
  const leads = JSON.parse(body) as readonly { readonly leadId: string }[]
  const bought = leads.map((_, i) => acts[i % acts.length] === 'accept')
  const sold = leads.filter((_, i) => bought[i]).map((each) => each.leadId)
  const cents = BigInt(price.replace('.', '')) * BigInt(sold.length)
  return {
    ...json(200, leads.map(({ leadId: id }, i) => (bought[i] ? { id, status: 'accepted', leadId: `${batchId}-${i}`, price: Number(price) } : { id, status: 'rejected', message: 'not wanted' }))),
    booked: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`, sold,
  }
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  ({ status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body), booked: null })
