import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import { rehearse } from '../../../src/cli/run/rehearse.ts'
import type { Plan } from '../../../src/core/plan.ts'
import type { Policy } from '../../../src/core/policy.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import type { Endpoint } from '../../../src/wire/endpoint.ts'
import { noGuard, policy, sendTo, T0, waterfall } from '../../core/given.ts'
import { buildDefinition, buildPing, is, mapping, path, textOf } from '../../wire/build-definition.ts'

const endpointOf = (id: string, more: Partial<EndpointDefinition> = {}): Endpoint => {
  const { endpoint, diagnostics } = compileEndpoint(buildDefinition({ id, url: textOf(`https://${id}.example/leads`), mapping: mapping({ name: '{{lead.name}}' }), ...more }))
  if (endpoint === null) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  return endpoint
}

/** In a few words: `a post`, `pass b: why`, `wait +3600000`, `end failed`. */
const shown = (plan: Plan, policies: readonly Policy[], endpoints: readonly Endpoint[] = ['a', 'b', 'c'].map((id) => endpointOf(id))): readonly string[] =>
  rehearse(
    { id: 'd1', mode: 'live', to: 't', lead: { id: 'L1', fields: { name: 'Dana', state: 'CA' } }, number: 1, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: '' },
    plan, new Map(policies.map((each) => [each.recipient, each])), new Map(endpoints.map((each) => [each.definition.id, each])), 'r1', T0,
  ).map((step) => {
    switch (step.kind) {
      case 'request': return `${step.send.recipient} ${step.send.phase}${step.rendered.ok ? ` ${String(step.rendered.request.body)}` : `: ${step.rendered.reason}`}`
      case 'batched': return `${step.send.recipient} joins a batch`
      case 'passed': return `pass ${step.recipient ?? step.path}: ${step.reason}`
      case 'waited': return `wait +${step.until - T0}`
      case 'ended': return `end ${step.outcome}`
      default: return step satisfies never
    }
  })

const [a, b, c] = [policy('a'), policy('b'), policy('c')]
const body = '{"name":"Dana"}'

describe('a rehearsal reaches every endpoint once, in order, and ends', () => {
  it.each<[string, Plan, readonly Policy[], readonly string[]]>([
    ['one endpoint, its retries left out', sendTo('a'), [a], [`a post ${body}`, 'end failed']],
    ['a waterfall', waterfall([sendTo('a'), sendTo('b')]), [a, b], [`a post ${body}`, `b post ${body}`, 'end failed']],
    ['a nested waterfall with a pool at the end', waterfall([waterfall([sendTo('a')]), sendTo('b')], sendTo('c')), [a, b, policy('c', { pool: true })], [`a post ${body}`, `b post ${body}`, 'end pooled']],
    ['a recipient that does not want the lead', waterfall([sendTo('a'), sendTo('b')]), [policy('a', { acceptWhen: { condition: is('state', 'NY'), text: 'state = "NY"' } }), b],
      ['pass a: A accepts only leads where state = "NY"', `b post ${body}`, 'end failed']],
    ['all at once', { kind: 'race', pattern: 'P', guard: noGuard, entrants: [sendTo('a'), sendTo('b'), sendTo('c')], accept: 1 }, [a, b, c], [`a post ${body}`, `b post ${body}`, `c post ${body}`, 'end failed']],
    ['shares', { kind: 'share', pattern: 'P', guard: noGuard, weights: [1, 3], entrants: [sendTo('a'), sendTo('b')] }, [a, b], [`b post ${body}`, `a post ${body}`, 'end failed']],
    ['a window that opens later', { ...waterfall([]), steps: [{ plan: sendTo('a'), closesMs: 3_600_000 }, { plan: sendTo('b'), opensMs: 3_600_000 }] } as Plan, [a, b],
      [`a post ${body}`, 'wait +3600000', `b post ${body}`, 'end failed']],
    ['the same endpoint twice', waterfall([sendTo('a'), sendTo('a')]), [a], [`a post ${body}`, 'end failed']],
    ['a batch', sendTo('a'), [policy('a', { batch: { maxLeads: 10, maxWaitMs: 60_000, schedule: null } })], ['a joins a batch', 'end failed']],
  ])('%s', (_name, plan, policies, expected) => expect(shown(plan, policies)).toEqual(expected))

  it('pings all, then posts with the values that the ping will bring shown by their names', () => {
    const ping = buildPing({ bid: path('price'), pingId: path('id') }, { mapping: mapping({ state: '{{lead.state}}' }) })
    const endpoints = ['a', 'b'].map((id) => endpointOf(id, { ping, mapping: mapping({ name: '{{lead.name}}', ref: '{{ping.id}}' }) }))
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 5000, floor: money(100_000) }
    const posted = '{"name":"Dana","ref":"<ping id>"}'
    expect(shown(plan, [a, b], endpoints)).toEqual(['a ping {"state":"CA"}', 'b ping {"state":"CA"}', `a post ${posted}`, `b post ${posted}`, 'end failed'])
  })

  it('what follows a request that cannot be made is left out: the steps behind it, and the post of a ping', () => {
    const noZip = textOf('https://a.example/{{lead.zip}}')
    expect(shown(sendTo('a'), [policy('a', { steps: ['list'] })], [endpointOf('a', { url: noZip })])).toEqual(['a post: the URL needs lead.zip, which this lead does not have', 'end failed'])
    const ping = buildPing({ bid: path('price') }, { mapping: mapping({ state: '{{lead.state}}' }) })
    const plan: Plan = { kind: 'auction', pattern: 'P', guard: noGuard, bidders: [sendTo('a'), sendTo('b')], windowMs: 5000, floor: money(100_000) }
    expect(shown(plan, [a, b], [endpointOf('a', { ping: { ...ping, endpoint: noZip } }), endpointOf('b', { ping })])).toEqual(
      [expect.stringMatching(/^a ping: the URL needs lead.zip/), 'b ping {"state":"CA"}', `b post ${body}`, expect.stringMatching(/^end /)])
  })
})
