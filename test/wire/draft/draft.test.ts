import { describe, expect, it } from 'vitest'
import { sampleOfCurl, shellWords } from '../../../src/wire/draft/curl.ts'
import { templateFor } from '../../../src/wire/draft/guess.ts'
import { sampleOfOpenApi } from '../../../src/wire/draft/openapi.ts'
import { sampleOfPostman } from '../../../src/wire/draft/postman.ts'
import type { Sampled } from '../../../src/wire/draft/sample.ts'
import { draftOf } from '../../../src/wire/draft/write.ts'

const sample = (read: Sampled) => { if (!read.ok) throw new Error(read.problem); return read.sample }

describe('shellWords', () => {
  it.each([
    [`curl -H 'a: b c' "d \\"e\\"" f\\ g`, ['curl', '-H', 'a: b c', 'd "e"', 'f g']],
    ['curl \\\n  -X POST \\\r\n  u', ['curl', '-X', 'POST', 'u']],
    [`curl -d $'it\\'s \\u00e9\\n'`, ['curl', '-d', "it's é\n"]],
    [`curl -d 'a'"b"c`, ['curl', '-d', 'abc']],
    [`$ curl x`, ['curl', 'x']],
    [`curl -d ''`, ['curl', '-d', '']],
  ])('%j', (text, words) => { expect(shellWords(text)).toEqual(words) })
  it('a quote that is not closed is told', () => { expect(sampleOfCurl("curl -d 'a")).toMatchObject({ ok: false, problem: expect.stringContaining('not closed') }) })
})

describe('a curl command', () => {
  it.each([
    [`curl https://a.example/x -d '{"a":1}'`, { method: 'POST', format: 'JSON', body: { a: 1 } }],
    [`curl -XPUT --url=https://a.example/x --data-raw 'a=1&a=2&b=%20'`, { method: 'PUT', format: 'Form', body: { a: ['1', '2'], b: ' ' } }],
    [`curl -d @- -F 'a=b' a.example/x`, { url: 'https://a.example/x', format: 'Form', body: { a: 'b' } }],
    [`curl -G https://a.example/x?c=d --data-urlencode 'a=b c'`, { method: 'GET', format: 'Query', url: 'https://a.example/x', body: { c: 'd', a: 'b c' } }],
    [`curl -H "Content-Type: text/xml" https://a.example -d '<r><n i="1">x</n></r>'`, { format: 'XML', body: { r: { n: { '@i': '1', '#text': 'x' } } } }],
    [`curl --json '{"a":{"b":[1]}}' https://a.example`, { format: 'JSON', body: { a: { b: [1] } } }],
    [`curl -u me:se:cret https://a.example -d x`, { basic: { user: 'me', password: 'se:cret' }, format: 'Text' }],
    ['curl -sSX POST -Lo /dev/null https://a.example/x -d a=1', { method: 'POST', url: 'https://a.example/x', body: { a: '1' } }],
  ])('%s', (command, expected) => { expect(sample(sampleOfCurl(command))).toMatchObject(expected) })

  it.each([['wget x', 'begins with curl'], ['curl -X POST', 'names no URL']])('%s is none', (command, problem) => {
    expect(sampleOfCurl(command)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) })
  })
})

describe('templateFor', () => {
  it.each([
    ['firstName', 'Ann', '{{lead.first_name}}'], ['last-name', '', '{{lead.last_name}}'], ['contactEmail', '', '{{lower lead.email}}'],
    ['phoneType', 'mobile', null], ['email_opt_in', 'yes', null], ['is_mobile', true, null],
    ['phone', '(555) 555-1234', '{{format lead.phone_1 "(###) ###-####"}}'], ['primaryPhone', '', '{{format lead.phone_1 "##########"}}'], ['phone2', '555-555-1234', '{{format lead.phone_2 "###-###-####"}}'], ['phone_number', '+15555551234', '{{format lead.phone_1 "+1##########"}}'],
    ['tcpa_consent', true, '{{boolean lead.tcpa_consent}}'], ['tcpaText', 'I agree', '{{lead.tcpa_consent_text}}'], ['ssn', '123456789', '{{lead.ssn}}'], ['dob_month', '01', '{{format lead.birth_date "MM"}}'], ['birthday', '', '{{format lead.birth_date "YYYY-MM-DD"}}'],
    ['dob', '01/31/1980', '{{format lead.birth_date "MM/DD/YYYY"}}'], ['submitted_at', '2026-11-24T08:00:00Z', '{{format lead.timestamp "YYYY-MM-DD[T]HH:mm:ssZ"}}'],
    ['state', 'California', '{{state lead.state "name"}}'], ['state', 'CA', '{{lead.state}}'], ['zip_code', 90210, '{{lead.postal_code}}'], ['lead_id', 7, '{{lead.id}}'], ['phone', 4155550101, '{{format lead.phone_1 "##########"}}'], ['credit_score', 700, '{{number lead.credit_range}}'],
    ['xxTrustedFormCertUrl', '', '{{lead.trustedform_cert_url}}'], ['campaign_id', '77', null],
  ])('%s: %j', (name, example, template) => { expect(templateFor(name, example)).toBe(template) })
})

describe('templateFor a file of leads', () => {
  const columns = ['Lead ID', 'First Name', 'Last Name', 'Email Address', 'Mobile Phone', 'State/Province', 'Zip/Postal Code', 'Property Zip', 'Monthly Income', 'Created Date']
  it.each([
    ['first_name', '', '{{lead.[First Name]}}'], ['fullName', '', '{{lead.[First Name]}} {{lead.[Last Name]}}'], ['email', '', '{{lower lead.[Email Address]}}'], ['phone', '', '{{format lead.[Mobile Phone] "##########"}}'],
    ['state', 'California', '{{state lead.[State/Province] "name"}}'], ['zip', '', '{{lead.[Zip/Postal Code]}}'], ['monthly_income', 1000, '{{number lead.[Monthly Income]}}'], ['property_zip', 90210, '{{lead.[Property Zip]}}'], ['created', '', '{{format lead.[Created Date] "YYYY-MM-DD"}}'],
    ['leadId', '', '{{lead.id}}'], ['gender', '', '{{lead.gender}}'], ['campaign', '77', null],
  ])('%s: %j', (name, example, template) => { expect(templateFor(name, example, columns)).toBe(template) })
  it('of several the one of the very name, then the usual name', () => {
    expect(templateFor('mobile', '', ['phone', 'phone_1', 'Mobile'])).toBe('{{format lead.Mobile "##########"}}')
    expect(templateFor('primary_phone', '', ['phone', 'phone_1'])).toBe('{{format lead.phone_1 "##########"}}')
  })
})

describe('draftOf', () => {
  it('takes every secret out, wherever it stands', () => {
    const draft = draftOf('Acme 24', sample(sampleOfCurl(`curl 'https://a.example/x?api_key=SECRET1' -H 'Authorization: Bearer SECRET2' -H 'X-API-Key: SECRET3' -d '{"auth":{"token":"SECRET4"},"city":"X"}'`)))
    expect(draft.yaml).not.toMatch(/SECRET/)
    expect([...draft.secrets.keys()].every((each) => /^ACME_24_[A-Z0-9_]+$/.test(each))).toBe(true)
    expect(new Set(draft.secrets.values())).toEqual(new Set(['SECRET1', 'SECRET2', 'SECRET3', 'SECRET4']))
  })

  it('the text of an element with attributes is what the element is, and a type of the service\'s own goes along', () => {
    const { yaml } = draftOf('x', sample(sampleOfCurl(`curl https://a.example -H 'Content-Type: text/xml' -d '<Lead source="s"><Phone type="home">415-555-1234</Phone></Lead>'`)))
    expect(yaml).toContain('"#text": {{format lead.phone_1 "###-###-####"}}')
    expect(yaml).toContain('Headers:\n  Content-Type: text/xml\nField')
    expect(draftOf('x', sample(sampleOfCurl(`curl https://a.example -H 'Content-Type: application/json' -H 'Accept: */*' --json '{}'`))).yaml).not.toContain('Headers')
  })

  it('a dot in a name of JSON stays one, in a form it may nest', () => {
    expect(draftOf('X', sample(sampleOfCurl(`curl https://a.example -d '{"ownerid@odata.bind":"/systemusers(1)","a":{"b.c":"x y"}}'`))).yaml).toMatch(/ {2}"ownerid@odata\\\\\.bind": "\/systemusers\(1\)"\n {2}a:\n {4}"b\\\\\.c": x y/)
    expect(draftOf('X', sample(sampleOfCurl(`curl https://a.example -d 'Lead.LeadTypeId=x&b=y'`))).yaml).toContain('  "Lead.LeadTypeId": ')
  })

  it('a key that is the user name alone has an empty password', () => {
    const { yaml, secrets } = draftOf('x', sample(sampleOfCurl('curl -u key: https://a.example -d a=1')))
    expect(yaml).toContain('  Password: ""')
    expect([...secrets.values()]).toEqual(['key'])
  })

  it('a basic header becomes a user and a password', () => {
    const draft = draftOf('b', sample(sampleOfCurl(`curl https://a.example -H 'Authorization: Basic ${Buffer.from('u:p:q').toString('base64')}' -d a=1`)))
    expect([...draft.secrets.values()]).toEqual(['u', 'p:q'])
  })
})

describe('a Postman collection', () => {
  const collection = (item: unknown, more: object = {}): string => JSON.stringify({ info: { _postman_id: 'x' }, item, ...more })
  const request = (name: string, more: object) => ({ name, request: { method: 'POST', url: { raw: '{{base}}/lead' }, header: [], ...more }, response: [{ body: '{"ok":true}' }] })
  it('takes the first request that sends, with variables, inherited auth and answers', () => {
    const text = collection([{ name: 'folder', item: [{ name: 'get', request: { method: 'GET', url: 'https://x.example' } }, request('post', { body: { mode: 'raw', raw: '{"age": {{age}}, "city": "X"}' } })] }], { variable: [{ key: 'base', value: 'https://b.example' }], auth: { type: 'bearer', bearer: [{ key: 'token', value: 't' }] } })
    expect(sample(sampleOfPostman(text, null))).toMatchObject({ method: 'POST', url: 'https://b.example/lead', format: 'JSON', body: { age: '{{age}}', city: 'X' }, headers: [['Authorization', 'Bearer t']], answers: ['{"ok":true}'] })
  })
  it('or the one that is named, and says which there are', () => {
    const text = collection([request('one', {}), request('two', { method: 'PUT' })])
    expect(sample(sampleOfPostman(text, 'TWO'))).toMatchObject({ method: 'PUT' })
    expect(sampleOfPostman(text, 'three')).toMatchObject({ ok: false, help: 'it has one, two' })
  })
})

describe('an OpenAPI description', () => {
  const text = `
openapi: 3.1.0
servers: [{url: https://oa.example/v2/}]
components:
  securitySchemes: {b: {type: http, scheme: basic}}
  schemas:
    Person: {type: object, properties: {email: {type: string}, tags: {type: array, items: {type: string, example: t}}}}
    Lead: {allOf: [{$ref: '#/components/schemas/Person'}, {type: object, properties: {kind: {enum: [auto, home]}, amount: {type: number}}}]}
    Loop: {type: object, properties: {again: {$ref: '#/components/schemas/Loop'}}}
security: [{b: []}]
paths:
  /loop: {post: {operationId: loop, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Loop'}}}}}}
  /leads: {post: {operationId: add, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Lead'}}}}, responses: {'201': {content: {application/json: {example: {success: true}}}}}}}
`
  it('gives the operation, its references followed, even in a circle', () => {
    expect(sample(sampleOfOpenApi(text, 'add'))).toMatchObject({ method: 'POST', url: 'https://oa.example/v2/leads', format: 'JSON', body: { email: '', tags: ['t'], kind: 'auto', amount: 0 }, basic: { user: 'user' }, answers: ['{"success":true}'] })
    expect(sampleOfOpenApi(text, '/loop').ok).toBe(true)
    expect(sampleOfOpenApi(text, 'x')).toMatchObject({ ok: false, help: 'it has POST /loop, POST /leads' })
  })
  it('that shows no values of an answer says no rule that nothing meets', () => {
    const schema = '{type: object, properties: {status: {type: string}, leadId: {type: string}, price: {type: number}}}'
    const text = `openapi: 3.0.0\npaths:\n  /a:\n    get: {}\n  /b:\n    post: {responses: {"200": {content: {application/json: {schema: ${schema}}}}}}\n  /c:\n    put: {}\n`
    const made = sample(sampleOfOpenApi(text, null))
    expect(made.among).toEqual({ taken: '/b', others: ['/c'] })
    const { yaml } = draftOf('r', made)
    expect(yaml).toContain('  # As the buyer answers, such as status = "accepted"; until then every 200 is an acceptance.\n  Success: http.status = 200\n  Lead ID: leadId\n  Price: price\n')
    expect(yaml).not.toContain('Expected Response')
  })
  it.each([['a: [', 'cannot be read'], ['hello', 'no OpenAPI description']])('%j is none', (broken, problem) => {
    expect(sampleOfOpenApi(broken, null)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) })
  })
})
