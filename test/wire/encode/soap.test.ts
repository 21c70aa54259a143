import { createHash } from 'node:crypto'
import { DOMParser } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import type { EndpointBasics } from '../../../src/definitions/endpoint-definition.ts'
import type { SoapSettings } from '../../../src/definitions/type-settings.ts'
import { createReader } from '../../../src/wire/read.ts'
import { answer, buildDefinition, buildParsing, codeRow, is, mapping, path, textOf } from '../build-definition.ts'
import { bodyOf, diagnosticsOf, headersOf, inputOf, requestOf } from '../render/input.ts'

const soap = (given: Partial<EndpointBasics> = {}, settings: Partial<SoapSettings> = {}): Partial<EndpointBasics> => ({
  format: 'soap', soap: { version: '1.1', action: null, namespace: null, security: null, ...settings }, root: 'SubmitLead', mapping: mapping({ FirstName: '{{lead.first_name}}', Email: '{{lead.email}}' }), ...given,
})
const lead = { first_name: 'Dana', email: 'dana@example.com' }
const parse = (xml: string) => {
  const problems: string[] = []
  const document = new DOMParser({ onError: (_level, message) => { problems.push(message) } }).parseFromString(xml, 'text/xml')
  expect(problems).toEqual([])
  return document
}
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const login = { kind: 'basic' as const, username: textOf('us<er'), password: textOf('p&ss') }

describe('the envelope', () => {
  it('1.1: the operation in the body, SOAPAction in quotes', () => {
    const request = requestOf(soap({}, { action: textOf('urn:partner:SubmitLead'), namespace: textOf('urn:partner') }), lead)
    expect(request.body).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><SubmitLead xmlns="urn:partner"><FirstName>Dana</FirstName><Email>dana@example.com</Email></SubmitLead></soap:Body></soap:Envelope>')
    expect(headersOf(request)).toMatchObject({ 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: '"urn:partner:SubmitLead"' })
  })

  it('1.1 without an action still has the header, as the standard asks', () => {
    expect(headersOf(requestOf(soap(), lead))['SOAPAction']).toBe('""')
  })

  it("the author's own SOAPAction header goes before ours", () => {
    const request = requestOf(soap({ headers: [{ name: 'soapaction', value: textOf('urn:own') }] }), lead)
    expect(request.headers.filter(([name]) => name.toLowerCase() === 'soapaction')).toEqual([['soapaction', 'urn:own']])
  })

  it('1.2: its own namespace, the action in the Content-Type, no SOAPAction', () => {
    const request = requestOf(soap({}, { version: '1.2', action: textOf('urn:partner:SubmitLead') }), lead)
    expect(headersOf(request)['Content-Type']).toBe('application/soap+xml; charset=utf-8; action="urn:partner:SubmitLead"')
    expect(headersOf(request)['SOAPAction']).toBeUndefined()
    expect(parse(String(request.body)).documentElement?.namespaceURI).toBe('http://www.w3.org/2003/05/soap-envelope')
  })

  it.each([
    ['an @xmlns of the mapping goes before the setting', { mapping: mapping({ '@xmlns': 'urn:own', A: 'x' }) }, '<SubmitLead xmlns="urn:own"><A>x</A></SubmitLead>'],
    ['a prefix of Root is bound', { root: 'm:SubmitLead', mapping: mapping({ 'm:A': 'x' }) }, '<m:SubmitLead xmlns:m="urn:partner"><m:A>x</m:A></m:SubmitLead>'],
    ['a Root that the mapping has too is there once', { root: 'Send', mapping: mapping({ Send: { A: 'x' } }) }, '<Send xmlns="urn:partner"><A>x</A></Send>'],
    ["the mapping's only map is the operation", { root: null, mapping: mapping({ Send: { A: 'x' } }) }, '<Send xmlns="urn:partner"><A>x</A></Send>'],
  ])('%s', (_, given, inner) => {
    expect(bodyOf(soap(given, { namespace: textOf('urn:partner') }), lead)).toContain(`<soap:Body>${inner}</soap:Body>`)
  })

  it('no lead can add an element, a header or an entity', () => {
    const hostile = '</FirstName></SubmitLead></soap:Body><soap:Body><x>&xxe;]]><!--'
    const document = parse(bodyOf(soap({}, { namespace: textOf('urn:partner') }), { ...lead, first_name: hostile }))
    expect([...document.getElementsByTagName('*')].map((each) => each.localName)).toEqual(['Envelope', 'Body', 'SubmitLead', 'FirstName', 'Email'])
    expect(document.getElementsByTagNameNS('urn:partner', 'FirstName')[0]?.textContent).toBe(hostile)
  })

  it.each([
    ['a GET', soap({ method: 'GET' }), /no body to hold an envelope/],
    ['a batch', soap({ batch: { format: 'xml', results: null, match: null } }), /batch cannot be sent as SOAP/],
    ['security without a user', soap({}, { security: 'WS-Security' }), /user name and a password/],
    ['a security that is none', soap({ auth: login }, { security: 'Kerberos' }), /Kerberos is not known/],
  ])('%s is refused', (_, definition, message) => {
    expect(diagnosticsOf(definition).map((each) => each.message).join()).toMatch(message)
  })
})

describe('WS-Security', () => {
  it('puts the user name and password into the envelope, and not into a header', () => {
    const request = requestOf(soap({ auth: login }, { security: 'WS-Security' }), lead)
    const document = parse(String(request.body))
    expect(document.getElementsByTagNameNS(WSSE, 'Username')[0]?.textContent).toBe('us<er')
    expect(document.getElementsByTagNameNS(WSSE, 'Password')[0]?.textContent).toBe('p&ss')
    expect(headersOf(request)['Authorization']).toBeUndefined()
  })

  it('without the setting the same Auth is HTTP Basic', () => {
    const request = requestOf(soap({ auth: login }), lead)
    expect(headersOf(request)['Authorization']).toMatch(/^Basic /)
    expect(request.body).not.toContain('Security')
  })

  it('a digest proves the password, differs with every attempt, and does not hold it', () => {
    const definition = soap({ auth: login }, { security: 'WS-Security Digest' })
    const first = String(requestOf(definition, lead, { attempt: 1 }).body)
    const document = parse(first)
    const read = (name: string): string => [...document.getElementsByTagName('*')].find((each) => each.localName === name)?.textContent ?? ''
    expect(createHash('sha1').update(Buffer.from(read('Nonce'), 'base64')).update(read('Created')).update('p&ss').digest('base64')).toBe(read('Password'))
    expect(first).not.toContain('p&amp;ss')
    expect(String(requestOf(definition, lead, { attempt: 2 }).body)).not.toBe(first)
    expect(String(requestOf(definition, lead, { attempt: 1 }).body)).toBe(first)
    expect(inputOf({}).attempt).toBe(1)
  })
})

const envelope = (inner: string, ns = 'http://schemas.xmlsoap.org/soap/envelope/'): string => `<?xml version="1.0"?><e:Envelope xmlns:e="${ns}"><e:Body>${inner}</e:Body></e:Envelope>`
const fault11 = (code: string, text: string): string => envelope(`<e:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring></e:Fault>`)
const fault12 = (code: string, text: string, sub = ''): string => envelope(`<e:Fault><e:Code><e:Value>e:${code}</e:Value>${sub && `<e:Subcode><e:Value>${sub}</e:Value></e:Subcode>`}</e:Code><e:Reason><e:Text xml:lang="en">${text}</e:Text></e:Reason></e:Fault>`, 'http://www.w3.org/2003/05/soap-envelope')
const done = envelope('<r xmlns="urn:partner"><Accepted>true</Accepted><LeadId>551</LeadId></r>')

describe('faults', () => {
  const parsing = buildParsing({ success: is('//Accepted', 'true'), leadId: path('//LeadId') })
  const read = (status: number, body: string, given: Partial<EndpointBasics> = {}, headers = {}) =>
    createReader(buildDefinition(soap({ parsing, ...given })), { hasPriceFallback: true }).read(answer(status, body, { 'content-type': 'text/xml', ...headers }), 'post')

  it.each([
    [500, fault11('e:Client', 'Email is missing'), { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Email is missing' }],
    [200, fault11('e:Client', 'Email is missing'), { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Email is missing' }],
    [500, fault11('Client.BadZip', 'Zip'), { kind: 'failed', class: 'invalid_data', retry: false }],
    [500, fault11('e:Server', 'Database down'), { kind: 'failed', class: 'server_error', retry: true, reason: 'Database down' }],
    [200, fault11('e:Server', 'Database down'), { kind: 'failed', class: 'server_error', retry: true, reason: 'Database down' }],
    [400, fault12('Sender', 'Bad phone'), { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Bad phone' }],
    [200, fault12('Sender', 'Bad phone'), { kind: 'failed', class: 'invalid_data', retry: false, reason: 'Bad phone' }],
    [500, fault12('Receiver', 'Busy'), { kind: 'failed', class: 'server_error', retry: true, reason: 'Busy' }],
    [500, fault12('Sender', 'Who are you?', 'wsse:FailedAuthentication'), { kind: 'failed', class: 'auth', retry: false, pause: true, alert: true }],
    [500, fault11('wsse:InvalidSecurity', 'No header'), { kind: 'failed', class: 'auth', pause: true }],
    [500, fault11('1007', 'Our own number'), { kind: 'failed', class: 'server_error', retry: true, reason: 'Our own number' }],
    [401, fault11('e:Client', 'Login'), { kind: 'failed', class: 'auth', pause: true, reason: 'Login' }],
    [409, fault11('e:Client', 'Known'), { kind: 'duplicate', reason: 'Known' }],
    [200, done, { kind: 'accepted', buyerLeadId: '551' }],
  ])('HTTP %i %s', (status, body, expected) => { expect(read(status, body)).toMatchObject(expected) })

  it('a Fault is no success, whatever Success says', () => {
    const parsing = buildParsing({ success: is('http.status', 200) })
    expect(read(200, fault11('e:Client', 'no'), { parsing })).toMatchObject({ kind: 'failed', class: 'invalid_data' })
    expect(read(200, done, { parsing })).toMatchObject({ kind: 'accepted' })
  })

  it("the author's Duplicate and Response Codes go before", () => {
    expect(read(500, fault11('e:Client', 'Duplicate lead'), { parsing: buildParsing({ duplicate: is('//faultstring', 'Duplicate', 'starts-with') }) })).toMatchObject({ kind: 'duplicate' })
    expect(read(500, fault11('e:Client', 'x'), { responseCodes: [codeRow(500, 'server-error')] })).toMatchObject({ class: 'server_error' })
  })

  it('the word Fault elsewhere is no fault', () => {
    expect(read(200, envelope('<r xmlns="urn:p"><Accepted>true</Accepted><LeadId>1</LeadId><Fault><faultcode>Client</faultcode></Fault></r>'))).toMatchObject({ kind: 'accepted' })
  })
})
