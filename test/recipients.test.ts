import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCsv } from '../src/wire/parse/csv.ts'
import type { Lead } from '../src/core/lead.ts'
import { childrenOf, rootPath, type Plan } from '../src/core/plan.ts'
import { loadCatalogue } from '../src/definitions/catalogue.ts'
import type { EndpointDefinition } from '../src/definitions/endpoint-definition.ts'
import type { Recipient } from '../src/definitions/recipient.ts'
import { compileEndpoint } from '../src/wire/compile.ts'
import type { Reader, RenderInput } from '../src/wire/endpoint.ts'
import { parseHttpMessage } from '../src/wire/parse/http-message.ts'
import { createReader } from '../src/wire/read.ts'
import { replyOf } from '../src/wire/simulate/answers.ts'
import { createMemory } from '../src/wire/simulate/memory.ts'
import { parseOrder } from '../src/wire/simulate/orders.ts'
import { sampleSketch } from '../src/wire/simulate/samples.ts'
import { createBuyer } from '../src/wire/simulate/simulate.ts'

const root = resolve(import.meta.dirname, '..')
const filesBelow = (folder: string, ending: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((each) => each.isFile() && ending.test(each.name)).map((each) => join(each.parentPath, each.name)).toSorted()
const load = (paths: readonly string[], environment: Readonly<Record<string, string>>) =>
  loadCatalogue(paths.map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') })), environment)

const all = filesBelow('recipients', /\.yaml$/)
const variables = Object.fromEntries([...readFileSync(join(root, 'recipients/examples/.env.example'), 'utf8').matchAll(/^([A-Z0-9_]+)=/gm)].map((match) => [match[1] ?? '', 'example-value-of-a-secret']))
const shipped = load(all, variables)
const recipients = [...shipped.catalogue.recipients.values()]
const endpoints = recipients.filter((each): each is Extract<Recipient, { kind: 'endpoint' }> => each.kind === 'endpoint')
const handedOver = endpoints.filter(({ definition }) => ['email', 'sftp', 'file'].includes(definition.type))
const sending = endpoints.filter((each) => each.definition.type !== 'pool' && !handedOver.includes(each))

/** A pattern's price stands in for one that the answer does not name. */
const priced = new Set<string>()
const visit = (plan: Plan, path: string): void => {
  if (plan.kind === 'send' && plan.price !== null) priced.add(plan.recipient)
  for (const child of childrenOf(plan, path)) visit(child.plan, child.path)
}
for (const each of recipients) if (each.kind === 'pattern') visit(each.plan, rootPath)
const readerOf = (each: { readonly definition: EndpointDefinition; readonly policy: { readonly price: unknown } }): Reader =>
  createReader(each.definition, { hasPriceFallback: each.policy.price !== null || priced.has(each.definition.id) })

const leads: readonly Lead[] = (parseCsv(readFileSync(join(root, 'fixtures/leads/demo.csv'), 'utf8')) ?? []).map((fields) => ({ id: fields['id'] ?? '', fields: { ...fields } }))
const demo = leads[0] ?? { id: '', fields: {} }
const input = (lead: Lead, phase: 'ping' | 'post' = 'post'): RenderInput => ({
  lead, source: {}, vars: {}, runId: 'r1', deliveryId: 'd1', deliveryNumber: 1, attempt: 1, phase, now: Date.UTC(2026, 10, 24, 9), key: `key-${lead.id}`, target: 'endpoint',
  ...(phase === 'post' ? { ping: { id: 'P-1', bid: { amount: 300_000, currency: 'USD' }, captured: {} } } : {}),
})

describe('the shipped recipients', () => {
  it('load without a diagnostic', () => {
    expect(shipped.diagnostics).toEqual([])
    expect(recipients.length).toBe(all.length)
  })

  it('those of the first run need no variable at all', () => {
    const bare = load(all.filter((each) => !each.includes('/examples/') && !each.includes('/specifications/')), {})
    expect(bare.diagnostics).toEqual([])
    expect(bare.catalogue.recipients.get('auto-waterfall')?.kind).toBe('pattern')
  })

  it('the demo leads are what they are said to be', () => {
    expect(leads).toHaveLength(24)
    expect(leads[2]?.fields['last_name']).toBe("O'Brien")
    expect(leads[5]?.fields['address_1']).toBe('1 "Old" Slip')
    expect(leads[7]?.fields['last_name']).toBe('Downey, Jr.')
  })
})

/** A page of helpers, and a dialer of another country. */
const SHOWS_DIGITS = new Set(['mapping-showcase', 'noojee'])

describe.each(sending.map((each) => [each.id, each] as const))('%s', (_, each) => {
  const { definition } = each
  const reader = readerOf(each)

  it('makes a request of every demo lead', () => {
    const { endpoint, diagnostics } = compileEndpoint(definition)
    expect(diagnostics.filter((problem) => problem.severity === 'error')).toEqual([])
    if (!endpoint) throw new Error('no endpoint')
    for (const lead of leads) {
      const made = definition.batch ? endpoint.renderBatch([input(lead)]) : endpoint.render(input(lead))
      expect(made).toMatchObject({ ok: true, request: { url: expect.stringMatching(/^https:\/\//) } })
    }
    if (definition.ping) expect(endpoint.render(input(demo, 'ping'))).toMatchObject({ ok: true })
  })

  it('sends no country code where the number beside it has none, and a ZIP code with its zero', () => {
    const { endpoint } = compileEndpoint(definition)
    const bodyOf = (fields: Readonly<Record<string, string>>) => {
      const asked = input({ id: demo.id, fields: { ...demo.fields, ...fields } })
      const made = definition.batch ? endpoint?.renderBatch([asked]) : endpoint?.render(asked)
      return made?.ok && 'url' in made.request ? `${made.request.url}\n${typeof made.request.body === 'string' ? made.request.body : ''}` : ''
    }
    if (/(?<!\d)6175550199(?!\d)/.test(bodyOf({ phone_1: '617-555-0199' })) && !SHOWS_DIGITS.has(each.id)) expect(bodyOf({ phone_1: '+1 (617) 555-0199' })).toMatch(/(?<!\d)6175550199(?!\d)/)
    if (bodyOf({ postal_code: '94105' }).includes('94105')) expect(bodyOf({ postal_code: '02134' })).toContain('02134')
  })

  it('its sample answers mean what they say', () => {
    for (const sample of definition.samples) {
      const verdict = reader.read(replyOf(sampleSketch(sample)), 'post')
      if (sample.means !== null) expect([sample.text, verdict.kind]).toEqual([sample.text, sample.means])
      else expect(verdict.kind).toBe('accepted')
    }
  })

  const { endpoint } = compileEndpoint(definition)
  const ask = (word: string | null, lead: Lead) => {
    const made = definition.batch ? endpoint?.renderBatch([input(lead)]) : endpoint?.render(input(lead))
    if (!made?.ok) throw new Error(made?.reason ?? 'no endpoint')
    const headers = Object.fromEntries(made.request.headers.map(([name, value]) => [name.toLowerCase(), value]))
    const test = { endpoint: null, responses: null, acceptRate: 1, latencyMs: 0 }
    const reply = createBuyer({ ...definition, test }, reader.read).answer(
      { method: made.request.method, url: made.request.url, headers, body: typeof made.request.body === 'string' ? made.request.body : '' },
      'post', { seed: 's', memory: createMemory(), order: word === null ? null : parseOrder(word) },
    )
    return { reply, verdict: definition.batch ? reader.readBatch(replyOf(reply), [lead])[0] : reader.read(replyOf(reply), 'post') }
  }

  it('the sandbox accepts in its language', () => {
    const { reply, verdict } = ask(null, demo)
    expect(verdict, reply.body).toMatchObject({ kind: 'accepted' })
  })

  it('the sandbox rejects in its language, or says that it has no words for it', () => {
    const { reply, verdict } = ask('reject', demo)
    if (reply.headers['x-sandbox-note'] === undefined) expect(verdict?.kind).toBe('rejected')
    else expect(definition.parsing.success ?? definition.responseCodes[0] ?? null).toBeNull()
  })

  // HubSpot updates whom it knows.
  if (!definition.batch && definition.type === 'hubspot.create_or_update_contact') it('the sandbox updates whom it knows', () => {
    expect(ask('duplicate', demo).verdict).toMatchObject({ kind: 'accepted', reason: 'updated' })
  })

  if (!definition.batch && definition.type !== 'hubspot.create_or_update_contact') it('the sandbox knows duplicates and invalid leads in its language', () => {
    const duplicate = ask('duplicate', demo)
    expect(duplicate.verdict?.kind, duplicate.reply.body).toBe('duplicate')
    const invalid = ask('invalid', demo)
    expect(invalid.reply.status).toBe(400)
    expect(invalid.verdict, invalid.reply.body).toMatchObject({ kind: 'failed', class: 'invalid_data', retry: false })
  })
})

describe.each(handedOver.map((each) => [each.id, each] as const))('%s, which is no web service', (_, { definition }) => {
  it('makes a message or file of every demo lead, and nothing in it is a problem for check', () => {
    const { endpoint, diagnostics } = compileEndpoint(definition)
    expect(diagnostics).toEqual([])
    for (const lead of leads) expect(definition.batch ? endpoint?.renderBatch([input(lead)]) : endpoint?.render(input(lead))).toMatchObject({ ok: true, request: { kind: definition.type } })
  })
})

/** `ping.bid-note.http`, `failed.invalid_data.http`, `retry.failed-note.http`. */
describe('recorded answers', () => {
  it.each(filesBelow('fixtures/answers', /\.http$/).map((path) => [relative(join(root, 'fixtures/answers'), path), path] as const))('%s', (_, path) => {
    const each = endpoints.find(({ id }) => id === basename(dirname(path)))
    if (!each) throw new Error(`no recipient ${basename(dirname(path))}`)
    const words = basename(path, '.http').split('-')[0]?.split('.') ?? []
    const phase = words[0] === 'ping' ? 'ping' : 'post'
    const retried = words[0] === 'retry'
    const [kind, failure] = phase === 'ping' || retried ? words.slice(1) : words
    const verdict = readerOf(each).read(parseHttpMessage(readFileSync(path), { at: Date.UTC(2026, 10, 24) }), phase)
    expect(verdict).toMatchObject({ kind, ...(failure === undefined ? {} : { class: failure }), ...(retried ? { retry: true } : {}) })
  })
})
