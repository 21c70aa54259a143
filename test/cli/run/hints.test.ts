import { describe, expect, it } from 'vitest'
import { createHints } from '../../../src/cli/run/hints.ts'
import { commandsOf } from '../../../src/cli/render/command-for.ts'
import type { Verdict } from '../../../src/core/verdict.ts'
import { unsendable } from '../../../src/engine/attempt.ts'
import { accepted, broken, duplicate, rejected, T0, tried, unknown } from '../../core/given.ts'

const hintsOf = (...attempts: readonly [Verdict, number | null][]) => {
  const hints = createHints((recipient) => recipient === 'acme', 'live', commandsOf({ given: [] }))
  for (const [verdict, status] of attempts) {
    for (const event of tried('/', 'acme', 1, verdict)) {
      hints.observe({ kind: 'stored', deliveryId: 'd', leadId: 'L1', source: {}, seq: 1, event: event.type === 'attemptFinished' ? { ...event, httpStatus: status } : event })
    }
  }
  return hints.all().map((each) => each.text)
}
const failed = (kind: 'auth' | 'invalid_data' | 'network' | 'redirect', reason: string): Verdict => ({ kind: 'failed', class: kind, retry: false, reason })

describe('hints', () => {
  it.each<[string, Verdict, number | null, RegExp]>([
    ['401: credentials, expiry, IP list', failed('auth', 'no'), 401, /credentials.*expired.*IP/],
    ['403: the IP list and permissions', failed('auth', 'no'), 403, /IP list.*permissions/],
    ['400: the field that the buyer named', failed('invalid_data', 'zip is required'), 400, /`zip` in Field Mapping/],
    ['400: the field, not the value that is quoted', failed('invalid_data', 'email: "invalid-email" is not an e-mail address'), 400, /`email` in Field Mapping/],
    ['400: the quoted field after a word that is none', failed('invalid_data', 'error: "zip" is bad'), 400, /`zip` in Field Mapping/],
    ['400: "required" is no field', failed('invalid_data', 'field required, not an email'), 400, /verify the field names/],
    ['550: the address, not the fields', failed('invalid_data', 'the mail server says: 550 no such mailbox'), null, /check To and From/],
    ['no such folder on an SFTP server', failed('invalid_data', 'the SFTP server says: /in/x.csv: No such file or directory'), null, /folder in Endpoint/],
    ['a connection that the buyer refused', failed('network', 'connect ECONNREFUSED 10.0.0.1:443'), null, /host and port/],
    ['a connection for which this machine had no file left', failed('network', 'connect EMFILE 10.0.0.1:443'), null, /ulimit -n/],
    ['nor the machine as a whole', failed('network', 'connect ENFILE 10.0.0.1:443'), null, /ulimit -n/],
    ['302: moved, or a page of thanks; following it would lose the lead', failed('redirect', 'HTTP 302 Found: it redirects to /thanks'), 302, /^where the buyer has moved.*`302: Success` under Response Codes$/],
    ['308: a new address, which may be followed', failed('redirect', 'HTTP 308'), 308, /Endpoint, or set `Follow Redirects: yes`/],
    ['time-outs', unknown, null, /Timeout/],
    ['a connection that broke: no time to give it', { ...unknown, reason: 'other side closed' }, null, /connection broke/],
    ['an unconfirmed answer without a price', { kind: 'unconfirmed', class: 'unreadable', reason: 'it has no price at price' }, 200, /Price in Response Parsing/],
    ['a sale without a price', { kind: 'accepted', reason: null, buyerLeadId: 'B', price: null }, 200, /sales without a price/],
  ])('%s', (_rule, verdict, status, text) => { expect(hintsOf([verdict, status])).toEqual([expect.stringMatching(text)]) })
  it('a sale with its price, a rejection and an end of our own need none', () => { expect(hintsOf([accepted, 200], [rejected, 200], [{ kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: 'finalmile ended before the answer was recorded' }, null])).toEqual([]) })
  it('a dialer, a CRM or an e-mail pays nothing, and nobody is told to name a price', () => {
    const hints = createHints(() => false, 'live', commandsOf({ given: [] }))
    for (const event of tried('/', 'acme', 1, { kind: 'accepted', reason: null, buyerLeadId: 'B', price: null })) hints.observe({ kind: 'stored', deliveryId: 'd', leadId: 'L1', source: {}, seq: 1, event })
    expect(hints.all()).toEqual([])
  })
  it('a proxy of the environment is named where a recipient could not be reached without it, and nowhere else', () => {
    const textsOf = (unused: string | null, verdict: Verdict): readonly string[] => {
      const hints = createHints(() => false, 'live', commandsOf({ given: [] }), () => unused)
      for (const event of tried('/', 'acme', 1, verdict)) hints.observe({ kind: 'stored', deliveryId: 'd', leadId: 'L1', source: {}, seq: 1, event })
      return hints.all().map((each) => each.text).filter((text) => text.includes('PROXY'))
    }
    expect(textsOf('HTTPS_PROXY', failed('network', 'getaddrinfo ENOTFOUND api.example'))).toEqual([expect.stringMatching(/^HTTPS_PROXY is set, .*`Proxy: \$\{HTTPS_PROXY\}` under Settings$/)])
    for (const [unused, verdict] of [[null, failed('network', 'refused')], ['HTTPS_PROXY', failed('auth', 'no')], ['HTTPS_PROXY', unknown]] as const) expect(textsOf(unused, verdict)).toEqual([])
  })
  it('our own words about a lead of which no request could be made name no field', () => {
    expect(hintsOf([unsendable('the folder needs a field which this lead does not have'), null])).toEqual([expect.stringMatching(/field names exactly/)])
  })
  it('a lead that settles without the answer of somebody who may have it is one to ask about; an answer ends the doubt, and that it has the lead already is none', () => {
    const hints = createHints(() => true, 'test', commandsOf({ given: [] }))
    const settled = { type: 'settled', at: T0, cost: null, outcome: { kind: 'failed', recipient: 'acme', path: '/', buyerLeadId: null, revenue: null, reason: null, class: null } } as const
    for (const [deliveryId, verdicts] of Object.entries({ waits: [unknown], doubt: [unknown, broken], answered: [unknown, rejected], had: [unknown, duplicate] })) {
      const events = [...verdicts.flatMap((verdict, i) => tried('/', 'acme', i + 1, verdict)), ...(deliveryId === 'waits' ? [] : [settled])]
      for (const event of events) hints.observe({ kind: 'stored', deliveryId, leadId: deliveryId, source: {}, seq: 1, event })
    }
    expect(hints.all().map((each) => each.text)).toContain('no answer came about 2 leads, which it may have: finalmile reconcile acme LIST --test asks its own list')
  })
  it('of a buyer that quotes what it refuses a few are told, not one for each lead', () => {
    expect(hintsOf(...Array.from({ length: 30 }, (_, i): [Verdict, number] => [failed('invalid_data', `"name${i}" is no name`), 400]), [failed('auth', 'no'), 401])).toEqual([...Array.from({ length: 4 }, () => expect.stringMatching(/in Field Mapping/)), expect.stringMatching(/credentials/)])
  })
  it('a buyer of whose answers none has what Success asks for may have changed them; one that is read is no stranger, nor are two answers', () => {
    const strange: Verdict = { kind: 'rejected', reason: 'Success does not hold (it has no status, it has no result.state)' }
    expect(hintsOf([strange, 200], [strange, 200], [strange, 200])).toEqual([expect.stringMatching(/^none of its 3 answers has what Success asks for.*`finalmile explain L1`/)])
    expect(hintsOf([strange, 200], [strange, 200])).toEqual([])
    for (const read of [accepted, rejected, { kind: 'rejected', reason: 'Success does not hold (status is "no")' }] satisfies Verdict[]) expect(hintsOf([strange, 200], [strange, 200], [strange, 200], [read, 200])).toEqual([])
  })
  it('commands stand there as they are given, for its recipient and its store', () => {
    const hints = createHints(() => true, 'test', commandsOf({ given: [['--store', 'sqlite:a.db']] }))
    for (const verdict of [failed('auth', 'no'), { kind: 'unconfirmed', class: 'unreadable', reason: 'x' } satisfies Verdict]) for (const event of tried('/', 'it is', 1, verdict)) hints.observe({ kind: 'stored', deliveryId: 'd', leadId: 'L1', source: {}, seq: 1, event })
    hints.observe({ kind: 'alert', recipient: 'it is', text: 'its circuit opened', hint: '`finalmile status` shows when it is tried again' })
    expect(hints.all().at(-1)?.text).toBe('`finalmile status --test --store sqlite:a.db` shows when it is tried again')
    expect(hints.all().map((each) => each.text).join('\n')).toMatch(/`finalmile unpause 'it is' --test --store sqlite:a.db`.*`finalmile parse 'it is' FILE --store sqlite:a.db`.*`finalmile review list --test --store sqlite:a.db`/s)
  })
  it('each is told once', () => { expect(hintsOf([broken, 503], [broken, 503])).toHaveLength(1) })
})
