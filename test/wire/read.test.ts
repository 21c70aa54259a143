import { describe, expect, it } from 'vitest'
import type { ParsingDefinition } from '../../src/definitions/answer-definition.ts'
import type { EndpointDefinition } from '../../src/definitions/endpoint-definition.ts'
import type { Reply } from '../../src/wire/request.ts'
import { createReader } from '../../src/wire/read.ts'
import { verdictJson } from '../../src/wire/verdict-json.ts'
import { and, answer, buildDefinition, buildParsing, buildPing, codeRow, exists, is, matches, not, or, path } from './build-definition.ts'

const read = (reply: Reply, parsing: Partial<ParsingDefinition> = {}, given: Partial<EndpointDefinition> = {}, hasPriceFallback = false) =>
  createReader(buildDefinition({ ...given, parsing: buildParsing(parsing) }), { hasPriceFallback }).read(reply, 'post')

const ABC = { success: is('status', 'accepted'), leadId: path('response.leadId'), price: path('response.price') }
const JSON_ANSWER = { success: is('status', 'success'), leadId: path('leadId'), price: path('price'), message: path('message') }
const XML_ANSWER = { success: is('//result', 'accepted'), leadId: path('//id'), price: path('//amount') }
const CODES = [
  codeRow(200, 'success', { when: is('body', 'OK', 'contains') }),
  codeRow(200, 'duplicate', { when: is('body', 'DUP', 'contains') }),
  codeRow(400, 'invalid-data', { text: 'Invalid data (check message)' }),
  codeRow(401, 'auth', { pause: true, text: 'Auth failed (pause delivery)' }),
  codeRow(429, 'rate-limited', { retry: true }),
  codeRow([500, 599], 'server-error', { retry: true }),
]
const html = (body: string) => answer(200, body, { 'content-type': 'text/html' })
const FIVE9 = (code: string, words: string) => html(`<html><head><title>WebToCampaign Response</title></head><body><form>
  <INPUT readonly id="number1" name="number1" value="5555551234"><input readonly id="F9errCode" name="F9errCode" value="${code}"><br>
  <INPUT readonly id="F9errDesc" name="F9errDesc" value="${words}"></form></body></html>`)
const FIVE9_RULES = { success: { kind: 'in', path: path('css(#F9errCode @value)'), values: ['0', '602'] } as const, duplicate: is('css(#F9errCode @value)', '603'), message: path('css(#F9errDesc @value)') }
const VICI = { success: matches('body', '^SUCCESS'), duplicate: is('body', 'DUPLICATE', 'contains'), leadId: path('regex(SUCCESS:[^|]*\\|[^|]*\\|[^|]*\\|(\\d+))'), message: path('regex(^(?:ERROR|SUCCESS): (.*))') }
const CONVOSO = { success: is('success', true), duplicate: is('code', 6002), leadId: path('data.lead_id'), message: path('text') }
const OUTCOME = { success: is('outcome', 'success'), duplicate: is('reason', 'duplicate', 'contains'), price: path('price'), message: path('reason') }
const POST = { success: is('//isValidPost', 'true'), price: path('//Price'), redirectUrl: path('//RedirectURL') }
const SOAP = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><r:AddResponse xmlns:r="urn:x"><r:return><r:ok>true</r:ok><r:id>77</r:id></r:return></r:AddResponse></soap:Body></soap:Envelope>'

describe('answers as buyers send them', () => {
  const rows: readonly [name: string, reply: Reply, parsing: Partial<ParsingDefinition>, want: object][] = [
    ['the subject document: direct buyer', answer(200, { status: 'accepted', leadId: 'A1', price: 45 }), ABC, { kind: 'accepted', buyerLeadId: 'A1', price: { amount: 450_000, currency: 'USD' }, reason: null }],
    ['the same in a response member', answer(200, { status: 'accepted', response: { leadId: 'A1', price: '45.00' } }), ABC, { kind: 'accepted', buyerLeadId: 'A1' }],
    ['"not accepted" is not "accepted"', answer(200, { status: 'not accepted' }), ABC, { kind: 'rejected' }],
    ['Accepted is not accepted, and what it says is told', answer(200, { status: 'Accepted' }), ABC, { kind: 'rejected', reason: 'Success does not hold (status is "Accepted")' }],
    ['what is not there is told', answer(200, { n: 1 }), { success: or(is('status', 'ok'), is('body', 'OK', 'contains'), is('http.status', 201)) }, { kind: 'rejected', reason: 'Success does not hold (it has no status, it looks at body, http.status is "200")' }],
    ['the subject document: JSON', answer(200, { status: 'success', leadId: 'ABC123', price: 45.0, message: 'Lead accepted' }), JSON_ANSWER, { kind: 'accepted', buyerLeadId: 'ABC123', reason: 'Lead accepted' }],
    ['the subject document: XML', answer(200, '<response>\n  <result>accepted</result>\n  <id>12345</id>\n  <amount>45.00</amount>\n</response>', { 'content-type': 'text/xml' }), XML_ANSWER, { kind: 'accepted', buyerLeadId: '12345', price: { amount: 450_000 } }],
    ['.NET: a document within the text of another', answer(200, '<?xml version="1.0" encoding="utf-8"?>\n<string xmlns="http://tempuri.org/">&lt;?xml version="1.0" encoding="utf-16"?&gt;&lt;Response&gt;&lt;Result&gt;accepted&lt;/Result&gt;&lt;id&gt;7&lt;/id&gt;&lt;amount&gt;12.50&lt;/amount&gt;&lt;/Response&gt;</string>'), { ...XML_ANSWER, success: is('//Result', 'accepted') }, { kind: 'accepted', buyerLeadId: '7', price: { amount: 125_000 } }],
    ['the same in SOAP, as CDATA, refused in words', answer(200, '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><t/></s:Header><s:Body><AddResponse xmlns="urn:x"><AddResult><![CDATA[<r><result>no</result><message>too young</message></r>]]></AddResult></AddResponse></s:Body></s:Envelope>'), { success: is('result', 'accepted') }, { kind: 'rejected', reason: 'too young' }],
    ['.NET: JSON within the text of XML', answer(200, '<string xmlns="http://tempuri.org/">{"status":"accepted","leadId":7,"price":1}</string>'), ABC, { kind: 'accepted', buyerLeadId: '7' }],
    ['.NET: JSON as the text of a JSON string', answer(200, JSON.stringify('{"status":"accepted","leadId":7,"price":"12,50 EUR"}'), { 'content-type': 'application/json' }), ABC, { kind: 'accepted', buyerLeadId: '7', price: { amount: 125_000, currency: 'EUR' } }],
    ['the same, refused', answer(200, JSON.stringify('{"status":"no","message":"zip"}')), { ...ABC, message: path('message') }, { kind: 'rejected', reason: 'zip' }],
    ['a JSON string of other words has nothing that a path finds', answer(200, '"[see below"'), ABC, { kind: 'unconfirmed' }],
    ['.NET: JSON within a text of JSON', answer(200, { d: JSON.stringify({ status: 'accepted', leads: [{ id: 7, price: '12.50' }] }) }), { success: is('d.status', 'accepted'), leadId: path('d.leads[0].id'), price: path('d.leads[0].price') }, { kind: 'accepted', buyerLeadId: '7', price: { amount: 125_000 } }],
    ['a text that only looks like JSON has nothing in it', answer(200, { d: '{status: accepted' }), { success: is('d.status', 'accepted') }, { kind: 'rejected' }],
    ['the text itself can be asked as before', answer(200, '<string xmlns="http://tempuri.org/">&lt;b&gt;OK&lt;/b&gt;</string>'), { success: is('//string', '<b>OK</b>') }, { kind: 'accepted' }],
    ['markup in one text of several is text', answer(200, '<r><id>1</id><note>&lt;result&gt;accepted&lt;/result&gt;</note></r>'), { success: is('//result', 'accepted') }, { kind: 'rejected' }],
    ['Close: what is wrong with fields, however deep', answer(400, { errors: [], 'field-errors': { contacts: { errors: { 0: { errors: { emails: 'Invalid email' } } } } } }), { success: exists('id') }, { kind: 'failed', class: 'invalid_data', reason: expect.stringContaining('emails: Invalid email') as string }],
    ['XML called JSON', answer(200, '<response><result>accepted</result><id>1</id><amount>$1,012.50</amount></response>', { 'content-type': 'application/json' }), XML_ANSWER, { kind: 'accepted', price: { amount: 10_125_000 } }],
    ['name=value, called a page', html('status=accepted&leadId=7&price=%2445.00'), { ...ABC, format: 'form' }, { kind: 'accepted', buyerLeadId: '7', price: { amount: 450_000 } }],
    ['name=value in lines', answer(200, 'status=no\r\nmessage=not in our area\r\n'), { ...ABC, message: path('message'), format: 'form' }, { kind: 'rejected', reason: 'not in our area' }],
    ['a page where name=value is asked for', html('<p class="x">status=accepted</p>'), { ...ABC, format: 'form' }, { kind: 'unconfirmed' }],
    ['JSONP', answer(200, '/**/jQuery17.cb_1({"status":"accepted","leadId":7,"price":"$45"});\n', { 'content-type': 'application/javascript' }), ABC, { kind: 'accepted', buyerLeadId: '7', price: { amount: 450_000 } }],
    ['JSONP that refuses', answer(200, 'cb({"status":"error","message":"0 - Please enter a value"})'), { ...ABC, message: path('message') }, { kind: 'rejected', reason: '0 - Please enter a value' }],
    ['what only looks like JSONP', answer(200, 'cb({"status":"accepted","leadId":7,"price":1}) and more'), ABC, { kind: 'unconfirmed' }],
    ['JSON called HTML', html('{"status":"accepted","leadId":7,"price":"$45"}'), ABC, { kind: 'accepted', buyerLeadId: '7' }],
    ['XML with bare ampersands', answer(200, '<response><result>accepted</result><id>A&B</id><note><![CDATA[a&b&amp;]]></note><amount>1</amount><url>https://x.example/?a=1&b=2&amp;c=3</url></response>'), { ...XML_ANSWER, message: path('//note'), redirectUrl: path('//url') }, { kind: 'accepted', buyerLeadId: 'A&B', reason: 'a&b&amp;', redirectUrl: 'https://x.example/?a=1&b=2&c=3' }],
    ['XML that refuses with one', answer(200, '<response><result>no</result><message>AT&T &#38; others</message></response>'), XML_ANSWER, { kind: 'rejected', reason: 'AT&T & others' }],
    ['XML with an entity that nobody declared', answer(200, '<response><result>accepted</result><id>&nbsp;</id><amount>1</amount></response>'), XML_ANSWER, { kind: 'unconfirmed' }],
    ['XML that names its DTD and declares nothing', answer(200, '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE response SYSTEM "https://classic.leadconduit.com/dtd/response-v2-basic.dtd">\n<response><result>accepted</result><id>9</id><amount>1</amount></response>'), XML_ANSWER, { kind: 'accepted', buyerLeadId: '9' }],
    ['XML with a public DTD', answer(200, `<!-- one --><!DOCTYPE cXML PUBLIC "-//x//y" 'http://xml.cxml.org/cXML.dtd' ><response><result>rejected</result><id>9</id></response>`), XML_ANSWER, { kind: 'rejected' }],
    ['XML in a namespace', answer(200, '<a:response xmlns:a="urn:a"><a:result>accepted</a:result><a:id>9</a:id><a:amount>1</a:amount></a:response>'), XML_ANSWER, { kind: 'accepted', buyerLeadId: '9' }],
    ['XML whose prefix is the name of an HTML element', answer(200, '<p:response xmlns:p="urn:p"><p:status>accepted</p:status></p:response>'), { success: is('status', 'accepted') }, { kind: 'accepted' }],
    ['the same, refused', answer(200, '<p:response xmlns:p="urn:p"><p:result>no</p:result></p:response>'), { success: is('//status', 'accepted') }, { kind: 'rejected' }],
    ['SOAP, prefixes of its own', answer(200, SOAP), { success: is('//soap:Body//ok', 'true'), leadId: path('//return/id') }, { kind: 'accepted', buyerLeadId: '77' }],
    ['a dotted path on XML', answer(200, '<response><result code="5">accepted</result></response>'), { success: and(is('response.result', 'accepted'), is('result.@code', 5)) }, { kind: 'accepted' }],
    ['an id longer than a double', answer(200, '{"status":"accepted","leadId":12345678901234567890,"price":1}'), ABC, { buyerLeadId: '12345678901234567890' }],
    ['+json', answer(200, '{"status":"accepted","leadId":1,"price":1}', { 'content-type': 'application/vnd.buyer.v1+json' }), ABC, { kind: 'accepted' }],
    ['form-encoded', answer(200, 'status=accepted&leadId=5&price=10', { 'content-type': 'application/x-www-form-urlencoded' }), ABC, { kind: 'accepted', buyerLeadId: '5' }],
    ['Five9 taken', FIVE9('0', 'The request was successfully processed'), FIVE9_RULES, { kind: 'accepted' }],
    ['Five9 known', FIVE9('603', 'already in list'), FIVE9_RULES, { kind: 'duplicate', reason: 'already in list' }],
    ['Five9 refused', FIVE9('708', 'More than one record matches specified criteria'), FIVE9_RULES, { kind: 'rejected', reason: 'More than one record matches specified criteria' }],
    ['VICIdial taken', answer(200, 'SUCCESS: add_lead LEAD HAS BEEN ADDED - 5551234567|6666|101|193715|-5\nNOTICE: add_lead ADDED TO HOPPER - 1|2|3'), VICI, { kind: 'accepted', buyerLeadId: '193715' }],
    ['VICIdial known', answer(200, 'ERROR: add_lead DUPLICATE PHONE NUMBER IN LIST - 1|2|3'), VICI, { kind: 'duplicate' }],
    ['VICIdial refused', answer(200, 'ERROR: add_lead INVALID PHONE NUMBER LENGTH - 12'), VICI, { kind: 'rejected', reason: 'add_lead INVALID PHONE NUMBER LENGTH - 12' }],
    ['Convoso taken', answer(200, { success: true, data: { lead_id: 88 } }), CONVOSO, { kind: 'accepted', buyerLeadId: '88' }],
    ['Convoso refused', answer(200, { success: false, code: 6007, text: 'Invalid phone' }), CONVOSO, { kind: 'rejected', reason: 'Invalid phone' }],
    ['LeadConduit taken', answer(200, { outcome: 'success', price: 12.5 }), OUTCOME, { kind: 'accepted', price: { amount: 125_000 } }],
    ['LeadConduit known', answer(200, { outcome: 'failure', reason: 'duplicate lead', price: 0 }), OUTCOME, { kind: 'duplicate', reason: 'duplicate lead' }],
    ['PostResponse', answer(200, '<PostResponse><isValidPost>true</isValidPost><Price>8.50</Price><RedirectURL>https://b.example/x</RedirectURL></PostResponse>'), POST, { kind: 'accepted', price: { amount: 85_000 }, redirectUrl: 'https://b.example/x' }],
    ['HubSpot 207', answer(207, { status: 'COMPLETE', numErrors: 1, results: [], errors: [{ message: 'email is invalid' }] }), { success: is('results[0].id', '', '!='), message: path('errors.*.message') }, { kind: 'rejected', reason: 'email is invalid' }],
    ['css on a heading', html('<h1>accepted</h1>'), { success: is('css(h1)', 'accepted') }, { kind: 'accepted' }],
    ['the highest price', answer(200, { status: 'accepted', leadId: 1, price: '100,000,000.00' }), ABC, { price: { amount: 1_000_000_000_000 } }],
    ['a price in an attribute', html('<p id="p" data-price="$9.25">ok</p>'), { success: exists('css(#p)'), price: path('css(#p @data-price)') }, { price: { amount: 92_500 } }],
    ['a page that is read by XPath', html('<html><body><h1>Sorry</h1></body></html>'), { success: is('//h1', 'Thank you'), duplicate: is('//h2', 'Known') }, { kind: 'rejected', reason: 'Sorry' }],
    ['by several paths, of which one is there', html('<html><body><h1>Sorry</h1></body></html>'), { success: or(is('//h1', 'Thank you'), is('//status', 'ok')), duplicate: is('//h2', 'Known') }, { kind: 'rejected' }],
    ['and accepts', html('<html><body><h1>Thank you</h1></body></html>'), { success: is('//h1', 'Thank you'), duplicate: is('//h2', 'Known') }, { kind: 'accepted' }],
    ['several messages', answer(200, { status: 'no', errors: [{ text: 'bad zip' }, { text: 'bad phone' }] }), { success: is('status', 'yes'), message: path('errors.*.text') }, { kind: 'rejected', reason: 'bad zip, bad phone' }],
    ['ISO-8859-1 by header', answer(422, Buffer.from('{"message":"Stra\xdfe fehlt"}', 'latin1'), { 'content-type': 'application/json; charset=ISO-8859-1' }), {}, { reason: 'Straße fehlt' }],
    ['the same unlabelled, as old gateways send it', answer(422, Buffer.from('{"message":"Stra\xdfe fehlt"}', 'latin1'), { 'content-type': 'application/json' }), {}, { reason: 'Straße fehlt' }],
    ['a word that decides, unlabelled', answer(200, Buffer.from('situa\xe7\xe3o: v\xe1lida', 'latin1'), { 'content-type': 'text/plain' }), { success: is('body', 'válida', 'contains') }, { kind: 'accepted' }],
    ['UTF-8 of which one character is cut', answer(422, Buffer.concat([Buffer.from('{"message":"Straße '), Buffer.from([0xc3]), Buffer.from('"}')])), {}, { reason: 'Straße \ufffd' }],
    ['UTF-8 that was damaged before it was sent', answer(422, { message: 'bad \ufffd' }), {}, { reason: 'bad \ufffd' }],
    ['windows-1252 by XML declaration', answer(422, Buffer.from('<?xml version="1.0" encoding="windows-1252"?><e><message>\x80 caf\xe9</message></e>', 'latin1')), {}, { reason: '€ café' }],
    ['a byte order mark', answer(200, Buffer.from('\ufeff{"status":"accepted","leadId":1,"price":1}')), ABC, { kind: 'accepted' }],
    ['a line\'s end behind the word', answer(200, 'OK\r\n'), { success: is('body', 'OK') }, { kind: 'accepted' }],
    ['the same by a pattern', answer(200, '\nOK\n'), { success: matches('body', '^OK$') }, { kind: 'accepted' }],
    ['the word as JSON, in quotes', answer(200, '"OK"', { 'content-type': 'application/json' }), { success: is('body', 'OK') }, { kind: 'accepted' }],
    ['the quotes written out', answer(200, '"OK"'), { success: is('body', '"OK"') }, { kind: 'accepted' }],
    ['any word but one, which came in quotes', answer(200, '"ERROR"'), { success: is('body', 'ERROR', '!=') }, { kind: 'rejected' }],
    ['a refusal of any word but one, which came in quotes', answer(200, '"OK"'), { rejected: is('body', 'OK', '!='), success: is('body', 'OK') }, { kind: 'accepted' }],
    ['any word but one, and it is another', answer(200, '"SOLD"'), { success: is('body', 'ERROR', '!=') }, { kind: 'accepted' }],
    ['another word in quotes', answer(200, '"NOT OK"'), { success: is('body', 'OK') }, { kind: 'rejected' }],
    ['a word behind it', answer(200, 'OK\nbut not now\n'), { success: is('body', 'OK') }, { kind: 'rejected' }],
    ['a flag among captures', answer(200, { status: 'accepted', leadId: 1, price: 1, known: false }), { ...ABC, capture: { known: path('known') } }, { captured: { known: 'false' } }],
    ['captures', answer(200, { status: 'accepted', leadId: 1, price: 1, ref: 'Z' }), { ...ABC, capture: { ref: path('ref'), none: path('none') } }, { captured: { ref: 'Z' } }],
  ]
  it.each(rows)('%s', (_name, reply, parsing, want) => expect(read(reply, parsing)).toMatchObject(want))
})

it('a redirect URL that no browser should follow is dropped', () => {
  expect(read(answer(200, { u: 'javascript:alert(1)' }), { redirectUrl: path('u') })).not.toHaveProperty('redirectUrl')
})

describe('neither yes nor no', () => {
  const rows: readonly [name: string, reply: Reply, parsing: Partial<ParsingDefinition>, reason: RegExp][] = [
    ['empty', answer(200), ABC, /empty body/],
    ['blank', answer(200, ' \r\n'), ABC, /empty body/],
    ['empty, under a rule that names the status too', answer(200), { success: and(is('http.status', 200), is('status', 'accepted')) }, /empty body/],
    ['HTML for JSON', html('<html><body>Maintenance accepted</body></html>'), ABC, /^it is a web page, which cannot be read.*Maintenance/],
    ['a page to log in', html('<html><body><form><input name=u><input type="password"></form></body></html>'), ABC, /^it is a page to log in, which cannot be read/],
    ['a piece of HTML for JSON', html('<div>Bad gateway</div>'), ABC, /cannot be read.*Bad gateway/],
    ['a paragraph called JSON', answer(200, '<p>Thank you</p>', { 'content-type': 'application/json' }), ABC, /cannot be read/],
    ['HTML for XML, however well-formed', html('<html><body><h1>Sign in</h1></body></html>'), XML_ANSWER, /cannot be read.*Sign in/],
    ['broken JSON', answer(200, '{"status":"accepted","leadId":1,', { 'content-type': 'application/json' }), ABC, /cannot be read/],
    ['cut', { ...answer(200, '{"status":"accepted","leadId":1,"price":1}'), truncated: true }, ABC, /Maximum Response/],
    ['broken XML', answer(200, '<response><result>accepted</result>'), XML_ANSWER, /cannot be read/],
    ['no lead id', answer(200, { status: 'accepted', price: 4 }), ABC, /no lead id at response\.leadId/],
    ['blank lead id', answer(200, { status: 'accepted', leadId: ' ', price: 4 }), ABC, /no lead id/],
    ['false for a lead id', answer(200, { status: 'accepted', leadId: false, price: 4 }), ABC, /no lead id/],
    ['no price', answer(200, { status: 'accepted', leadId: 1 }), ABC, /no price at response\.price/],
    ['an id where the price should be', answer(200, { status: 'accepted', leadId: 1, price: 100_200_300_400 }), ABC, /price cannot be read \("100200300400"\)/],
    ['no money', answer(200, { status: 'accepted', leadId: 1, price: 'soon' }), ABC, /cannot be read \("soon"\)/],
    ['a negative price', answer(200, { status: 'accepted', leadId: 1, price: -4 }), ABC, /price cannot be read/],
    ['a format that it has not', answer(200, '<status>accepted</status>'), { ...ABC, format: 'json' }, /cannot be read/],
    ['a body rule that cannot be read beside a status rule', html('<html>ok</html>'), { success: is('http.status', 200), duplicate: is('status', 'dup') }, /cannot be read/],
    ['a body rule turned round', html('<html>ok</html>'), { success: not(is('status', 'error')) }, /cannot be read/],
    ['no success rule, a duplicate rule that cannot be read', html('<html>ok</html>'), { duplicate: is('status', 'dup') }, /cannot be read/],
  ]
  it.each(rows)('%s', (_name, reply, parsing, reason) => {
    const verdict = read(reply, parsing)
    expect(verdict).toMatchObject({ kind: 'unconfirmed', class: 'unreadable' })
    expect(verdict.reason).toMatch(reason)
  })

  it('a missing or unreadable price is no doubt where there is a fallback, or it is optional; one that is there is told', () => {
    for (const [price, reason] of [[undefined, null], ['12,5', 'its price cannot be read ("12,5") at response.price']]) {
      const reply = answer(200, { status: 'accepted', leadId: 1, price })
      expect(read(reply, ABC, {}, true)).toMatchObject({ kind: 'accepted', price: null, reason })
      expect(read(reply, { ...ABC, optional: ['price'] })).toMatchObject({ kind: 'accepted', price: null, reason })
    }
    expect(read(answer(200, { status: 'accepted', leadId: 1, price: 'soon', message: 'thanks' }), { ...ABC, message: path('message') }, {}, true).reason).toBe('thanks; its price cannot be read ("soon") at response.price')
    expect(read(answer(200, { status: 'accepted', price: 1 }), { ...ABC, optional: ['lead id'] })).toMatchObject({ kind: 'accepted', buyerLeadId: null })
    expect(read(answer(200, { status: 'accepted', leadId: 1 }), { ...ABC, optional: ['lead id'] })).toMatchObject({ kind: 'unconfirmed' })
  })

  it('a price is where it is said to be, whatever else of the answer cannot be read', () => {
    const priced = { success: is('http.status', 200), leadId: path('id'), optional: ['Lead ID'], price: path('header.x-price') }
    expect([answer(200, 'no JSON', { 'x-price': '5' }), answer(200, 'no JSON')].map((each) => read(each, priced, {}, true))).toMatchObject([{ kind: 'accepted', price: { amount: 50_000 } }, { kind: 'accepted', price: null }])
  })
  it('a fallback price does not make up for a body that cannot be read', () => {
    expect(read(html('<html>hello</html>'), { success: is('http.status', 200), price: path('price') }, {}, true)).toMatchObject({ kind: 'unconfirmed' })
    expect(read(answer(204), { success: is('http.status', 204), price: path('price') }, {}, true)).toMatchObject({ kind: 'accepted', price: null })
  })

  it('a cut body does not matter to rules that need none', () => {
    expect(read({ ...answer(200, 'x'), truncated: true }, { success: is('http.status', 200) })).toMatchObject({ kind: 'accepted' })
    expect(read({ ...answer(500, 'x'), truncated: true }, ABC)).toMatchObject({ kind: 'failed', class: 'server_error' })
  })
})

describe('statuses and conditions together', () => {
  const RULES = { ...ABC, duplicate: is('status', 'duplicate'), rejected: is('status', 'rejected'), error: is('status', 'error'), message: path('message') }
  const rows: readonly [name: string, reply: Reply, parsing: Partial<ParsingDefinition>, want: object][] = [
    ['a 2xx without rules', answer(200, 'anything'), {}, { kind: 'accepted' }],
    ['a 204 without rules', answer(204), {}, { kind: 'accepted' }],
    ['400 with a duplicate rule', answer(400, { status: 'duplicate' }), RULES, { kind: 'duplicate' }],
    ['422 with a rejected rule', answer(422, { status: 'rejected', message: 'no' }), RULES, { kind: 'rejected', reason: 'no' }],
    ['422 without one', answer(422, { status: 'pending', message: 'bad zip' }), RULES, { kind: 'failed', class: 'invalid_data', retry: false, reason: 'bad zip' }],
    ['200 with an error', answer(200, { status: 'error', message: 'down' }), RULES, { kind: 'failed', class: 'server_error', retry: true, reason: 'down' }],
    ['422 with an error', answer(422, { status: 'error' }), RULES, { kind: 'failed', class: 'invalid_data', retry: false }],
    ['Error goes before Success', answer(200, { status: 'accepted', leadId: 1, price: 1, e: 1 }), { ...RULES, error: exists('e') }, { kind: 'failed' }],
    ['an empty text of errors is none', answer(200, { status: 'accepted', leadId: 1, price: 1, error: ' ' }), { ...RULES, error: exists('error') }, { kind: 'accepted' }],
    ['an empty id is none', answer(200, { id: '' }), { success: exists('id') }, { kind: 'rejected' }],
    ['an element is there without text', answer(200, '<r><accepted/></r>'), { success: exists('accepted') }, { kind: 'accepted' }],
    ['an empty list of errors is none', answer(200, { status: 'accepted', leadId: 1, price: 1, errors: [] }), { ...RULES, error: exists('errors') }, { kind: 'accepted' }],
    ['Success in a 500 sells nothing', answer(500, { status: 'accepted', leadId: 1, price: 1 }), RULES, { kind: 'failed', class: 'server_error' }],
    ['Success in a 302 sells nothing', answer(302, { status: 'accepted' }), RULES, { kind: 'failed', class: 'redirect' }],
    ['Success that names the status', answer(409, { id: 1 }), { success: or(is('http.status', 200), is('http.status', 409)) }, { kind: 'accepted' }],
    ['Success that names another status', answer(500), { success: is('http.status', 200) }, { kind: 'failed', class: 'server_error' }],
    ['a 200 that is not the status named', answer(200, 'x'), { success: is('http.status', 201) }, { kind: 'rejected' }],
    ['a header', answer(200, 'x', { 'x-result': 'ok' }), { success: is('header.X-Result', 'ok') }, { kind: 'accepted' }],
    ['409', answer(409, { message: 'Contact already exists' }), {}, { kind: 'duplicate', class: 'duplicate', reason: 'Contact already exists' }],
  ]
  it.each(rows)('%s', (_name, reply, parsing, want) => expect(read(reply, parsing)).toMatchObject(want))
})

describe('Response Codes', () => {
  const rows: readonly [reply: Reply, want: object][] = [
    [answer(200, 'OK 123'), { kind: 'accepted' }],
    [answer(200, 'DUP'), { kind: 'duplicate', class: 'duplicate' }],
    [answer(200, 'NO'), { kind: 'rejected', reason: 'NO' }],
    [answer(201, 'OK'), { kind: 'rejected' }],
    [answer(200), { kind: 'unconfirmed' }],
    [{ ...answer(200, 'OK'), truncated: true }, { kind: 'unconfirmed' }],
    [answer(400, { message: 'zip is missing' }), { kind: 'failed', class: 'invalid_data', retry: false, reason: 'zip is missing' }],
    [answer(400), { reason: 'HTTP 400 Bad Request: Invalid data (check message)', said: null }],
    [answer(401), { kind: 'failed', class: 'auth', pause: true, alert: true, retry: false }],
    [answer(429, '', { 'retry-after': '7' }), { class: 'rate_limited', retry: true, retryAfterMs: 7_000 }],
    [answer(503, '', { 'retry-after': '7' }), { class: 'server_error', retry: true, retryAfterMs: 7_000 }],
    [answer(404), { kind: 'failed', class: 'invalid_data' }],
  ]
  it.each(rows)('%#', (reply, want) => expect(read(reply, {}, { responseCodes: CODES })).toMatchObject(want))

  it('the first row that matches wins, and a table without a Success row accepts what it does not name', () => {
    expect(read(answer(500), {}, { responseCodes: [codeRow(500, 'server-error', { retry: true, again: { times: 5 } })] })).toMatchObject({ retry: true, again: { times: 5 } })
    expect(verdictJson(read(answer(500), {}, { responseCodes: [codeRow(500, 'server-error', { retry: true, again: { waitMs: 60_000 } })] }))).toMatchObject({ retryAfterMs: 60_000 })
    const responseCodes = [codeRow([500, 599], 'retry'), codeRow(503, 'duplicate')]
    expect(read(answer(503), {}, { responseCodes })).toMatchObject({ kind: 'failed', retry: true })
    expect(read(answer(200, 'x'), {}, { responseCodes })).toMatchObject({ kind: 'accepted' })
  })

  it('a Success row does not silence the conditions', () => {
    const responseCodes = [codeRow(200, 'success')]
    expect(read(answer(200, { status: 'dup' }), { duplicate: is('status', 'dup') }, { responseCodes })).toMatchObject({ kind: 'duplicate' })
    expect(read(answer(200, { status: 'no' }), { success: is('status', 'ok') }, { responseCodes })).toMatchObject({ kind: 'rejected' })
    expect(read(answer(200, { status: 'ok' }), { success: is('status', 'ok') }, { responseCodes })).toMatchObject({ kind: 'accepted' })
  })

  it('a Success row without a status does not reach into error pages', () => {
    const responseCodes = [codeRow(null, 'success', { when: is('body', 'OK', 'contains') })]
    expect(read(answer(500, 'NOT OK'), {}, { responseCodes })).toMatchObject({ kind: 'failed' })
    expect(read(answer(200, 'OK'), {}, { responseCodes })).toMatchObject({ kind: 'accepted' })
  })

  it('a row about credentials pauses, unless it says that they are tried again; another does where it says so', () => {
    const verdictOf = (...row: Parameters<typeof codeRow>) => read(answer(418), {}, { responseCodes: [codeRow(...row)] })
    expect(verdictOf(418, 'auth')).toMatchObject({ class: 'auth', retry: false, pause: true, alert: true })
    expect(verdictOf(418, 'invalid-data', { pause: true })).toMatchObject({ class: 'invalid_data', retry: false, pause: true, alert: true })
    for (const other of [verdictOf(418, 'auth', { retry: true }), verdictOf(418, 'invalid-data'), verdictOf(418, 'server-error')]) expect(other).not.toHaveProperty('pause')
  })

  it('how often a row is tried again counts where it is', () => {
    const verdictOf = (retry: boolean) => read(answer(418), {}, { responseCodes: [codeRow(418, 'server-error', { retry, again: { times: 2 } })] })
    expect(verdictOf(true)).toMatchObject({ retry: true, again: { times: 2 } })
    expect(verdictOf(false)).not.toHaveProperty('again')
  })

  it.each([['duplicate', 'DUP'], ['rejected', 'NO']] as const)('a row without a status that says %s does: it sells nothing', (means, word) => {
    const responseCodes = [codeRow(null, means, { when: is('body', word, 'contains') })]
    for (const status of [200, 400, 500]) expect(read(answer(status, word), {}, { responseCodes })).toMatchObject({ kind: means, reason: word })
  })
})

describe('Retry On', () => {
  const retryOn = [{ status: { from: 400, to: 403 }, when: is('errorCode', 'UNABLE_TO_LOCK_ROW') }]
  it('retries the exception, and nothing else', () => {
    expect(read(answer(400, [{ errorCode: 'UNABLE_TO_LOCK_ROW', message: 'busy' }]), {}, { retryOn })).toMatchObject({ kind: 'failed', class: 'invalid_data', retry: true, reason: 'busy' })
    expect(read(answer(400, [{ errorCode: 'INVALID_FIELD' }]), {}, { retryOn })).toMatchObject({ kind: 'failed', retry: false })
    const passing = read(answer(403, [{ errorCode: 'UNABLE_TO_LOCK_ROW' }]), {}, { retryOn })
    expect(passing).toMatchObject({ kind: 'failed', class: 'server_error', retry: true })
    expect(passing).not.toHaveProperty('pause')
    const counted = [{ status: null, when: null, again: { times: 2 } }]
    expect(read(answer(400, {}), {}, { retryOn: counted })).toMatchObject({ kind: 'failed', retry: true, again: { times: 2 } })
  })
  it('reaches the statuses that it names alone, and waits as long as the answer asks', () => {
    const named = [{ status: { from: 423, to: 424 }, when: null }]
    expect([422, 423, 424, 426].map((status) => read(answer(status), {}, { retryOn: named }))).toMatchObject([false, true, true, false].map((retry) => ({ kind: 'failed', retry })))
    expect(read(answer(423, { error: 'locked' }, { 'retry-after': '7' }), {}, { retryOn: named })).toMatchObject({ retryAfterMs: 7_000, reason: 'locked' })
    expect(read(answer(423), {}, { retryOn: named })).not.toHaveProperty('retryAfterMs')
  })
  it('says that a 409 is no duplicate, but where a rule of the recipient says so', () => {
    const named = [{ status: { from: 409, to: 409 }, when: null }]
    const known = { duplicate: is('error', 'known') }
    expect([{ error: 'locked' }, { error: 'known' }].map((body) => read(answer(409, body), known, { retryOn: named }))).toMatchObject([{ kind: 'failed', class: 'invalid_data', retry: true, reason: 'locked' }, { kind: 'duplicate' }])
    expect(read(answer(409), {}, { retryOn: named, responseCodes: [codeRow(409, 'duplicate')] })).toMatchObject({ kind: 'duplicate' })
    expect(read(answer(409), {}, { retryOn: [{ status: { from: 409, to: 409 }, when: is('error', 'locked') }] })).toMatchObject({ kind: 'duplicate' })
  })
  it('says so of a SOAP fault with status 409 too', () => {
    const fault = answer(409, '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>locked</faultstring></s:Fault></s:Body></s:Envelope>')
    expect([[], [{ status: { from: 409, to: 409 }, when: null }]].map((retryOn) => read(fault, {}, { format: 'soap', retryOn }))).toMatchObject([{ kind: 'duplicate', reason: 'locked' }, { kind: 'failed', retry: true, reason: 'locked' }])
  })
  it('reaches a refusal inside a 200, never an acceptance', () => {
    const exception = [{ status: null, when: is('css(#F9errCode @value)', '715') }]
    expect(read(FIVE9('715', 'too many'), FIVE9_RULES, { retryOn: exception })).toMatchObject({ kind: 'failed', retry: true })
    expect(read(FIVE9('0', 'fine'), FIVE9_RULES, { retryOn: [{ status: null, when: null }] })).toMatchObject({ kind: 'accepted' })
  })
})

describe('pings', () => {
  const ping = buildPing({ bid: path('price'), pingId: path('id'), success: is('status', 'matched'), message: path('reason'), capture: { tier: path('tier') } })
  const { read: readAny } = createReader(buildDefinition({ ping, parsing: buildParsing(ABC), responseCodes: [codeRow(200, 'success')] }))
  const rows: readonly [body: unknown, want: object][] = [
    [{ status: 'matched', price: '$8.50', id: 'P1', tier: 'gold' }, { kind: 'bid', price: { amount: 85_000 }, pingId: 'P1', captured: { tier: 'gold' } }],
    [{ status: 'matched', price: 0, id: 'P1' }, { kind: 'rejected', reason: 'no bid', said: null }],
    [{ status: 'matched', id: 'P1' }, { kind: 'rejected', reason: 'no bid' }],
    [{ status: 'matched', price: -1, id: 'P1' }, { kind: 'rejected' }],
    [{ status: 'matched', price: 'many', id: 'P1' }, { kind: 'unconfirmed' }],
    [{ status: 'matched', price: 5 }, { kind: 'unconfirmed' }],
    [{ status: 'unmatched', reason: 'no coverage' }, { kind: 'rejected', reason: 'no coverage' }],
    ['<html>', { kind: 'unconfirmed' }],
  ]
  it('204 is no bid, as OpenRTB has it', () => expect(readAny(answer(204), 'ping')).toEqual({ kind: 'rejected', reason: 'no bid', said: null }))
  it.each(rows)('%j', (body, want) => expect(readAny(answer(200, body), 'ping')).toMatchObject(want))
  it.each<[string, Partial<ParsingDefinition>, unknown, object]>([
    ['that cannot be read is neither a bid nor none, without a Success rule too', { bid: path('price') }, '<html>', { kind: 'unconfirmed' }],
    ['that is empty is no bid where Success does not ask for a body', { bid: path('price'), success: is('http.status', 200) }, undefined, { kind: 'rejected', reason: 'no bid' }],
    ['that is empty is in doubt where Success reads a body, whatever else it asks', { bid: path('price'), success: and(is('http.status', 200), is('body', 'OK', 'contains')) }, undefined, { kind: 'unconfirmed' }],
    ['has its bid in a header beside a body that is not read', { bid: path('header.x-bid'), success: is('http.status', 200) }, '<html>', { kind: 'bid', price: { amount: 50_000 } }],
    ['without a path to its bid is none', { pingId: path('id') }, { id: 'P1' }, { kind: 'rejected', reason: expect.stringContaining('has no Bid') }],
  ])('an answer %s', (_what, parsing, body, want) => {
    expect(createReader(buildDefinition({ ping: buildPing(parsing) })).read(answer(200, body, { 'x-bid': '5' }), 'ping')).toMatchObject(want)
  })
  it('statuses go by the default table', () => {
    expect(readAny(answer(500), 'ping')).toMatchObject({ kind: 'failed', class: 'server_error' })
    expect(readAny(answer(200, { status: 'accepted', leadId: 1, price: 1 }), 'post')).toMatchObject({ kind: 'accepted' })
  })
})

describe('verdictJson', () => {
  it('is exactly the object of the contract', () => {
    expect(verdictJson(read(answer(200, { status: 'success', leadId: 'ABC123', price: 45, message: 'Lead accepted' }), JSON_ANSWER))).toEqual({
      verdict: 'accepted', reason: 'Lead accepted', class: null, retry: false, retryAfterMs: null, buyerLeadId: 'ABC123', price: '45.00', currency: 'USD', captured: {},
    })
    expect(verdictJson(read(answer(429, '', { 'retry-after': '30' })))).toEqual({
      verdict: 'failed', reason: null, class: 'rate_limited', retry: true, retryAfterMs: 30_000, buyerLeadId: null, price: null, currency: null, captured: {},
    })
    expect(verdictJson(read(answer(200, { status: 'accepted', leadId: 1, message: 'hi' }), ABC))).toMatchObject({ verdict: 'unconfirmed', reason: 'hi', class: 'unreadable', price: null })
  })
})
