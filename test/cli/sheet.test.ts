import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { renderMarkdown } from '../../src/cli/sheet/markdown.ts'
import { sheetOf, type Sheet } from '../../src/cli/sheet/sheet.ts'
import { readSnippets } from '../definitions/snippets.ts'

const AT = Date.UTC(2026, 10, 24, 12)
const sheet = (text: string, env: Readonly<Record<string, string>> = {}): Sheet => {
  const { catalogue, diagnostics } = loadCatalogue([{ path: 'r.yaml', text }], env)
  const recipient = catalogue.recipients.get('r')
  if (recipient?.kind !== 'endpoint') throw new Error(diagnostics.map((each) => each.message).join('\n'))
  return sheetOf(recipient, catalogue.secrets, AT, recipient.policy.price !== null)
}
const factsOf = ({ facts }: Sheet): Record<string, string> => Object.fromEntries(facts.map(({ label, text }) => [label, text]))

describe("a buyer's sheet", () => {
  it("shows the guide's Documentation block", () => {
    const text = readSnippets().find((each) => each.title === 'Documentation')?.text ?? ''
    const made = sheet(`Recipient: ABC\n${text}`, { ABC_TOKEN: 'sesame' })
    expect(factsOf(made)).toMatchObject({
      Buyer: 'ABC Insurance', Contact: 'John Doe', Endpoint: 'POST https://api.abc.com/leads', Format: 'JSON', Auth: 'Bearer token (rotate monthly)',
      Requirements: 'Phone must be mobile\nInclude TrustedForm\nBusiness hours only',
    })
    expect(renderMarkdown(made)).toContain('| Requirements | Phone must be mobile<br>Include TrustedForm<br>Business hours only |')
  })

  it('has examples of columns whose names have blanks', () => {
    const { fields } = sheet('Recipient: R\nEndpoint: https://a.example\nField Mapping:\n  p: {{format lead.[Phone 1] "(###) ###-####"}}\n  o: {{lead.[Home Owner?]}}\n  c: {{lead.constructor}}\n')
    expect(fields.map(({ example }) => example)).toEqual(['(415) 555-0101', '(Home Owner?)', '(constructor)'])
  })

  it('counts one of a thing as one', () => {
    const made = sheet('Recipient: R\nEndpoint: https://a.example\nRate: 1 per second\nCaps: 1 per day\nBatch: {Accumulate: 1 lead or 5 minutes, Format: CSV}\nField Mapping:\n  a: {{lead.a}}\n')
    expect(factsOf(made)).toMatchObject({ Connections: expect.stringMatching(/, 1 request in 1 s$/), Caps: '1 lead per day', Batch: '1 lead or 5 min, as CSV' })
    const scheduled = sheet('Recipient: R\nEndpoint: https://a.example\nTimezone: America/Denver\nBatch: {Schedule: "0 6 * * *", Format: CSV}\nField Mapping:\n  a: {{lead.a}}\n')
    expect(factsOf(scheduled)).toMatchObject({ Batch: '100 leads, at 0 6 * * * (America/Denver), as CSV' })
  })

  it('names every field with what it holds, when, and an example by the live rules', () => {
    const { fields } = sheet(`Recipient: R
Endpoint: https://a.example
Tables: {kinds: {auto: AUTO_INS}}
Field Mapping:
  kind: {{lookup lead.product_interest "kinds"}}
  {{#if lead.score > 70}}
  priority: HIGH
  {{else}}
  priority: NORMAL
  {{/if}}
  contact:
    {{#unless lead.opt_out}}
    phone: {{format lead.phone_1 "(###) ###-####"}}
    {{/unless}}
  own: {{lead.shoe_size}}
`)
    expect(fields).toEqual([
      { name: 'kind', from: '{{lookup lead.product_interest "kinds"}}', when: null, example: 'AUTO_INS' },
      { name: 'priority', from: 'HIGH', when: 'lead.score > 70', example: 'HIGH' },
      { name: 'priority', from: 'NORMAL', when: 'not (lead.score > 70)', example: 'NORMAL' },
      { name: 'contact.phone', from: '{{format lead.phone_1 "(###) ###-####"}}', when: 'not (lead.opt_out)', example: '' },
      { name: 'own', from: '{{lead.shoe_size}}', when: null, example: '(shoe size)' },
    ])
  })

  it('shows how a bid is asked for, and what values become', () => {
    const made = sheet(readFileSync(join(import.meta.dirname, '../../recipients/demo/harbor-loans.yaml'), 'utf8'))
    expect(factsOf(made)).toMatchObject({ Ping: 'POST https://api.harbor-loans.example/v1/ping, within 2 s' })
    expect(made.ping?.fields.map(({ name }) => name)).toEqual(['state', 'postal_code', 'loan_amount', 'credit_range'])
    expect(made.ping?.answers).toContainEqual({ means: 'bid', when: 'price' })
    expect(made.ping?.request?.url).toBe('https://api.harbor-loans.example/v1/ping')
    expect(String(made.ping?.request?.body)).not.toContain('Okafor')
    expect(renderMarkdown(made)).toContain('## Fields of the ping')
    const tables = sheet('Recipient: R\nEndpoint: https://a.example\nTables: {kinds: {auto: AUTO_INS, home: 7}}\nField Mapping:\n  kind: {{lookup lead.product_interest "kinds"}}\n')
    expect(tables.tables).toEqual([{ name: 'kinds', rows: [['auto', 'AUTO_INS'], ['home', '7']] }])
    expect(renderMarkdown(tables)).toContain('## Values of kinds\n\n| ours | yours |\n| --- | --- |\n| `auto` | `AUTO_INS` |')
  })

  it('puts every rule of answers into words, and judges the samples', () => {
    const { answers, samples } = sheet(`Recipient: R
Endpoint: https://a.example
Response Codes:
  200 + "DUP" in body: Duplicate (no revenue)
  5xx: Server error (retry 3x)
Response Parsing:
  Success: result.code = "A" and not (result.test exists)
  Rejected: header.x-state in (full, "closed")
  Lead ID: result.id
  Price: regex(pays=([0-9.]+))
  Optional: lead id
Retry On: 400 where code = 109
Price: $5.00
Expected Response: '{"result": {"code": "A", "id": "X-1"}}'
`)
    expect(answers).toEqual([
      { means: 'Duplicate (no revenue)', when: 'status 200 and body contains "DUP"' }, { means: 'Server error (retry 3x)', when: 'status 500 to 599' },
      { means: 'tried again', when: 'status 400 where code = 109' }, { means: 'rejected', when: 'header.x-state in ("full", "closed")' },
      { means: 'accepted', when: 'result.code = "A" and not result.test exists' }, { means: 'lead id (may be missing)', when: 'result.id' }, { means: 'price', when: 'regex(pays=([0-9.]+))' },
    ])
    expect(samples).toMatchObject([{ means: 'accepted as X-1' }])
  })

  it.each([
    ['in Auth', 'Auth: Bearer plain-token-1'], ['of HTTP Basic', 'Auth: {Username: me, Password: plain-token-1}'], ['of HMAC', 'Auth: {Type: HMAC, Secret: plain-token-1}'],
    ['of OAuth2', 'Auth: {Type: OAuth2, Token URL: "https://t.example", Client ID: me, Client Secret: plain-token-1}'], ['in a header', 'Headers: {X-Key: "${KEY}"}'], ['in the address', 'Endpoint: https://me:plain-token-1@a.example/leads'],
    ['of a mail server', 'Type: email\nEndpoint: smtp://me:plain-token-1@mail.example\nFrom: a@a.example\nTo: b@b.example'],
    ['that tables, conditions and samples repeat', 'Auth: Bearer plain-token-1\nTables: {kinds: {plain-token-1: plain-token-1}}\nResponse Parsing: {Success: key = "plain-token-1"}\nExpected Response: \'{"key": "plain-token-1"}\''],
    ['of a regional address', 'Endpoint: https://a.example\nEndpoints:\n  - Use: https://me:plain-token-1@ca.a.example'],
    ['of the address for pings', 'Endpoint: https://a.example\nPing:\n  Endpoint: https://me:plain-token-1@ping.a.example\n  Fields: state\n  Response Parsing: {Bid: price}'],
  ])('never holds a secret, written in the file or not: %s', (_, line) => {
    const made = sheet(`Recipient: R\n${line.includes('Endpoint') ? '' : 'Endpoint: https://a.example\n'}${line}\nField Mapping:\n  id: {{lead.id}}\n`, { KEY: 'plain-token-1' })
    expect(made.request).not.toBeNull()
    expect(renderMarkdown(made) + JSON.stringify(made)).not.toMatch(/plain-token-1|cGxhaW4tdG9rZW4tMQ|bWU6cGxhaW4/)
  })

  it('leaves out of Markdown what is only ours, and no value is markup there', () => {
    const made = sheet('Recipient: A|B_*c*\nEndpoint: https://a.example\nCost: $15.00\nNotes: they pay late\nNotify: ops@us.example\nAlert When: success rate < 90%\nContact: "<b>Jo</b>"\nField Mapping:\n  "a|b": "`x` {{lead.id}}"\n')
    expect(factsOf(made)).toMatchObject({ Cost: '$15.00', Notes: 'they pay late' })
    const text = renderMarkdown(made)
    expect(text).not.toMatch(/15\.00|pay late|ops@us|success rate/)
    expect(text).toContain('# A\\|B\\_\\*c\\*')
    expect(text).toContain('\\<b\\>Jo\\</b\\>')
    expect(text).toContain('| `a\\|b` | `` `x` {{lead.id}} `` | `` `x` L-1001 `` |')
  })

  it('is made of every shipped recipient', () => {
    const root = join(import.meta.dirname, '../../recipients')
    for (const name of ['examples/sftp-drop', 'examples/file-drop', 'examples/vicidial', 'examples/batch-csv', 'examples/soap-partner', 'demo/harbor-loans']) {
      const text = readFileSync(join(root, `${name}.yaml`), 'utf8')
      const made = sheet(text, Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, variable]) => [variable ?? '', 'a-secret-value'])))
      expect(made.request, name).not.toBeNull()
      expect(renderMarkdown(made), name).not.toContain('a-secret-value')
    }
  })
})
