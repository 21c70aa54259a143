import { parsed, refused } from '../values/parsed.ts'
import { textual, type Field } from './field.ts'
import { WORDS, oneOf } from './plain.ts'
import { REFERENCE, REFERENCES, WINDOWS } from './references.ts'
import { ABOUT } from './top.ts'
import { MONEY, SPAN } from './values.ts'

const PATTERNS = {
  Single: 'single', Waterfall: 'waterfall', Fallback: 'fallback', 'Exclusive Window': 'exclusive window', Simultaneous: 'simultaneous', 'Ping/Post': 'ping/post', 'Round Robin': 'round robin', Weighted: 'weighted',
} as const
export type PatternKind = (typeof PATTERNS)[keyof typeof PATTERNS]

/** `bid`: the highest. A number: how many may accept. */
type Accept = number | 'bid'

const ACCEPT = textual<Accept>('first responder, all, up to a number, or highest bid', (text, place) => {
  const count = /^(?:(?:up to|first|at most)\s+)?(\d+)(?:\s+(?:responders|buyers|acceptances))?$/i.exec(text)?.[1]
  if (/^(the )?first( to respond| responder| response| to accept)?$/i.test(text) || text === '1') return parsed<Accept>(1)
  if (/^(all|everyone|every one)$/i.test(text)) return parsed<Accept>(Infinity)
  if (/^(the )?highest( bid(der)?)?$/i.test(text)) return parsed<Accept>('bid')
  return count !== undefined && Number(count) >= 1 ? parsed<Accept>(Number(count)) : refused(place, 'bad-value', `got "${text}", expected who may take the lead`, 'write first responder, all, or up to 3; for Ping/Post highest bid')
})

export const PATTERN_SECTION = {
  ...ABOUT,
  name: { key: 'Name', kind: WORDS, doc: 'Single: the display name, where Recipient names the one', example: 'My Buyer' },
  pattern: { key: 'Pattern', kind: oneOf<PatternKind>('a pattern', PATTERNS, { 'Ping Post': 'ping/post', Pingpost: 'ping/post', 'Exclusive Windows': 'exclusive window' }), doc: 'How the recipients are arranged', example: 'Waterfall' },
  try: { key: 'Try', aliases: ['Recipients', 'Order'], kind: REFERENCES, doc: 'Waterfall, Fallback, Round Robin, Weighted: whom, in order; a price may follow in parentheses, in a Weighted pattern a share', example: '[Buyer A ($50), Buyer B ($40)]' },
  finally: { key: 'Finally', aliases: ['Else', 'Last', 'Fallback'], kind: REFERENCE, doc: 'Where a lead goes that nobody took', example: 'Remediation Pool' },
  windows: { key: 'Windows', kind: WINDOWS, doc: 'Exclusive Window: hours since the lead was received, and whom it goes to then. That is its field received_at (or --received FIELD), in UTC where it names no zone; a lead whose date cannot be read is set aside, one without any counts from when finalmile first saw it', example: '{Hour 0-24: Exclusive Buyer ($75), Hour 24+: Bulk ($15)}' },
  sendTo: { key: 'Send To', aliases: ['Send To All'], kind: REFERENCES, doc: 'Simultaneous: to whom, all at once', example: '[Buyer A, Buyer B]' },
  buyers: { key: 'Buyers', aliases: ['Bidders'], kind: REFERENCES, doc: 'Ping/Post: who is asked for a bid; each needs a Ping', example: '[Harbor Loans, Summit Lending]' },
  accept: { key: 'Accept', kind: ACCEPT, doc: 'Simultaneous: first responder, all, or up to a number; Ping/Post: highest bid', example: 'first responder', default: 'first responder; highest bid' },
  pingTimeout: { key: 'Ping Timeout', kind: SPAN, doc: 'Ping/Post: how long bids are waited for, once all bidders are asked; later ones are recorded and not used', example: '2 seconds', default: '3 seconds' },
  minimumBid: { key: 'Minimum Bid', aliases: ['Floor'], kind: MONEY, doc: 'Ping/Post: lower bids are not taken', example: '$18.00' },
  minimumPrice: { key: 'Minimum Price', kind: MONEY, doc: 'A recipient whose known price is below is passed by', example: '$25.00' },
  minimumMargin: { key: 'Minimum Margin', kind: MONEY, doc: 'A recipient whose known price less the cost is below is passed by', example: '$5.00' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** Which list of recipients a pattern has, and what else only some patterns take. */
export const KEYS_OF: Readonly<Record<PatternKind, { readonly list: 'try' | 'windows' | 'sendTo' | 'buyers'; readonly also: readonly (keyof typeof PATTERN_SECTION)[] }>> = {
  single: { list: 'try', also: ['sendTo', 'finally'] },
  waterfall: { list: 'try', also: ['finally'] },
  fallback: { list: 'try', also: ['finally'] },
  'exclusive window': { list: 'windows', also: ['finally'] },
  simultaneous: { list: 'sendTo', also: ['accept'] },
  'ping/post': { list: 'buyers', also: ['accept', 'pingTimeout', 'minimumBid'] },
  'round robin': { list: 'try', also: [] },
  weighted: { list: 'try', also: [] },
}
