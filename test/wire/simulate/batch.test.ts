import { describe, expect, it } from 'vitest'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import type { MappingNode } from '../../../src/definitions/mapping-node.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { replyOf } from '../../../src/wire/simulate/answers.ts'
import { createMemory } from '../../../src/wire/simulate/memory.ts'
import { createBuyer } from '../../../src/wire/simulate/simulate.ts'
import { buildDefinition, buildParsing, is, mapping, path } from '../build-definition.ts'

const json = buildParsing({ success: is('status', 'ok'), duplicate: is('status', 'dup'), leadId: path('id'), message: path('error') })
const xml = buildParsing({ success: is('//status', 'ok'), duplicate: is('//status', 'dup'), leadId: path('//id'), message: path('//error') })
const byRef = { result: 'ref', lead: 'lead.id' }
const ROWS: readonly (readonly [string, EndpointDefinition['batch'], typeof json])[] = [
  ['JSON, by position, a root array', { format: 'json', results: null, match: null }, json],
  ['JSON, found by ref', { format: 'json', results: path('data.results'), match: byRef }, json],
  ['CSV, found by ref', { format: 'csv', results: path('results'), match: byRef }, json],
  ['XML, by position', { format: 'xml', results: path('//results/result'), match: null }, xml],
  ['XML, found by ref', { format: 'xml', results: path('/reply/results/result'), match: { ...byRef, result: '//ref' } }, xml],
  ['XML, found by an attribute', { format: 'xml', results: null, match: { ...byRef, result: '@ref' } }, { ...json, format: 'xml' }],
  ['XML by dotted paths', { format: 'xml', results: path('results.result'), match: byRef }, { ...json, format: 'xml' }],
  ['XML by its rows', { format: 'xml', results: path('//result'), match: byRef }, json],
]
const leads = [
  { id: 'L1', email: 'ann@example.com', name: 'O"Brien, Ann' }, { id: 'L2', email: 'not-an-address', name: 'Bob' },
  { id: 'L3', email: 'sandbox+reject@example.com', name: 'Cy' }, { id: 'L4', email: 'ann@example.com', name: 'Ann' },
].map((fields) => ({ id: fields.id, fields }))

const fields = mapping({ ref: '{{lead.id}}', name: '{{lead.name}}', email: '{{lead.email}}' })
const inBlock = (node: MappingNode): MappingNode =>
  (node.kind === 'map' ? { ...node, entries: [{ kind: 'block', open: { text: '#if lead.id', place: node.place }, then: node.entries.slice(0, 1), otherwise: [] }, ...node.entries.slice(1)] } : node)

describe.each(ROWS)('a batch: %s', (_, batch, parsing) => {
  it.each([['whose mapping is plain', fields], ['found by a field within {{#if}}', inBlock(fields)]])('is answered with a row for each lead, %s', (_what, mapped) => {
    const { endpoint } = compileEndpoint(buildDefinition({ batch, parsing, mapping: mapped }))
    if (!endpoint) throw new Error('no endpoint')
    const made = endpoint.renderBatch(leads.map((lead) => ({
      lead, source: {}, vars: {}, runId: 'r', deliveryId: 'd', deliveryNumber: 1, attempt: 1, phase: 'post', now: 0, key: 'k', target: 'endpoint',
    })))
    if (!made.ok) throw new Error(made.reason)
    const headers = Object.fromEntries(made.request.headers.map(([name, value]) => [name.toLowerCase(), value]))
    const reply = createBuyer(endpoint.definition, endpoint.read).answer(
      { method: 'POST', url: '/', headers, body: String(made.request.body) }, 'post', { seed: 's', memory: createMemory() })
    const verdicts = endpoint.readBatch(replyOf(reply), leads)
    expect(verdicts.map((each) => each.kind), reply.body).toEqual(['accepted', 'rejected', 'rejected', 'duplicate'])
    expect(verdicts[1]?.reason).toContain('"not-an-address" is not an e-mail address')
    expect(verdicts[0]?.buyerLeadId).toMatch(/^SB/)
  })
})
