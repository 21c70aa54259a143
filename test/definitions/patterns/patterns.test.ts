import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import type { Plan } from '../../../src/core/plan.ts'
import { findRecipient, planFor } from '../../../src/definitions/catalogue.ts'
import { withPatternTests } from '../../../src/definitions/pattern-tests.ts'
import { load, pattern } from '../loading.ts'

const buyer = (name: string, more = ''): string => `Recipient: ${name}\nEndpoint: https://${name.toLowerCase().replaceAll(' ', '-')}.example\n${more}`
const PING = 'Ping: {Fields: state, Response Parsing: {Bid: price}}\n'
const BUYERS = { a: buyer('Buyer A', PING), b: buyer('Buyer B', PING), c: buyer('Buyer C'), pool: 'Recipient: Remediation Pool\nType: pool\n' }
const plan = (text: string, more: Readonly<Record<string, string>> = {}): Plan => pattern({ ...BUYERS, ...more, p: `Recipient: P\n${text}` }).plan
const errors = (text: string, more: Readonly<Record<string, string>> = {}): readonly string[] => load({ ...BUYERS, ...more, p: `Recipient: P\n${text}` }).said.filter((each) => each.includes(' error '))

const send = (recipient: string, dollars?: number) => ({ kind: 'send', recipient, price: dollars === undefined ? null : money(dollars * 10_000) })
const noGuard = { acceptWhen: null, minimumPrice: null, minimumMargin: null, cost: null }
const REFUSALS = ['rejected', 'duplicate', 'skipped', 'failed']
const HOUR = 3_600_000

describe('the seven patterns', () => {
  it('Waterfall', () => {
    expect(plan('Pattern: Waterfall\nTry:\n  - Buyer A ($50)\n  - buyer b ($40.50)\n  - {Recipient: Buyer C, Price: $30}\nFinally: Remediation Pool')).toEqual({
      kind: 'sequence', pattern: 'P', guard: noGuard, moveOn: REFUSALS, steps: [{ plan: send('a', 50) }, { plan: send('b', 40.5) }, { plan: send('c', 30) }], finally: send('pool'),
    })
    expect(plan('Pattern: Waterfall\nTry: Buyer A ($1,050), c')).toMatchObject({ steps: [{ plan: send('a', 1_050) }, { plan: send('c') }], finally: null })
  })
  it('Fallback goes on at errors, and where nobody could be asked, but not at an answer', () => expect(plan('Pattern: Fallback\nTry: [a, b]')).toMatchObject({ kind: 'sequence', moveOn: ['skipped', 'failed'], steps: [{ plan: send('a') }, { plan: send('b') }] }))
  it('Exclusive Window', () => expect(plan('Pattern: Exclusive Window\nWindows:\n  Hour 0-24: Buyer A ($75)\n  Hour 24-48: [Buyer B ($45), Buyer C ($45)]\n  Hour 48+: Buyer C ($15)')).toEqual({
    kind: 'sequence', pattern: 'P', guard: noGuard, moveOn: REFUSALS, finally: null, steps: [
      { plan: send('a', 75), opensMs: 0, closesMs: 24 * HOUR },
      { plan: { kind: 'sequence', pattern: 'P', guard: noGuard, moveOn: REFUSALS, finally: null, steps: [{ plan: send('b', 45) }, { plan: send('c', 45) }] }, opensMs: 24 * HOUR, closesMs: 48 * HOUR },
      { plan: send('c', 15), opensMs: 48 * HOUR },
    ],
  }))
  it.each([['first responder', 1], ['all', Infinity], ['up to 3', 3]])('Simultaneous, %s', (accept, count) => expect(plan(`Pattern: Simultaneous\nSend To: [a, b]\nAccept: ${accept}`)).toEqual({ kind: 'race', pattern: 'P', guard: noGuard, entrants: [send('a'), send('b')], accept: count }))
  it.each<[string, string]>([
    ['Pattern: Simultaneous\nSend To: [a, b]\nAccept: any', 'p.yaml:4:9 error bad-value: got "any", expected who may take the lead'],
    ['Pattern: Simultaneous\nSend To: [a, b]\nAccept: up to 0', 'p.yaml:4:9 error bad-value: got "up to 0"'],
    ['Pattern: Simultaneous\nSend To: [a, b]\nAccept: highest bid', 'p.yaml:4:9 error bad-value: highest bid is for Ping/Post'],
    ['Pattern: Ping/Post\nBuyers: [a, b]\nAccept: all', 'p.yaml:4:9 error bad-value: Ping/Post sends to the highest bid'],
    ['Pattern: Single\nTry: [a, b]', 'p.yaml:3:10 error bad-value: a Single pattern has one recipient'],
    ['Pattern: Waterfall\nTry: [a (60%), b]', 'p.yaml:3:7 error unused-share: a share (60%) means nothing to Pattern: Waterfall'],
  ])('%s is refused', (text, told) => expect(errors(text).filter((each) => each.startsWith('p.yaml')).join('\n')).toContain(told))
  it('Simultaneous takes the first where nothing else is said', () => expect(plan('Pattern: Simultaneous\nSend To: [a]')).toMatchObject({ accept: 1 }))
  it('Ping/Post', () => {
    expect(plan('Pattern: Ping/Post\nBuyers: [a, b]\nPing Timeout: 2 seconds\nMinimum Bid: $18.00\nAccept: highest bid')).toEqual({ kind: 'auction', pattern: 'P', guard: noGuard, bidders: [send('a'), send('b')], windowMs: 2_000, floor: money(180_000) })
    expect(plan('Pattern: ping post\nBuyers: [a]')).toMatchObject({ windowMs: 3_000, floor: null })
  })
  it('Round Robin', () => expect(plan('Pattern: Round Robin\nTry: [a, b, c]')).toEqual({ kind: 'share', pattern: 'P', guard: noGuard, weights: [1, 1, 1], entrants: [send('a'), send('b'), send('c')] }))
  it('Weighted, in the smallest whole numbers', () => {
    expect(plan('Pattern: Weighted\nTry:\n  - Buyer A (60%)\n  - Buyer B (30%, $20)\n  - {Recipient: Buyer C, Weight: 10%}')).toMatchObject({ kind: 'share', weights: [6, 3, 1], entrants: [send('a'), send('b', 20), send('c')] })
    expect(plan('Pattern: Weighted\nTry:\n  - Buyer A ($50) (60%)\n  - b (40%) ($20.50)')).toMatchObject({ weights: [3, 2], entrants: [send('a', 50), send('b', 20.5)] })
    expect(plan('Pattern: Weighted\nTry: [a (33.5%), b (66.5%)]')).toMatchObject({ weights: [67, 133] })
  })
  it.each(['Acme ($25) (TX)', 'Acme ($25) (Tier 2)'])('%s is a name with a price in it', (name) => {
    const acme = { acme: `Recipient: ${name}\nEndpoint: https://acme.example\n` }
    expect(plan(`Pattern: Waterfall\nTry: [b, "${name} ($30)"]\nFinally: ${name}`, acme)).toMatchObject({ steps: [{ plan: send('b') }, { plan: send('acme', 30) }], finally: send('acme') })
  })
  it.each(['[Buyer A: $50, b: $40, c]', '\n  - Buyer A: $50\n  - b: $40\n  - c'])('a price behind a colon is that of the buyer before it: %s', (tried) => {
    expect(plan(`Pattern: Waterfall\nTry: ${tried}\nFallback: Remediation Pool`)).toMatchObject({ steps: [{ plan: send('a', 50) }, { plan: send('b', 40) }, { plan: send('c') }], finally: send('pool') })
  })
  it('and so is a share, and a block of them', () => {
    expect(plan('Pattern: Weighted\nTry:\n  Buyer A ($50): 60%\n  b: 40%')).toMatchObject({ weights: [3, 2], entrants: [send('a', 50), send('b')] })
  })
  it('windows are read with the hours in front too, and Accept takes a number alone', () => {
    expect(plan('Pattern: Exclusive Window\nWindows:\n  First 24 hours: Buyer A\n  24-48 hours: b\n  After 48 hours: c')).toMatchObject({ steps: [{ plan: send('a'), closesMs: 24 * HOUR }, { plan: send('b'), opensMs: 24 * HOUR, closesMs: 48 * HOUR }, { plan: send('c'), opensMs: 48 * HOUR }] })
    expect(plan('Pattern: Simultaneous\nSend To: a, b\nAccept: 2')).toMatchObject({ accept: 2 })
  })
  it('windows that leave a time to nobody are told: Day 1-2 is the second day', () => {
    const gaps = (windows: string) => load({ ...BUYERS, p: `Pattern: Exclusive Window\nWindows:\n${windows}` }).said.filter((each) => each.includes('window-gap')).length
    expect([gaps('  Day 1-2: a\n  Day 3-7: b\n'), gaps('  Day 0-1: a\n  Day 1-7: b\n'), gaps('  Hour 0-24: a\n  Hour 25+: b\n')]).toEqual([2, 0, 1])
  })
  it('Type with the name of a pattern is told to be Pattern', () => expect(errors('Type: Round Robin\nTry: [a, b]').join()).toContain('write Pattern: Waterfall, or another'))
  it.each(['Buyer A ($50) ($40)', 'Buyer A ($50, $40)', 'Buyer A (60%) (50%)', 'Buyer A (60%, 50%)'])('%s says two things: it is refused', (written) => {
    expect(load({ ...BUYERS, p: `Recipient: P\nPattern: Weighted\nTry:\n  - ${written}\n` }).said.join()).toContain('bad-reference')
  })
  it('Single names one, and is it', () => {
    expect(plan('Pattern: Single\nTry: Buyer A ($50)')).toEqual(send('a', 50))
    expect(load({ ...BUYERS, mine: 'Pattern: Single\nRecipient: Buyer A ($50)\n' }).catalogue.recipients.get('mine')).toMatchObject({ name: 'Mine', plan: send('a', 50) })
    expect(plan('Pattern: Single\nSend To: Buyer A\nAccept When: lead.age > 17')).toMatchObject({ kind: 'sequence', moveOn: [], steps: [{ plan: send('a') }], guard: { acceptWhen: { text: 'lead.age > 17' } } })
    const { catalogue } = load({ ...BUYERS, 'my-buyer': 'Pattern: Single\nRecipient: Buyer A\n' })
    expect(catalogue.recipients.get('my-buyer')).toMatchObject({ name: 'My Buyer', plan: send('a') })
  })
})

describe('guards', () => {
  it('are read by every pattern, in its own currency', () => {
    for (const kind of ['Pattern: Waterfall\nTry: [a]', 'Pattern: Simultaneous\nSend To: [a]', 'Pattern: Ping/Post\nBuyers: [a]', 'Pattern: Round Robin\nTry: [a]']) {
      expect(plan(`${kind}\nMinimum Price: 25\nMinimum Margin: $5\nCost: 15 GBP\nCurrency: EUR\nAccept When: lead.score > 50`)).toMatchObject({
        guard: { minimumPrice: money(250_000, 'EUR'), minimumMargin: money(50_000), cost: money(150_000, 'GBP'), acceptWhen: { text: 'lead.score > 50', condition: { op: '>' } } },
      })
    }
  })
  it('Test Settings count for its recipients that have none of their own, those of an inner pattern before those of an outer, and not where the leads go to another', () => {
    const { catalogue } = load({
      a: buyer('Buyer A'), b: buyer('Buyer B', 'Test Settings: {Accept Rate: 90%}\n'), c: buyer('Buyer C'), d: buyer('Buyer D'), mail: 'Recipient: Mail\nType: email\nEndpoint: smtp://m.example\nFrom: a@b.example\nTo: c@d.example\n',
      outer: 'Recipient: Outer\nPattern: Waterfall\nTry: [a, b, Inner]\nFinally: Mail\nTest Settings: {Accept Rate: 0%, Endpoint: https://sandbox.example}\n', inner: 'Recipient: Inner\nPattern: Round Robin\nTry: [c]\nTest Settings: {Latency: 5ms}\n',
    })
    const testsOf = (to: string | null) => (id: string): unknown => {
      const found = withPatternTests(catalogue.recipients, to === null ? null : (catalogue.recipients.get(to) ?? null)).get(id)
      return found?.kind === 'endpoint' ? found.definition.test : undefined
    }
    for (const to of [null, 'outer']) expect(['a', 'b', 'c', 'd', 'mail'].map(testsOf(to))).toMatchObject([
      { acceptRate: 0, endpoint: { text: 'https://sandbox.example' } }, { acceptRate: 0.9, endpoint: null }, { acceptRate: null, latencyMs: 5 }, null, { acceptRate: 0, endpoint: null },
    ])
    expect(['a', 'c'].map(testsOf('inner'))).toMatchObject([null, { acceptRate: null, latencyMs: 5 }])
    expect(['a', 'c'].map(testsOf('a'))).toEqual([null, null])
  })
  it('Test Settings and About are kept', () => expect(pattern({ ...BUYERS, p: 'Recipient: P\nPattern: Waterfall\nTry: [a]\nContact: Ann\nTest Settings: {Accept Rate: 40%}' })).toMatchObject({ about: { contact: 'Ann' }, test: { acceptRate: 0.4 } }))
})

describe('nesting', () => {
  it('a pattern stands in the place of its name, and a price behind it is that of those without one', () => {
    const inner = { inner: 'Recipient: Inner\nPattern: Round Robin\nTry: [a ($9), b]\n' }
    expect(plan('Pattern: Waterfall\nTry: [Inner ($45), c]', inner)).toMatchObject({ steps: [{ plan: { kind: 'share', pattern: 'Inner', entrants: [send('a', 9), send('b', 45)] } }, { plan: send('c') }] })
  })
  it('circles are errors with a place, and leave out only those in them', () => {
    const { catalogue, said } = load({ ...BUYERS, p: 'Recipient: P\nPattern: Waterfall\nTry: [Q]', q: 'Recipient: Q\nPattern: Waterfall\nTry: [a, P]', self: 'Recipient: Self\nPattern: Waterfall\nTry: [Self]' })
    expect([...catalogue.recipients.keys()]).toEqual(['a', 'b', 'c', 'pool'])
    expect(said.filter((each) => each.includes('cycle')).map((each) => each.split(' error ')[0])).toEqual(['q.yaml:3:10', 'self.yaml:3:7'])
  })
  it('a price behind a name is in the currency of the buyer, but where the pattern or the price names one', () => {
    const abroad = { ...BUYERS, ca: buyer('Maple', 'Currency: CAD\n'), eu: buyer('Rhine', 'Price: €12\n') }
    const prices = (text: string) => (plan(`${text}Pattern: Waterfall\nTry: [Maple ($50), Rhine (50), "Rhine ($50)", Maple (US$50)]`, abroad) as Extract<Plan, { kind: 'sequence' }>).steps.map((each) => (each.plan.kind === 'send' ? each.plan.price?.currency : null))
    expect(prices('')).toEqual(['CAD', 'EUR', 'USD', 'USD'])
    expect(prices('Currency: USD\n')).toEqual(['USD', 'USD', 'USD', 'USD'])
    expect(plan('Pattern: Waterfall\nTry: [Inner (50)]', { ...abroad, inner: 'Recipient: Inner\nPattern: Waterfall\nTry: [Maple, Buyer C]\n' })).toMatchObject({ steps: [{ plan: { steps: [{ plan: { price: { currency: 'CAD' } } }, { plan: { price: { currency: 'USD' } } }] } }] })
  })
  it('what a pattern asks for is in the currency of its recipients where none is written, or a minimum would keep back none of them; a pool pays nothing', () => {
    const abroad = { ...BUYERS, ca: buyer('Maple', 'Currency: CAD\n') }
    const asked = 'Pattern: Waterfall\nMinimum Price: $40\nMinimum Margin: 10\nCost: 5\nFinally: Pool\n'
    const guard = (text: string) => { const read = plan(asked + text, abroad); return read.kind === 'send' ? null : Object.values(read.guard).flatMap((each) => (each !== null && 'currency' in each ? each.currency : [])) }
    expect(guard('Try: [Maple ($30)]')).toEqual(['CAD', 'CAD', 'CAD'])
    expect(guard('Try: [Maple ($30), Buyer A]')).toEqual(['USD', 'USD', 'USD'])
    expect(guard('Currency: USD\nTry: [Maple ($30)]')).toEqual(['USD', 'USD', 'USD'])
    const told = (tried: string) => load({ ...abroad, p: `Recipient: P\n${asked}Try: [${tried}]` }).said.join('\n')
    expect(told('Maple ($30), Buyer A')).toContain('warning other-currency: the recipients of P pay in CAD and USD: its Minimum Price keeps back only those in one of them')
    expect(told('Maple ($30)')).not.toContain('other-currency')
    expect(load({ ...abroad, p: 'Recipient: P\nPattern: Waterfall\nTry: [Maple ($30), Buyer A]' }).said.join()).not.toContain('other-currency')
  })
  it('a price without a currency is compared with whatever Minimum Price is in, one in another is told', () => {
    const told = (prices: string): string => load({ ...BUYERS, p: `Recipient: P\nPattern: Waterfall\nMinimum Price: €20\nTry: [${prices}]` }).said.join('\n')
    expect(told('Buyer A (50), Buyer B (40)')).not.toContain('other-currency')
    expect(told('Buyer A ($50), Buyer B (40)').match(/other-currency/g)).toHaveLength(1)
  })
  it('a cap in money of a buyer that bids needs no price in its file; one that tells its price with the answer does', () => {
    const capped = (more: string): string => load({ x: buyer('X', `Caps: $500 per day\nResponse Parsing: {Price: price}\n${more}`) }).said.join('\n')
    expect(capped('')).toContain('cap-without-price')
    expect(capped(PING)).not.toContain('cap-without-price')
  })
  it('a list that is numbered says how lists are written', () => {
    expect(errors('Pattern: Waterfall\nTry:\n  1. a\n  2. b').join()).toContain('there is no recipient "1. a 2. b" -> a list is written with dashes, each on its own line: - Buyer A')
  })
  it('a bidder is an endpoint with a Ping', () => {
    expect(errors('Pattern: Ping/Post\nBuyers: [c]').join()).toContain('c has no Ping')
    expect(plan('Pattern: Ping/Post\nBuyers: [One]', { one: 'Recipient: One\nPattern: Single\nTry: a\n' })).toMatchObject({ bidders: [send('a')] })
  })
  it('a broken recipient is said once, and what else there is loads', () => {
    const { catalogue, said } = load({ ...BUYERS, bad: buyer('Bad', 'Timeout: 5\n'), p: 'Recipient: P\nPattern: Waterfall\nTry: [Bad, a, bad]', fine: 'Recipient: Fine\nPattern: Waterfall\nTry: [a]' })
    expect(said.filter((each) => each.startsWith('p.yaml'))).toEqual(['p.yaml:3:7 error broken-recipient: Bad has mistakes in its own file -> mend bad.yaml'])
    expect([...catalogue.recipients.keys()]).toContain('fine')
    expect(catalogue.recipients.has('p')).toBe(false)
  })
  it('names are found by id or display name, whatever their case, and a file that cannot be read is still known by its name', () => {
    const { said } = load({ ...BUYERS, broken: 'Recipient: Broken One\nSettings: {a: [\n', p: 'Recipient: P\nPattern: Waterfall\nTry: [BUYER A, B, broken one]' })
    expect(said.filter((each) => each.startsWith('p.yaml'))).toEqual(['p.yaml:3:19 error broken-recipient: Broken One has mistakes in its own file -> mend broken.yaml'])
  })
})

describe('names', () => {
  const { catalogue } = load(BUYERS)
  it.each(['a', 'A', ' a ', 'Buyer A', 'buyer a', ' BUYER A '])('"%s" is found', (name) => expect(findRecipient(catalogue, name)).toMatchObject({ id: 'a' }))
  it('a mistyped name has a suggestion, a strange one none', () => {
    expect(findRecipient(catalogue, 'remediation-pol')).toEqual({ suggestion: 'Remediation Pool' })
    expect(findRecipient(catalogue, 'zebra')).toEqual({ suggestion: null })
  })
  it('an endpoint alone is a plan', () => {
    const found = findRecipient(catalogue, 'a')
    expect('kind' in found ? planFor(found) : null).toEqual(send('a'))
  })
  it('two files with one name are an error, two folders with one id too, and neither of the two is sent to', () => {
    const errors = (files: Readonly<Record<string, string>>) => { const { said, catalogue: { recipients } } = load(files); return [said.filter((each) => each.includes(' error ')), [...recipients.keys()]] }
    const why = (name: string, file: string) => `1:1 error same-name: two recipients are named "${name}": the other is in ${file} -> change the name of one of them`
    const pattern = 'Recipient: P\nPattern: Waterfall\nTry: [Same]'
    expect(errors({ p: pattern, x: buyer('Same'), y: buyer('same'), z: buyer('Z') })).toEqual([['p.yaml:3:7 error broken-recipient: Same has mistakes in its own file -> mend x.yaml', `x.yaml:${why('Same', 'y.yaml')}`, `y.yaml:${why('same', 'x.yaml')}`], ['z']])
    const [said, sound] = errors({ 'one/x': buyer('X'), 'two/x': buyer('Y') })
    expect(said).toEqual(['one/x.yaml', 'two/x.yaml'].map((each) => expect.stringMatching(`^${each}.* error same-id: two files have the id "x"`) as unknown))
    expect(sound).toEqual([])
  })
})

describe('prices nobody names', () => {
  it('are a warning, unless a pattern, a bid or the file names one', () => {
    const warned = (files: Readonly<Record<string, string>>) => load(files).said.filter((each) => each.includes('no-price')).map((each) => each.split(':')[0])
    expect(warned({ a: buyer('A') })).toEqual(['a.yaml'])
    expect(warned({ a: buyer('A', 'Price: $0\n') })).toEqual([])
    expect(warned({ a: buyer('A', 'Type: webhook.post\n') })).toEqual([])
    expect(warned({ a: buyer('A'), p: 'Recipient: P\nPattern: Waterfall\nTry: [A ($5)]' })).toEqual([])
    expect(warned({ a: buyer('A', PING), p: 'Recipient: P\nPattern: Ping/Post\nBuyers: [A]' })).toEqual([])
  })
})
