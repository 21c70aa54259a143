import type { Act } from '../../world/act.ts'
import { buyerYaml } from '../kit/project.ts'

/** A target, and how its buyers behave; buyers by recipient id. */
export interface Scenario {
  readonly name: string
  readonly buyers: Readonly<Record<string, { readonly script: readonly Act[]; readonly pings?: readonly Act[] }>>
  /** Recipient files, given the buyers' addresses. */
  readonly recipients: (urls: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
}

/** Answers take a moment, so that kills meet requests at every stage. */
const after = (afterMs: number, ...acts: readonly Act[]): readonly Act[] => acts.map((act) => ({ ...act, afterMs }))
const accept = (price: string): Act => ({ do: 'accept', price })
const reject: Act = { do: 'reject' }
const broken: Act = { do: 'answer', status: 503 }
const processedThenLost = (price: string): Act => ({ do: 'reset-after', price })
const ping = (url: string): string => `Ping:\n  Endpoint: ${url}/ping\n  Field Mapping: {leadId: '{{lead.id}}'}\n  Response Parsing: {Bid: bid, Ping ID: id}\n`

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'waterfall',
    buyers: {
      a: { script: after(5, accept('50.00'), reject, broken, reject, processedThenLost('50.00')) },
      b: { script: after(5, accept('40.15'), accept('40.15'), reject, { do: 'reset-before' }) },
    },
    recipients: (urls) => ({ a: buyerYaml('a', urls.a ?? ''), b: buyerYaml('b', urls.b ?? ''), sell: 'Recipient: Sell\nPattern: Waterfall\nTry: [a, b]\n' }),
  },
  {
    name: 'ping-post',
    buyers: {
      a: { pings: after(3, { do: 'bid', price: '45.00' }, { do: 'bid', price: '20.00' }), script: after(4, accept('45.00'), reject, processedThenLost('45.00')) },
      b: { pings: after(3, { do: 'bid', price: '38.00' }, { do: 'bid', price: '52.00' }, broken), script: after(4, accept('52.00'), reject, broken) },
    },
    recipients: (urls) => ({
      a: buyerYaml('a', urls.a ?? '', ping(urls.a ?? '')), b: buyerYaml('b', urls.b ?? '', ping(urls.b ?? '')),
      sell: 'Recipient: Sell\nPattern: Ping/Post\nBuyers: [a, b]\nPing Timeout: 2 seconds\nMinimum Bid: $10\n',
    }),
  },
  {
    name: 'simultaneous',
    buyers: {
      a: { script: after(4, accept('30.00'), reject, processedThenLost('30.00')) },
      b: { script: after(5, accept('31.50'), accept('31.50'), reject) },
      c: { script: after(4, reject, accept('29.99'), broken) },
    },
    recipients: (urls) => ({
      a: buyerYaml('a', urls.a ?? ''), b: buyerYaml('b', urls.b ?? ''), c: buyerYaml('c', urls.c ?? ''),
      sell: 'Recipient: Sell\nPattern: Simultaneous\nSend To: [a, b, c]\nAccept: first responder\n',
    }),
  },
  {
    name: 'batch',
    buyers: { a: { script: after(25, { do: 'rows', acts: ['accept', 'accept', 'reject'], price: '12.34' }, broken, { do: 'rows', acts: ['accept', 'reject'], price: '10.00', loses: true }) } },
    recipients: (urls) => ({
      sell: buyerYaml('sell', urls.a ?? '', 'Batch: {Accumulate: 10 leads or 300ms, Format: JSON array, Match: id = lead.id}\n'),
    }),
  },
]
