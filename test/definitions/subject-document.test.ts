import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { money } from '../../src/base/money.ts'
import type { MappingEntry, MappingNode } from '../../src/definitions/mapping-node.ts'
import { BASE, endpoint, load } from './loading.ts'
import { indented, readSnippets } from './snippets.ts'

/** Blocks that are no recipient, nor a part of one, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'Delivery Economics': 'a calculation, not a configuration',
  'Single Buyer Delivery': 'an arrow diagram',
  'Exclusive Window': 'an arrow diagram; the pattern is tested with its rows below',
  'Simultaneous Post': 'a drawing of a tree',
  Waterfall: 'an arrow diagram',
  'Ping Phase': 'steps in prose, with an example of bids',
  'Post Phase': 'steps in prose, with an example of an answer',
  'Primary → Secondary': 'steps in prose: the same key twice is no YAML',
  'Format Degradation': 'steps in prose: the same key twice is no YAML',
  'Load Testing': 'the plan of a load test, which is given to `loadtest` on the command line',
}

const snippets = readSnippets()
const shown = (title: string): string => {
  const found = snippets.filter((each) => each.title === title)
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} snippets named ${title}`)
  return found[0].text
}

const used = new Set<string>()
const snippet = (title: string): string => { used.add(title); return shown(title) }

/** A mapping as plain data: templates as text, blocks under their opening. */
const plain = (node: MappingNode | null): unknown => {
  switch (node?.kind) {
    case undefined: return null
    case 'template': return node.text
    case 'constant': return node.value
    case 'list': return node.items.map(plain)
    case 'map': return entriesOf(node.entries)
    default: return node satisfies never
  }
}
const entriesOf = (entries: readonly MappingEntry[]): unknown =>
  Object.fromEntries(entries.map((each) => (each.kind === 'entry' ? [each.key, plain(each.value)] : [each.open.text, [entriesOf(each.then), entriesOf(each.otherwise)]])))

const mapping = (title: string): unknown => plain(endpoint(`${BASE}Field Mapping:\n${indented(snippet(title))}`).definition.mapping)

describe('whole recipients of the subject document', () => {
  it('Direct Buyer Integration', () => {
    const { catalogue, said } = load({ abc: snippet('Direct Buyer Integration') }, { ABC_INSURANCE_BUYERS_TOKEN: 'sesame-1' })
    expect(said).toEqual([])
    const abc = catalogue.recipients.get('abc')
    if (abc?.kind !== 'endpoint') throw new Error('no endpoint')
    const { definition, name } = abc
    expect(name).toBe('ABC Insurance Buyers')
    expect(definition).toMatchObject({ type: 'custom', url: { text: 'https://api.abcinsurance.com/leads' }, method: 'POST', format: 'json', auth: { kind: 'bearer', token: { text: 'sesame-1' } } })
    expect(plain(definition.mapping)).toEqual({ firstName: '{{lead.first_name}}', lastName: '{{lead.last_name}}', phoneNumber: '{{format lead.phone_1 "##########"}}', stateCode: '{{lead.state}}' })
    expect(definition.parsing).toMatchObject({
      success: { kind: 'compare', path: { kind: 'path', text: 'status' }, op: '=', value: 'accepted' }, leadId: { kind: 'path', text: 'response.leadId' }, price: { kind: 'path', text: 'response.price' },
    })
    expect([...catalogue.secrets]).toEqual(['sesame-1'])
  })

  it('Direct Buyer Integration without its token', () => {
    expect(load({ abc: snippet('Direct Buyer Integration') }).said).toEqual([
      'abc.yaml:7:9 error missing-variable: `Bearer token` means the variable ABC_INSURANCE_BUYERS_TOKEN, which is not set -> export ABC_INSURANCE_BUYERS_TOKEN=… or add it to .env; another name is written as Bearer ${NAME}',
    ])
  })

  it('Salesforce Integration', () => {
    const { definition } = endpoint(snippet('Salesforce Integration'))
    expect(definition).toMatchObject({ type: 'salesforce.create_lead', url: { text: 'https://na152.salesforce.com' }, settings: { object: 'Lead', headers: [['Sforce-Auto-Assign', 'TRUE'], ['Sforce-Duplicate-Rule-Header', 'allowSave=false']] } })
    expect(plain(definition.mapping)).toMatchObject({ LeadSource: '{{source.name}}', Lead_Score__c: '{{lead.score}}' })
  })

  it('Dialer Integration', () => {
    const { definition, policy } = endpoint(snippet('Dialer Integration'))
    expect(definition).toMatchObject({ type: 'webhook.post', url: { text: 'https://api.five9.com/campaigns/{{campaign_id}}/leads' } })
    expect(policy.maxAttempts).toBe(3)
    expect(plain(definition.mapping)).toMatchObject({ priority: '{{#if lead.score > 80}}1{{else}}2{{/if}}' })
    expect(policy.window).toEqual({ spans: [{ fromMinute: 540, toMinute: 1200 }], days: [1, 2, 3, 4, 5, 6, 7] })
    expect(policy.zone).toEqual({ kind: 'field', path: 'timezone' })
    expect(policy.retry.server_error?.retries).toBe(3)
  })

  it('Marketing Platform', () => {
    const { definition } = endpoint(snippet('Marketing Platform'))
    expect(definition).toMatchObject({ type: 'hubspot.create_or_update_contact', settings: { list: { text: 'New Leads - {{lead.product_interest}}' }, workflow: { text: 'Welcome Series - {{lead.state}}' } } })
  })

  it('Configuration of a single buyer', () => {
    const { policy, definition } = endpoint(`${snippet('Configuration')}Endpoint: https://a.example\n`)
    expect(definition.name).toBe('Primary Buyer')
    expect(policy.timeoutMs).toBe(10_000)
    expect(policy.retry.network).toMatchObject({ retries: 3, backoff: { kind: 'exponential', firstMs: 1_000 } })
    expect(policy.batch).toBeNull()
  })

  it('Documentation', () => {
    const { definition, policy } = endpoint(`Recipient: ABC\n${snippet('Documentation')}`, { ABC_TOKEN: 'sesame-2' })
    expect(definition).toMatchObject({ format: 'json', url: { text: 'https://api.abc.com/leads' }, auth: { kind: 'bearer', token: { text: 'sesame-2' } }, about: { buyer: 'ABC Insurance', contact: 'John Doe', requirements: [] } })
    expect(policy.requirements.map((each) => [each.reason, each.check.kind])).toEqual([['Phone must be mobile', 'mobile-phone'], ['Include TrustedForm', 'trusted-form'], ['Business hours only', 'business-hours']])
  })
})

describe('mappings of the subject document', () => {
  it('Simple Mapping', () => expect(mapping('Simple Mapping')).toEqual({ their_field: '{{our_field}}', contactEmail: '{{lead.email}}', primaryPhone: '{{lead.phone_1}}' }))

  it('Transformed Mapping', () => expect(mapping('Transformed Mapping')).toEqual({
    phoneFormatted: '{{format lead.phone_1 "(###) ###-####"}}', fullName: '{{lead.first_name}} {{lead.last_name}}',
    stateFullName: '{{#compare lead.state "==" "CA"}}California{{/compare}}', submittedDate: '{{format lead.timestamp "YYYY-MM-DD"}}',
  }))

  it('Conditional Mapping', () => expect(mapping('Conditional Mapping')).toEqual({
    '#if lead.phone_2': [{ secondaryPhone: '{{lead.phone_2}}' }, {}], '#if lead.score > 70': [{ priority: 'HIGH' }, { priority: 'NORMAL' }],
  }))

  it('Nested Object Mapping', () => expect(mapping('Nested Object Mapping')).toEqual({
    applicant: {
      name: { first: '{{lead.first_name}}', last: '{{lead.last_name}}' },
      contact: { email: '{{lead.email}}', phone: { primary: '{{lead.phone_1}}', '#if lead.phone_2': [{ secondary: '{{lead.phone_2}}' }, {}] } },
      address: { street: '{{lead.address_1}}', city: '{{lead.city}}', state: '{{lead.state}}', zip: '{{lead.postal_code}}' },
    },
  }))
})

describe('parts of a recipient in the subject document', () => {
  const headers = (title: string, env: Record<string, string> = {}) => endpoint(`${BASE}${snippet(title)}`, env).definition.headers.map(({ name, value }) => [name, value.text])

  it('API Key', () => expect(headers('API Key', { BUYER_API_KEY: 'k-1' })).toEqual([['X-API-Key', 'k-1'], ['Content-Type', 'application/json']]))
  it('Bearer Token', () => expect(headers('Bearer Token', { BUYER_TOKEN: 't-1' })).toEqual([['Authorization', 'Bearer t-1'], ['Accept', 'application/json']]))
  it('Custom Headers', () => expect(headers('Custom Headers')).toEqual([['X-Partner-ID', 'LC-12345'], ['X-Campaign-ID', '{{source.campaign_id}}'], ['X-Request-ID', '{{lead.id}}'], ['X-Timestamp', '{{now}}']]))
  it('Basic Auth', () => expect(endpoint(`${BASE}${snippet('Basic Auth')}`, { BUYER_USERNAME: 'ann', BUYER_PASSWORD: 'secret' }).definition.auth).toMatchObject({ kind: 'basic', username: { text: 'ann' }, password: { text: 'secret' } }))

  it('JSON Response', () => {
    const { parsing, samples } = endpoint(`${BASE}${snippet('JSON Response')}`).definition
    expect(parsing).toMatchObject({ success: { op: '=', value: 'success' }, leadId: { text: 'leadId' }, price: { text: 'price' }, message: { text: 'message' } })
    expect(JSON.parse(samples[0]?.text ?? '')).toEqual({ status: 'success', leadId: 'ABC123', price: 45, message: 'Lead accepted' })
  })

  it('XML Response', () => {
    const { parsing, samples } = endpoint(`${BASE}${snippet('XML Response')}`).definition
    expect(parsing).toMatchObject({ success: { path: { text: '//result' }, value: 'accepted' }, leadId: { text: '//id' }, price: { text: '//amount' } })
    expect(samples[0]?.text).toMatch(/^<response>[\s\S]*<amount>45.00<\/amount>\s*<\/response>$/)
  })

  it('Custom Logic', () => {
    const rows = endpoint(`${BASE}${snippet('Custom Logic')}`).definition.responseCodes
    expect(rows.map(({ status, when, means, retry, pause }) => [status?.from, when?.kind === 'compare' ? when.value : null, means, retry, pause])).toEqual([
      [200, 'OK', 'success', null, false], [200, 'DUP', 'duplicate', null, false], [400, null, 'invalid-data', null, false],
      [401, null, 'auth', null, true], [429, null, 'rate-limited', true, false], [500, null, 'server-error', true, false],
    ])
  })

  it('Batch Delivery', () => {
    const { definition, policy } = endpoint(`${BASE}Batch:\n${indented(snippet('Batch Delivery'))}`)
    expect(policy.batch).toEqual({ maxLeads: 100, maxWaitMs: 300_000, schedule: null })
    expect(definition.batch).toEqual({ format: 'csv', results: null, match: null })
  })

  it('Retry Strategy', () => {
    const { policy, definition } = endpoint(`${BASE}Retry Strategy:\n${indented(snippet('Retry Strategy'))}`)
    expect(policy.retry).toMatchObject({
      timeout: { retries: 3, backoff: { kind: 'steps', ms: [1_000, 2_000, 4_000] }, growTimeout: true },
      rate_limited: { retries: 10, maxWaitMs: 300_000 },
      server_error: { retries: 3, backoff: { kind: 'exponential', firstMs: 1_000 }, alertIfAllFail: true },
    })
    expect(definition.retryOn).toEqual([])
  })

  it('Circuit Breakers', () => {
    const printed = snippet('Circuit Breakers').replace('100 attempts', '40 attempts').replace('5 minutes', '2 minutes')
    const steps = printed.split('\n').slice(1).join('\n')
    const circuit = { errorRate: 0.5, over: 40, waitMs: 120_000, maxWaitMs: 3_600_000 }
    expect(endpoint(`${BASE}${printed}`).policy.circuit).toEqual(circuit)
    expect(endpoint(`${BASE}Circuit Breaker:\n${indented(printed)}`).policy.circuit).toEqual(circuit)
    expect(endpoint(`${BASE}Circuit Breaker:\n  Over: 40 attempts\n${steps}`).policy.circuit).toEqual(circuit)
  })

  it('Connection Pooling', () => expect(endpoint(`${BASE}Settings:\n${indented(snippet('Connection Pooling'))}`).definition.transport).toMatchObject({ keepAliveMs: 300_000, connections: 10 }))
  it('Compression', () => expect(endpoint(`${BASE}${snippet('Compression')}`).definition).toMatchObject({ compression: 'gzip', headers: [{ name: 'Accept-Encoding', value: { text: 'gzip' } }] }))

  it('Regional Endpoints', () => {
    const regional = [
      { when: { kind: 'compare', path: { kind: 'path', text: 'buyer_region' }, op: '=', value: 'west' }, use: { text: 'https://west.api.buyer.com' } },
      { when: null, use: { text: 'https://east.api.buyer.com' } },
    ]
    expect(endpoint(`Recipient: R\n${snippet('Regional Endpoints')}`).definition.endpoints).toMatchObject(regional)
    expect(endpoint(`Recipient: R\nSettings:\n  Endpoints:\n${indented(indented(snippet('Regional Endpoints')))}`).definition.endpoints).toMatchObject(regional)
  })

  it('Idempotency', () => {
    const { idempotency, headers: written } = endpoint(`${BASE}${snippet('Idempotency')}`).definition
    expect(idempotency).toMatchObject({ header: 'X-Idempotency-Key', key: { text: '{{lead.id}}-{{delivery_attempt}}' } })
    expect(written).toHaveLength(1)
  })

  it('Acknowledgment', () => expect(endpoint(`${BASE}${snippet('Acknowledgment')}`).definition.about.notes).toContain('Buyer lead ID captured'))

  it('Monitoring', () => expect(endpoint(`${BASE}${snippet('Monitoring')}`).definition.alertWhen).toMatchObject([
    { metric: 'success rate', op: '<', value: 0.9 }, { metric: 'response time', op: '>', value: 2_000 }, { metric: 'error rate', op: '>', value: 0.2 },
  ]))

  it('Idempotency, Acknowledgment and Monitoring in one file', () => {
    const { about } = endpoint(`${BASE}Notes: ours\n${['Idempotency', 'Acknowledgment', 'Monitoring'].map(snippet).join('')}`).definition
    for (const words of ['ours', 'Duplicate delivery on retry', 'Buyer lead ID captured', 'Average response time']) expect(about.notes).toContain(words)
  })

  it('Test Mode', () => expect(endpoint(`${BASE}${snippet('Test Mode')}`).definition.test).toMatchObject({ endpoint: { text: 'https://sandbox.buyer.com/leads' }, responses: 'simulated', acceptRate: null }))
})

describe('the patterns that the document draws', () => {
  const buyer = (name: string): string => `Recipient: ${name}\nEndpoint: https://b.example\n`

  it('Exclusive Window, with the rows as printed', () => {
    const rows = shown('Exclusive Window').split('\n').filter((line) => line.startsWith('Hour')).join('\n')
    const { catalogue, said } = load({ p: `Recipient: P\nPattern: Exclusive Window\n${rows}\n`, e: buyer('Exclusive Buyer'), m: buyer('Premium Buyers'), b: buyer('Bulk Buyers') })
    expect(said.filter((each) => each.includes(' error '))).toEqual([])
    const hour = 3_600_000
    expect(catalogue.recipients.get('p')).toMatchObject({ plan: { kind: 'sequence', steps: [
      { plan: { recipient: 'e', price: money(750_000) }, opensMs: 0, closesMs: 24 * hour }, { plan: { recipient: 'm', price: money(450_000) }, opensMs: 24 * hour, closesMs: 48 * hour },
      { plan: { recipient: 'b', price: money(150_000) }, opensMs: 48 * hour },
    ] } })
  })
})

describe('the document', () => {
  it('is the one in this folder, and each of its blocks is either loaded above or left out for a reason', () => {
    expect(readFileSync(join(import.meta.dirname, 'fixtures/recipient-steps.md'), 'utf8')).toContain('# Recipient Steps')
    expect(snippets).toHaveLength(37)
    expect(snippets.map((each) => each.title).filter((title) => !used.has(title)).toSorted()).toEqual(Object.keys(LEFT_OUT).toSorted())
  })

  it.each(Object.keys(LEFT_OUT))('%s is left out, and a file that holds it is no surprise but an error with a place', (title) => {
    const { catalogue, diagnostics } = load({ r: `Recipient: R\n${shown(title)}` })
    expect(catalogue.recipients.size).toBe(0)
    expect(diagnostics.some((each) => each.severity === 'error' && each.line > 0)).toBe(true)
  })
})
