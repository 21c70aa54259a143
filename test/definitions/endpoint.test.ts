import { describe, expect, it } from 'vitest'
import { BASE, endpoint, load } from './loading.ts'

const definition = (lines: string, env: Readonly<Record<string, string>> = {}) => endpoint(`${BASE}${lines}`, env).definition

describe('keys', () => {
  it.each(['Field Mapping', 'field_mapping', 'fieldMapping', 'FIELD-MAPPING', 'mapping'])('%s is the same', (key) => expect(definition(`${key}:\n  a: b`).mapping).toMatchObject({ kind: 'map', entries: [{ key: 'a' }] }))
  it('of data stay exact', () => {
    const made = definition('Field Mapping:\n  First Name: x\n  first_name: y\nHeaders:\n  x-a: "1"\nTables:\n  My Table:\n    A b: c\n    n: 5\nParsing:\n  Success: ok = true\n  Capture:\n    Some Name: a.b')
    expect(made.mapping).toMatchObject({ entries: [{ key: 'First Name' }, { key: 'first_name' }] })
    expect(made.headers[0]?.name).toBe('x-a')
    expect(made.tables).toEqual({ 'My Table': { 'A b': 'c', n: 5 } })
    expect(made.parsing.capture).toEqual({ 'Some Name': { kind: 'path', text: 'a.b' } })
  })
  it('of Settings may stand at the top level, and Auth inside Settings', () => {
    const flat = endpoint('Recipient: R\nURL: https://a.example\nMethod: PUT\nFormat: XML\nUsername: ann\nPassword: ${PW}\nTimeout: 3s', { PW: 'pw' })
    const nested = endpoint('Recipient: R\nSettings:\n  URL: https://a.example\n  Method: PUT\n  Format: XML\n  Auth: {Username: ann, Password: "${PW}"}\n  Timeout: 3s', { PW: 'pw' })
    for (const { definition: made, policy } of [flat, nested]) {
      expect(made).toMatchObject({ url: { text: 'https://a.example' }, method: 'PUT', format: 'xml', auth: { kind: 'basic', username: { text: 'ann' }, password: { text: 'pw' } } })
      expect(policy.timeoutMs).toBe(3_000)
    }
  })
})

it('one text is the whole body where the Format is Text, and no mapping elsewhere', () => {
  expect(definition('Format: Text\nField Mapping: Lead {{lead.id}}').mapping).toMatchObject({ kind: 'template', text: 'Lead {{lead.id}}' })
  for (const lines of ['Field Mapping: Lead {{lead.id}}', 'Format: Text\nField Mapping: x\nBatch: {Accumulate: 5 leads}', 'Format: Text\nField Mapping:']) expect(load({ r: `${BASE}${lines}` }).said).toContainEqual(expect.stringContaining('wrong-shape'))
})

it('numbers and booleans go as they are written where the format has none of its own', () => {
  const lines = 'Field Mapping:\n  version: 1.0\n  {{#if lead.x}}\n  ok: True\n  {{/if}}\n  list: [45.00]\n  none: null'
  const values = (more: string) => JSON.stringify(definition(`${lines}\n${more}`).mapping, (key, value: unknown) => (key === 'place' || key === 'open' ? undefined : value)).match(/"(?:value|text)":(?:"[^"]*"|[\d.]+|true|null)/g)
  const typed = ['"value":1', '"text":"1.0"', '"value":true', '"text":"True"', '"value":45', '"text":"45.00"', '"value":null', '"text":"null"']
  const written = ['"text":"1.0"', '"text":"True"', '"text":"45.00"', '"value":null', '"text":"null"']
  for (const more of ['Format: JSON', 'Format: JSON\nBatch: {Accumulate: 10 leads, Format: JSON array}']) expect(values(more)).toEqual(typed)
  for (const more of ['Format: Form', 'Format: XML', 'Format: Query', 'Format: JSON\nBatch: {Accumulate: 10 leads, Format: CSV}']) expect(values(more)).toEqual(written)
  expect(definition('Format: Form\nPing:\n  Field Mapping:\n    version: 2.0\n  Response Parsing:\n    Bid: price').ping?.mapping).toMatchObject({ entries: [{ value: { kind: 'template', text: '2.0' } }] })
  const token = (more: string) => definition(`Auth:\n  Type: Token Request\n  URL: https://a.example/t\n  Fields: {version: 2.0}\n  Token: t\n  Use: "Bearer {{token}}"\n${more}`).auth
  expect(token('  Format: Form')).toMatchObject({ fields: { entries: [{ value: { kind: 'template', text: '2.0' } }] } })
  expect(token('  Format: JSON')).toMatchObject({ fields: { entries: [{ value: { kind: 'constant', value: 2 } }] } })
  const tables = 'Tables:\n  price: {gold: 45.00, old: True, none: null, zip: 007}\n'
  expect(definition(`${tables}Format: Form`).tables).toEqual({ price: { gold: '45.00', old: 'True', none: '', zip: '007' } })
  expect(definition(`${tables}Format: JSON`).tables).toEqual({ price: { gold: 45, old: true, none: '', zip: '007' } })
  expect(definition('Body Parameter: payload\nExtra Fields:\n  version: 2.0').extraFields).toMatchObject({ entries: [{ value: { kind: 'template', text: '2.0' } }] })
})

it('Include All Fields may stand under Settings, beside Omit Empty', () => expect(definition('Settings:\n  Include All Fields: yes').includeAllFields).toBe(true))

describe('what is not written', () => {
  it('has the defaults of the contract', () => {
    const { definition: made, policy } = endpoint(BASE)
    expect(made).toMatchObject({
      id: 'r', name: 'Test Buyer', type: 'custom', method: 'POST', format: 'json', headers: [], auth: null, mapping: null, includeAllFields: false, omitEmpty: false, charset: 'utf-8', compression: null,
      idempotency: { header: 'Idempotency-Key', key: null }, batch: null, ping: null, test: null, currency: 'USD', soap: { version: '1.1', action: null },
      transport: { timeoutMs: 10_000, connectTimeoutMs: 5_000, connections: 10, keepAliveMs: 300_000, followRedirects: false, allowPrivateNetwork: false, maximumResponse: 1_048_576, concurrency: null, rate: null },
    })
    expect(policy).toMatchObject({ timeoutMs: 10_000, onUnknown: 'next', whenClosed: null, hasBackup: false, pool: false, zone: { kind: 'zone', name: 'UTC' } })
  })
  it.each([
    ['Price: €12.50', 'EUR'], ['Price: 30 CAD', 'CAD'], ['Price: $45', 'USD'], ['Price: 45', 'USD'], ['Price: $45\nCurrency: CAD', 'CAD'], ['Price: €12.50\nCurrency: USD', 'USD'],
  ])('%s: amounts that name no currency are in %s', (lines, currency) => {
    expect(definition(lines).currency).toBe(currency)
    expect(endpoint(`${BASE}Cost: 3\n${lines}`).policy.cost).toEqual({ amount: 30_000, currency })
  })
  it('GET is the method of Query', () => expect(definition('Format: Query').method).toBe('GET'))
  it('a pool needs no endpoint and no rule', () => {
    const { catalogue, said } = load({ p: 'Recipient: Pool\nType: pool\n' })
    expect(said).toEqual([])
    expect(catalogue.recipients.get('p')).toMatchObject({ policy: { pool: true }, definition: { url: null, idempotency: null } })
  })
})

describe('auth', () => {
  const env = { T: 'sesame', S: 'secret' }
  it.each([
    ['Auth: Bearer ${T}', { kind: 'bearer', token: { text: 'sesame' } }],
    ['Auth: none', null],
    ['Auth: {Type: OAuth2, Token URL: "https://l.example", Client ID: me, Client Secret: "${S}", Scope: w, Client Auth: Basic}', { kind: 'oauth2', clientSecret: { text: 'secret' }, scope: { text: 'w' }, clientAuth: 'basic' }],
    ['Auth: {Type: OAuth2, Token URL: "https://l.example", Client ID: me, Client Secret: "${S}", Audience: "https://api.example"}', { kind: 'oauth2', audience: { text: 'https://api.example' } }],
    ['Auth:\n  Type: Token Request\n  URL: https://l.example\n  Token: t\n  Header: OAuth-Token', { kind: 'token-request', header: 'OAuth-Token', use: { text: '{{token}}' } }],
    ['Auth:\n  Type: OAuth2\n  Token URL: https://l.example\n  Client ID: a\n  Client Secret: ${S}\n  Use: Zoho-oauthtoken {{token}}', { kind: 'oauth2', use: { text: 'Zoho-oauthtoken {{token}}' } }],
    ['Auth:\n  Type: Token Request\n  URL: https://l.example\n  Fields: {user: me}\n  Token: data.token\n  Use: Token {{token}}', { kind: 'token-request', method: 'POST', token: { kind: 'path', text: 'data.token' }, use: { text: 'Token {{token}}' }, fields: { kind: 'map' } }],
    ['Auth: {Type: HMAC, Secret: "${S}", Header: X-Sig}', { kind: 'hmac', algorithm: 'sha256', header: 'X-Sig', secret: { text: 'secret' } }],
    ['Auth: {Type: Standard Webhooks, Secret: "${S}", Older Secrets: "${T}"}', { kind: 'standard-webhooks', secret: { text: 'secret' }, older: [{ text: 'sesame' }] }],
    ['Auth: {Bearer: "${T}"}', { kind: 'bearer', token: { text: 'sesame' } }],
    ['Client ID: me\nClient Secret: ${S}\nToken URL: https://l.example', { kind: 'oauth2', scope: null }],
  ])('%s', (lines, expected) => {
    const { auth } = definition(lines, env)
    if (expected === null) expect(auth).toBeNull()
    else expect(auth).toMatchObject(expected)
  })
  it('a secret with braces is a secret and no template', () => {
    const { auth } = definition('Auth: {Type: HMAC, Secret: "${S}"}', { S: 'a{{lead.x}}b' })
    expect(auth).toMatchObject({ secret: { text: 'a{{lead.x}}b' } })
  })
  it('a variable that is set to nothing is told once, as that', () => {
    expect(load({ r: `${BASE}Auth: Bearer \${T}\nHeaders:\n  X-K: \${U}\nPrice: $1\nParsing:\n  Success: ok = true` }, { T: '', U: ' ' }).said).toEqual([
      'r.yaml:3:7 error empty-variable: the variable T is set to nothing -> give it a value in .env, or with export T=…', 'r.yaml:5:8 error empty-variable: the variable U is set to nothing -> give it a value in .env, or with export U=…',
    ])
    expect(definition('Endpoints: [{Use: "https://a${S}.example"}]', { S: '' }).endpoints[0]?.use.text).toBe('https://a.example')
  })
  it('a secret in plain text is a warning, one from the environment is none', () => {
    expect(load({ r: `${BASE}Auth: Bearer abc` }).said.join()).toContain('plain-secret')
    expect(load({ r: `${BASE}Auth: {Username: "\${T}", Password: ""}` }, env).said.join()).not.toContain('plain-secret')
    expect(load({ r: `${BASE}Auth: Bearer \${T}` }, env).said.join()).not.toContain('plain-secret')
  })
  it.each([
    ['Type: Token Request\n  URL: https://l.example\n  Token: t\n  Scope: w', '"Scope" means nothing to Auth of Type: Token Request -> it is for Type: OAuth2; what the login takes stands under Fields'],
    ['Username: ${T}\n  Password: ${S}\n  Secret: ${S}', '"Secret" means nothing to Auth of Type: Basic -> it is for Type: HMAC, Standard Webhooks; leave it out'],
    ['Type: Bearer\n  Token: ${T}\n  Header: X-API-Key', '"Header" means nothing to Auth of Type: Bearer -> it is for Type: OAuth2, Token Request, HMAC; a key in a header of its own stands under Headers: X-API-Key: ${NAME}'],
    ['Type: OAuth2\n  Token URL: https://l.example\n  Client ID: me\n  Client Secret: ${S}\n  Scope: w\n  Username: ${T}', '"Username" means nothing to Auth of Type: OAuth2 -> it is for Type: Basic, JWT; a login that takes more is Type: Token Request, with all of it under Fields'],
  ])('a key that the way to sign in does not read is told: %s', (lines, told) => {
    expect(load({ r: `${BASE}Auth:\n  ${lines}\nPrice: $1\nParsing:\n  Success: ok = true` }, env).said).toEqual([expect.stringContaining(`warning unused-key: ${told}`)])
  })
  it('at the top level those that are not there are not told', () => {
    expect(load({ r: `${BASE}Username: \${T}\nPassword: \${S}\nPrice: $1\nParsing:\n  Success: ok = true` }, env).said).toEqual([])
  })
  it.each(['Auth:\n  Type: API Key\n  Header: X-API-Key\n  Key: ${T}', 'Auth: {Type: Header}', 'Auth: API Key ${T}'])('%s: a key in a header is told to be one, once', (lines) => {
    const said = load({ r: `${BASE}${lines}\nPrice: $1\nParsing:\n  Success: ok = true` }, env).said
    expect(said).toEqual([expect.stringContaining('a key in a header of its own stands under Headers: X-API-Key: ${NAME}')])
  })
  it('every value of the environment is a secret', () => expect([...load({ r: `${BASE}Auth: Bearer \${T}\nHeaders:\n  X-K: \${S}` }, env).catalogue.secrets].toSorted()).toEqual(['secret', 'sesame']))
})

describe('idempotency', () => {
  it.each([
    ['Idempotency: off', null], ['Idempotency: X-Request-Key', { header: 'X-Request-Key', key: null }],
    ['Idempotency:\n  Header: X-K\n  Key: {{lead.id}}', { header: 'X-K', key: { text: '{{lead.id}}' } }], ['Headers:\n  Idempotency-Key: {{lead.id}}', { header: 'Idempotency-Key', key: { text: '{{lead.id}}' } }],
    ['Headers:\n  X-Other: a', { header: 'Idempotency-Key', key: null }],
  ])('%s', (lines, expected) => {
    const { idempotency } = definition(lines)
    if (expected === null) expect(idempotency).toBeNull()
    else expect(idempotency).toMatchObject(expected)
  })
})

describe('parsing, pings, samples, test settings', () => {
  it.each([['Lead ID, Price', ['lead id', 'price']], ['leadId, Revenue', ['lead id', 'price']], ['[buyer_lead_id, campaign]', ['lead id']]])('reads names that may be missing: %s', (names, expected) =>
    expect(definition(`Parsing:\n  Success: ok = true\n  Capture: {campaign: c}\n  Optional: ${names}`).parsing.optional).toEqual(expected))
  it.each(['$45.00', '45', '45 USD'])('an amount is no place of a price: %s', (amount) => {
    const [said] = load({ r: `${BASE}Response Parsing:\n  Success: ok = true\n  Price: ${amount}` }).said
    expect(said).toContain(`amount-as-path: "${amount}" is an amount`)
    expect(said).toContain(`at the top level: Price: ${amount}`)
  })
  it.each(['price', 'data[0].45', '//price'])('a path is one: %s', (path) => expect(definition(`Response Parsing:\n  Success: ok = true\n  Price: ${path}`).parsing.price).toMatchObject({ text: path }))
  it('a ping carries the fields that are named, and no others', () => {
    const { ping } = definition('Ping:\n  Endpoint: https://p.example\n  Fields: state, lead.loan_amount, Loan Purpose, lead.[Down Payment], drivers.[0].age\n  Timeout: 2s\n  Response Parsing: {Bid: price, Ping ID: id}')
    expect(ping).toMatchObject({ timeoutMs: 2_000, endpoint: { text: 'https://p.example' }, parsing: { bid: { text: 'price' }, pingId: { text: 'id' } } })
    expect(ping?.mapping).toMatchObject({ kind: 'map', entries: [{ key: 'state', value: { text: '{{lead.state}}' } }, { key: 'loan_amount', value: { text: '{{lead.loan_amount}}' } }, { key: 'Loan Purpose', value: { text: '{{lead.[Loan Purpose]}}' } }, { key: 'Down Payment', value: { text: '{{lead.[Down Payment]}}' } }, { key: 'drivers.[0].age', value: { text: '{{lead.drivers.[0].age}}' } }] })
  })
  it('reads sample answers in every way of writing', () => {
    const samples = (lines: string) => definition(lines).samples.map(({ text, means }) => [text.trim(), means])
    expect(samples('Expected Response: |\n  <a>1</a>')).toEqual([['<a>1</a>', null]])
    expect(samples('Expected Response:\n  - Response: OK\n    Means: accepted\n  - {Response: "NO", Means: Rejected}')).toEqual([['OK', 'accepted'], ['NO', 'rejected']])
    expect(samples('Expected Response:\n  - \'{"a": 1}\'\n  - Response: OK\n    Means: accepted\n  - |\n    HTTP/1.1 409\n')).toEqual([['{"a": 1}', null], ['OK', 'accepted'], ['HTTP/1.1 409', null]])
    expect(samples('Expected Response:\n  - a: 1\n  - b: x\n')).toEqual([['[{"a":1},{"b":"x"}]', null]])
    expect(samples('Expected Response:\n{\n  "a": 1\n}\n')).toEqual([['{\n  "a": 1\n}', null]])
  })
  it('reads test settings', () => expect(definition('Test Settings:\n  Responses: Simulated success\n  Accept Rate: 60%\n  Latency: 150ms').test).toEqual({ endpoint: null, responses: 'simulated success', acceptRate: 0.6, latencyMs: 150 }))
  it('Accept When keeps its words', () => expect(endpoint(`${BASE}Accept When: lead.score >= 60 and lead.state != "NY"`).policy.acceptWhen).toMatchObject({ text: 'lead.score >= 60 and lead.state != "NY"', condition: { kind: 'and' } }))
})

describe('regional endpoints', () => {
  it('the last has no condition', () => {
    expect(definition('Endpoints:\n  - {When: lead.state = CA, Use: https://w.example}\n  - {Use: https://e.example}').endpoints).toMatchObject([{ when: { value: 'CA' }, use: { text: 'https://w.example' } }, { when: null }])
    expect(load({ r: `${BASE}Endpoints:\n  - {Use: https://e.example}\n  - {When: lead.state = CA, Use: https://w.example}` }).said.join()).toContain('unreachable')
  })
})

describe('typed recipients', () => {
  it('e-mail, SFTP and file keep their own settings', () => {
    expect(endpoint('Recipient: M\nType: email\nEndpoint: smtp://m.example\nFrom: a@b.example\nTo: c@d.example\nAttach: ADF\nSubject: Lead {{lead.id}}').definition).toMatchObject({ type: 'email', idempotency: null, settings: { from: { text: 'a@b.example' }, cc: null, attach: 'adf', subject: { text: 'Lead {{lead.id}}' } } })
    expect(endpoint('Recipient: S\nType: sftp\nEndpoint: sftp://h.example/in/\nUsername: u\nPassword: ${P}\nFile Name: a.csv', { P: 'x{{y' }).definition).toMatchObject({ auth: null, format: 'csv', settings: { hostKey: null, username: { text: 'u' }, password: { text: 'x{{y' }, fileName: { text: 'a.csv' } } })
    expect(endpoint('Recipient: F\nType: file\nPath: out/').definition).toMatchObject({ settings: { path: { text: 'out/' }, fileName: null } })
  })
  it('a setting of another type is a warning', () => expect(load({ r: `${BASE}Instance: x` }).said.join()).toContain('"Instance" means nothing to this type'))
})

it.each([
  ['Filters: {States: CA}', 'write Accept When: lead.state in (CA, TX)'], ['Daily Cap: 50', 'write Caps: 50 per day'], ['Schedule: Mon-Fri 9-5', 'write Call Window: 9am-5pm'], ['Settings: {API Key: x}', 'write Headers: and X-API-Key: ${NAME}'], ['Tiemout: 3s', 'did you mean "Timeout"?'],
  ['Type: sftp\nHost: a.example', 'all of an address stands in Endpoint: sftp://'], ['Columns: {a: b}', 'write Field Mapping:'], ['Header: {X-Key: a}', 'write Headers:'],
])('%s: what stands under another name here is told by it', (line, help) => { expect(load({ r: `${BASE}${line}` }).said.join('\n')).toContain(help) })

it('Retry and Max Retries are Retries', () => {
  for (const key of ['Retry', 'Max Retries']) expect(endpoint(`${BASE}${key}: 5`).policy.retry.network?.retries).toBe(5)
})

it.each(['lead.id', 'delivery.id'])('Idempotency: %s is a key, and no name of a header', (name) => {
  expect(load({ r: `${BASE}Idempotency: ${name}\n` }).said.join('\n')).toContain(`error bad-value: got "${name}", expected the name of a header, a key template, or off -> write {{${name}}}`)
})

it.each(['9am - 5pm Eastern', 'Mon-Fri 9am-5pm EST', '08:00-20:00 local time', '9:00-17:00 PT'])('Call Window: %s is told that a zone has a line of its own', (hours) => {
  expect(load({ r: `${BASE}Call Window: ${hours}\n` }).said.join('\n')).toMatch(/error bad-hours: .*Timezone: America\/New_York, or Timezone: lead/)
})

it.each([
  ['Timezone: lead\nCaps: 20 per hour, 100 per day\n', 'its cap per day begins'],
  ['Timezone: {{lead.tz}}\nBatch: {Accumulate: 100 leads, Format: CSV, Schedule: 0 9 * * *}\n', 'the Schedule of its batches runs'],
  ['Timezone: lead\nCaps: 20 per hour\n', null], ['Timezone: America/New_York\nCaps: 100 per day\n', null], ['Timezone: lead\nCall Window: 9am-5pm\n', null],
])('days that are the buyer\'s are told to be those of UTC where Timezone is the lead\'s: %j', (lines, said) => {
  const told = load({ r: `${BASE}${lines}` }).said.filter((each) => each.includes('utc-days')).join('\n')
  if (said === null) expect(told).toBe('')
  else expect(told).toContain(`${said} by the clock of UTC`)
})

it('the name of a zone may have its blanks', () => expect(endpoint(`${BASE}Timezone: America/New York`).policy.zone).toEqual({ kind: 'zone', name: 'America/New_York' }))

it.each([['email', 'smtp://user'], ['sftp', 'sftp://user'], ['webhook.post', 'https://']])('%s without an Endpoint is shown one of its kind', (type, help) => {
  expect(load({ r: `Recipient: R\nType: ${type}\nTo: a@b.example\n` }).said.join('\n')).toMatch(new RegExp(`has no Endpoint -> write Endpoint: ${help}`))
})

describe('a Content-Type among the headers', () => {
  const FORM = 'Headers: {Content-Type: application/x-www-form-urlencoded}\n'
  const told = (lines: string): string => load({ r: `${BASE}${lines}Price: $1\nParsing:\n  Success: ok = true` }).said.join('\n')
  it.each([[FORM, 'form'], ['Headers: {content-type: "text/xml; charset=utf-8"}\n', 'xml'], ['Headers: {Content-Type: application/vnd.buyer+json}\n', 'json'], ['Headers: {Content-Type: text/plain}\n', 'json'], [`Type: webhook.post\n${FORM}`, 'json'], [`${FORM}Format: JSON\n`, 'json'], [`${FORM}Body Parameter: data\n`, 'json'], ['Headers: {Content-Type: text/xml}\nMethod: GET\n', 'json']])('%s is the Format where none is written: %s', (lines, format) => {
    expect(endpoint(BASE + lines).definition.format).toBe(format)
  })
  it.each([`${FORM}Format: JSON\n`, `Type: webhook.post\n${FORM}`, `${FORM}Format: XML\nMethod: POST\n`])('that says another than what is sent is told: %s', (lines) => expect(told(lines)).toContain('warning content-type: this header says FORM'))
  it.each([FORM, `${FORM}Format: Form\n`, `${FORM}Format: JSON\nBody Parameter: data\n`, `${FORM}Format: JSON\nMethod: GET\n`, `${FORM}Format: Text\nField Mapping: "{{lead.a}}"\n`, 'Headers: {Content-Type: text/xml}\nFormat: SOAP\n', `Type: five9.add_to_list\n${FORM}`])('else it is not: %s', (lines) => expect(told(lines)).not.toContain('content-type'))
})

it.each([['', 'utf-8'], ['Headers: {content-type: text/xml; charset=ISO-8859-1}\n', 'ISO-8859-1'], ['Headers: {Content-Type: \'application/json;charset="utf-8"\'}\n', 'utf-8'], ['Headers: {Content-Type: text/xml; charset=ISO-8859-1}\nCharset: utf-8\n', 'utf-8'], ['Headers: {Content-Type: "text/xml; charset={{lead.c}}"}\n', 'utf-8']])('the character set of what is sent is that of its Content-Type, where none is written: %s', (lines, charset) => {
  expect(endpoint(BASE + lines).definition.charset).toBe(charset)
})

it('Authorization: Basic with a user and a password as they are is a mistake, with base64 it is none', () => {
  const told = (value: string): string => load({ r: `${BASE}Headers:\n  Authorization: ${value}\n` }, { U: 'ann', P: 'hush-hush', B: 'YW5uOmh1c2g=' }).said.join('\n')
  expect(told('Basic ${U}:${P}')).toMatch(/error bad-auth: a user and a password stand here as they are.*Username/)
  for (const value of ['Basic ${B}', 'Basic {{lead.key}}', 'Bearer a:b']) expect(told(value)).not.toContain('bad-auth')
})

it('Body of a request is a mistake: the whole lead would go in place of it', () => {
  const said = (type: string): string => load({ r: `${BASE}Type: ${type}\nBody: "{{lead.a}}"\n` }).said.join('\n')
  for (const type of ['Custom Integration', 'webhook.post']) expect(said(type)).toMatch(/error unused-key: "Body" is that of an e-mail/)
  expect(said('email')).not.toContain('unused-key')
})

it('ID is the Lead ID of an answer, and the Ping ID of a bid', () => {
  const { parsing, ping } = endpoint(`${BASE}Parsing: {Success: ok = true, ID: a.id}\nPing: {Fields: state, Parsing: {Bid: price, ID: b.id}}\n`).definition
  expect([parsing.leadId, ping?.parsing.pingId, ping?.parsing.leadId]).toEqual([{ kind: 'path', text: 'a.id' }, { kind: 'path', text: 'b.id' }, null])
})

it('a list of from and to is no mapping; one of the buyer\'s own fields is', () => {
  const said = (mapping: string): string => load({ r: `${BASE}Field Mapping:\n${mapping}` }).said.join('\n')
  expect(said('  - from: first_name\n    to: fname\n  - {From: zip, To: zipcode}\n')).toContain('error wrong-shape: a mapping is no list of from and to')
  for (const mapping of ['  - from: "{{lead.city}}"\n    to: "{{lead.goal}}"\n', '  - {name: fname, value: "{{lead.a}}"}\n']) expect(said(mapping)).not.toContain('wrong-shape')
})

describe('a field without its braces', () => {
  const told = (value: string): string => load({ r: `${BASE}Field Mapping:\n  zip: ${value}\n` }).said.filter((each) => each.includes('plain-field')).join('\n')
  it.each(['lead.zip', '$lead.zip', '{lead.zip}', '"{lead.zip}"', '"a {lead.zip} b"', '<lead.zip>', '"[lead.zip]"', '"%lead.zip%"'])('is told to go to the buyer as it stands: %s', (value) => {
    expect(told(value)).toMatch(/warning plain-field: .*the same for every lead -> write \{\{lead\.zip\}\} for the field/)
  })
  it.each(['{{lead.zip}}', '"lead.created"', 'leads', '"{\\"a\\": 1}"', 'x{{lead.zip}}y', 'my.lead.zip', '{a: 1}'])('is none here: %s', (value) => expect(told(value)).toBe(''))
})
