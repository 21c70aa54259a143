import { describe, expect, it } from 'vitest'
import type { BatchDefinition } from '../../src/definitions/endpoint-definition.ts'
import { createReader } from '../../src/wire/read.ts'
import type { Reply } from '../../src/wire/request.ts'
import { answer, buildDefinition, buildParsing, exists, is, path } from './build-definition.ts'

const leads = ['L1', 'L2', 'L3'].map((id) => ({ id, fields: { id, email: `${id}@x.example` } }))
const RULES = { success: is('status', 'ok'), duplicate: is('status', 'dup'), leadId: path('ref'), price: path('price'), message: path('why') }
const kinds = (reply: Reply, batch: Partial<BatchDefinition> = {}, parsing: Parameters<typeof buildParsing>[0] = RULES) =>
  read(reply, batch, parsing).map((each) => each.kind)
const read = (reply: Reply, batch: Partial<BatchDefinition> = {}, parsing: Parameters<typeof buildParsing>[0] = RULES) =>
  createReader(buildDefinition({ parsing: buildParsing(parsing), batch: { format: 'json', results: null, match: null, ...batch } })).readBatch(reply, leads)

const OK = { status: 'ok', ref: 'r', price: 2 }
const DUP = { status: 'dup' }
const NO = { status: 'no', why: 'zip' }
const MATCH = { match: { result: 'id', lead: 'lead.id' } }
const xml = (rows: string) => answer(200, `<r><results>${rows}</results><count>3</count></r>`)

describe('one verdict per lead', () => {
  const rows: readonly [name: string, reply: Reply, batch: Partial<BatchDefinition>, want: readonly string[]][] = [
    ['a root array by position', answer(200, [OK, DUP, NO]), {}, ['accepted', 'duplicate', 'rejected']],
    ['results at a path', answer(200, { a: { rows: [OK, DUP, NO] } }), { results: path('a.rows') }, ['accepted', 'duplicate', 'rejected']],
    ['results without a path', answer(200, { results: [OK, DUP, NO] }), {}, ['accepted', 'duplicate', 'rejected']],
    ['matched in another order', answer(200, [{ ...NO, id: 'L3' }, { ...OK, id: 'L1' }, { ...DUP, id: 'L2' }]), MATCH, ['accepted', 'duplicate', 'rejected']],
    ['a row missing, matched', answer(200, [{ ...OK, id: 'L3' }, { ...OK, id: 'L1' }]), MATCH, ['accepted', 'unconfirmed', 'accepted']],
    ['two rows for one that agree', answer(200, [{ ...OK, id: 'L1' }, { ...OK, id: 'L1' }, { ...DUP, id: 'L2' }, { ...NO, id: 'L3' }]), MATCH, ['accepted', 'duplicate', 'rejected']],
    ['two rows for one that contradict each other', answer(200, [{ ...OK, id: 'L1' }, { ...NO, id: 'L1' }, { ...DUP, id: 'L2' }, { ...NO, id: 'L3' }]), MATCH, ['unconfirmed', 'duplicate', 'rejected']],
    ['a row missing, by position', answer(200, [OK, OK]), {}, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['a row too many, by position', answer(200, [OK, NO, DUP, OK]), {}, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['rows of nobody, matched', answer(200, [{ ...OK, id: 'L9' }, { ...OK, id: 'L1' }, { ...DUP, id: 'L2' }, { ...NO, id: 'L3' }]), MATCH, ['accepted', 'duplicate', 'rejected']],
    ['a row without a lead id', answer(200, [OK, { status: 'ok', price: 1 }, NO]), {}, ['accepted', 'unconfirmed', 'rejected']],
    ['a row that is null', answer(200, [OK, null, 'ok']), {}, ['accepted', 'unconfirmed', 'unconfirmed']],
    ['no rows where they are promised', answer(200, { ok: true }), { results: path('rows') }, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['an empty list where rows are matched', answer(200, []), MATCH, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['an envelope without rows where rows are matched', answer(200, { success: true, results: [] }), MATCH, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['one row that is no list, matched', answer(200, { ...OK, id: 'L2' }), MATCH, ['unconfirmed', 'accepted', 'unconfirmed']],
    ['rows elsewhere than Results says, matched', answer(200, [{ ...OK, id: 'L1' }, { ...NO, id: 'L2' }]), { ...MATCH, results: path('results') }, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['everyone a duplicate at once, where rows are matched', answer(200, DUP), MATCH, ['duplicate', 'duplicate', 'duplicate']],
    ['everyone refused at once', answer(422, { why: 'schema' }), {}, ['failed', 'failed', 'failed']],
    ['everyone refused by one word', answer(200, NO), {}, ['rejected', 'rejected', 'rejected']],
    ['HTML', answer(200, '<html><body>hi</body></html>'), {}, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['XML rows', xml('<i><status>ok</status><ref>1</ref><price>2</price></i><i><status>dup</status></i><i><status>no</status></i>'), {}, ['accepted', 'duplicate', 'rejected']],
    ['XML rows by XPath', xml('<i><status>ok</status><ref>1</ref><price>2</price></i><i><status>dup</status></i><i><status>no</status></i>'), { results: path('//i') }, ['accepted', 'duplicate', 'rejected']],
    ['XML rows by dotted path, matched', xml('<i id="L2"><status>dup</status></i><i id="L1"><status>ok</status><ref>1</ref><price>2</price></i><i id="L3"><status>no</status></i>'), { results: path('results'), match: { result: 'id', lead: 'lead.id' } }, ['accepted', 'duplicate', 'rejected']],
    ['CSV rows, matched by another field', answer(200, 'mail,status,ref,price\r\nL2@x.example,dup,,\r\n"L1@x.example",ok,r1,"$1,000.00"\r\nL3@x.example,no,,\r\n'), { match: { result: 'mail', lead: 'lead.email' } }, ['accepted', 'duplicate', 'rejected']],
    ['JSON Lines by position', answer(200, [OK, DUP, NO].map((row) => JSON.stringify(row)).join('\n')), {}, ['accepted', 'duplicate', 'rejected']],
    ['JSON Lines, matched', answer(200, `${JSON.stringify({ ...NO, id: 'L3' })}\r\n\r\n${JSON.stringify({ ...OK, id: 'L1' })}\r\n`), MATCH, ['accepted', 'unconfirmed', 'rejected']],
    ['JSON Lines of which one is broken', answer(200, `${JSON.stringify(OK)}\n{"status":"ok"\n${JSON.stringify(OK)}`), {}, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['a map by the leads\' ids', answer(200, { L3: NO, L1: OK, L2: DUP }), {}, ['accepted', 'duplicate', 'rejected']],
    ['a map by their ids, one missing, where Results says', answer(200, { count: 2, results: { L1: OK, L3: NO } }), { results: path('results') }, ['accepted', 'unconfirmed', 'rejected']],
    ['a map by what Match names', answer(200, { done: { 'L2@x.example': OK, 'L1@x.example': NO, 'L3@x.example': DUP } }), { match: { result: 'mail', lead: 'lead.email' } }, ['rejected', 'accepted', 'duplicate']],
    ['addresses in lower case, and rows in several lists', answer(200, { new_members: [{ ...OK, mail: 'l2@x.example' }], updated_members: [], errors: [{ ...NO, mail: 'l1@x.example' }, { ...DUP, mail: 'L3@X.example' }], total_created: 1 }), { results: path('*'), match: { result: 'mail', lead: 'lead.email' } }, ['rejected', 'accepted', 'duplicate']],
    ['a map by addresses in lower case', answer(200, { 'l2@x.example': OK, 'l1@x.example': NO }), { match: { result: 'mail', lead: 'lead.email' } }, ['rejected', 'accepted', 'unconfirmed']],
    ['ids that differ in case alone', answer(200, [{ ...OK, id: 'l1' }]), MATCH, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
    ['a map by something else', answer(200, { 'L1@x.example': OK, 'L2@x.example': NO, 'L3@x.example': DUP }), {}, ['unconfirmed', 'unconfirmed', 'unconfirmed']],
  ]
  it.each(rows)('%s', (_name, reply, batch, want) => expect(kinds(reply, batch)).toEqual(want))

  it('finds the row of a lead whose id stands in another column than `id`', () => {
    const { readBatch } = createReader(buildDefinition({ parsing: buildParsing(RULES), batch: { format: 'json', results: null, match: { result: 'id', lead: 'lead.id' } } }))
    const reply = answer(200, [{ ...NO, id: '' }, { ...DUP, id: 7 }, { ...OK, id: 'L1' }])
    expect(readBatch(reply, [{ id: 'L1', fields: { nr: 'L1' } }, { id: '7', fields: { id: ' 7 ' } }, { id: 'L9', fields: { id: '' } }]).map((each) => each.kind)).toEqual(['accepted', 'duplicate', 'unconfirmed'])
  })

  it('reads each row by itself', () => {
    expect(read(answer(200, [OK, { ...OK, ref: 's', price: '$3' }, NO]))).toMatchObject([{ buyerLeadId: 'r', price: { amount: 20_000 } }, { buyerLeadId: 's', price: { amount: 30_000 } }, { reason: 'zip' }])
    const byXPath = { success: is('//status', 'ok') }
    expect(kinds(xml('<i><status>no</status><x/></i><i><status>ok</status><x/></i><i><status>no</status><x/></i>'), {}, byXPath)).toEqual(['rejected', 'accepted', 'rejected'])
  })

  it('rows within the text of XML are rows: what one of them says goes for no other', () => {
    const within = (text: string) => answer(200, `<string xmlns="http://tempuri.org/">${text.replaceAll('<', '&lt;')}</string>`)
    const list = within('<l><i><status>ok</status><x/></i><i><status>no</status><x/></i><i><status>no</status><x/></i></l>')
    for (const [reply, batch, success] of [[list, {}, 'status'], [list, {}, '//status'], [list, { results: path('//i') }, '//status'], [list, { results: path('l.i') }, 'status'], [within(JSON.stringify([OK, NO, NO])), {}, 'status']] as const) {
      expect(kinds(reply, batch, { success: is(success, 'ok') })).toEqual(['accepted', 'rejected', 'rejected'])
    }
  })

  it('a yes that stands above the rows alone refuses none of them, and sells none', () => {
    const rows = [{ id: 'L1', ref: 'a', price: 1 }, { id: 'L2', why: 'zip' }, { id: 'L3', ref: 'c', price: 1 }]
    for (const [reply, batch] of [[answer(200, { status: 'ok', results: rows }), {}], [answer(200, { status: 'ok', results: rows }), MATCH], [answer(200, { status: 'ok', a: rows }), { results: path('a') }]] as const) {
      expect(read(reply, batch)[0]).toMatchObject({ kind: 'unconfirmed', reason: expect.stringContaining('let it look at what each row says') })
      expect(kinds(reply, batch, { ...RULES, rejected: exists('why') })).toEqual(['unconfirmed', 'rejected', 'unconfirmed'])
    }
    expect(kinds(answer(200, { status: 'ok', results: [{ ref: 'a', price: 1 }, NO, { ref: 'c', price: 1 }] }))).toEqual(['unconfirmed', 'rejected', 'unconfirmed'])
    expect(kinds(answer(200, { status: 'no', results: rows }))).toEqual(['rejected', 'rejected', 'rejected'])
    expect(kinds(answer(200, { status: 'ok', results: [OK, { ref: 'b' }, NO] }))).toEqual(['accepted', 'rejected', 'rejected'])
    expect(kinds(answer(200, '<r><status>ok</status><results><i><ref>1</ref><x/></i><i><ref>2</ref><x/></i><i><ref>3</ref><x/></i></results></r>'))).toEqual(['unconfirmed', 'unconfirmed', 'unconfirmed'])
  })

  it('rows that nobody said the place of neither refuse all nor sell all where they say otherwise than the whole', () => {
    const rows = [OK, NO, NO]
    for (const reply of [
      answer(200, { data: { results: rows } }), answer(200, { status: 'done', outcomes: rows }), answer(200, { status: 'ok', ref: 'r', outcomes: rows }),
      answer(200, '<r><n>2</n><a><n>2</n><b><i><status>no</status><x/></i><i><status>ok</status><x/></i></b></a></r>'),
    ]) expect(read(reply, {}, { ...RULES, price: null })[0], String(reply.body)).toMatchObject({ kind: 'unconfirmed', reason: expect.stringContaining('name their place as Batch: Results') })
    expect(kinds(answer(200, '<r><n>2</n><a><n>2</n><b><i><status>no</status><x/></i><i><status>ok</status><x/></i></b></a></r>'), {}, { success: is('//status', 'ok') })).toEqual(['unconfirmed', 'unconfirmed', 'unconfirmed'])
    for (const [body, want] of [[{ status: 'no', errors: [{ why: 'zip' }] }, 'rejected'], [{ status: 'no', a: [{ b: rows.slice(1) }] }, 'rejected'], [{ error: 'schema' }, 'rejected'], [{ status: 'ok', ref: 'r', hints: ['a', { b: 1 }] }, 'accepted'], [{ status: 'ok', ref: 'r', a: [OK] }, 'accepted'], [{ status: 'dup', a: rows }, 'unconfirmed'], [{ status: 'dup', a: [NO] }, 'duplicate']] as const) {
      expect(kinds(answer(200, body), {}, { ...RULES, price: null }), JSON.stringify(body)).toEqual([want, want, want])
    }
    expect(kinds(answer(200, { failed: true, list: [{ field: 'x' }] }), {}, { success: { kind: 'not', term: exists('failed') } })).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('a line of text for each lead goes for that lead, where a rule knows it', () => {
    const words = { success: is('body', 'OK', 'starts-with'), duplicate: is('body', 'DUP'), leadId: path('regex(OK (\\w+))') }
    const text = (lines: string) => answer(200, lines, { 'content-type': 'text/plain' })
    expect(read(text('OK b1\r\nDUP\r\nOK b3|x\r\n'), {}, words)).toMatchObject([{ kind: 'accepted', buyerLeadId: 'b1' }, { kind: 'duplicate' }, { kind: 'accepted', buyerLeadId: 'b3' }])
    expect(kinds(text('ERR zip\nOK b2\nOK b3'), {}, words)).toEqual(['unconfirmed', 'accepted', 'accepted'])
    expect(kinds(text('ERR zip\nOK b2\nOK b3'), {}, { ...words, rejected: is('body', 'ERR', 'starts-with') })).toEqual(['rejected', 'accepted', 'accepted'])
    expect(kinds(text('OK\nOK\nOK'), {}, { success: is('body', 'OK') })).toEqual(['accepted', 'accepted', 'accepted'])
    for (const lines of ['ERR zip\nOK b2', 'DUP\nOK b2', 'OK b1\nDUP', 'OK b1\nDUP\nOK b3\nOK b4']) expect([lines, kinds(text(lines), {}, words)]).toEqual([lines, ['unconfirmed', 'unconfirmed', 'unconfirmed']])
    for (const lines of ['ERR a\nERR b\nERR c', 'ERR a\nERR b']) expect(kinds(text(lines), {}, words)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(kinds(text('OK b1\nthank you'), {}, words)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(kinds(answer(500, 'trouble\nOK b2\nOK b3'), {}, words)).toEqual(['failed', 'failed', 'failed'])
  })

  it('a yes for all beside a count or list of those that were not taken sells none', () => {
    for (const also of [{ rejected: 1 }, { summary: { num_errors: '2' } }, { errors: [{ index: 1, message: 'zip' }] }, { failed: { L9: 'zip' } }]) {
      expect([also, kinds(answer(200, { status: 'ok', ref: 'r', price: null, ...also }), {}, { success: is('status', 'ok') })]).toEqual([also, ['unconfirmed', 'unconfirmed', 'unconfirmed']])
    }
    for (const also of [{ rejected: 0, errors: [], failed: {}, invalid: null }, { error_count: '0', skipped: false, errorsUrl: 7 }]) {
      expect(kinds(answer(200, { status: 'ok', ...also }), {}, { success: is('status', 'ok') })).toEqual(['accepted', 'accepted', 'accepted'])
    }
    expect(kinds(answer(200, { status: 'no', rejected: 3 }), {}, { success: is('status', 'ok') })).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('words of one row, where rules look at all words, neither sell nor refuse the others', () => {
    const place = { file: '', line: 1, col: 1, length: 1 }
    const code = (means: 'success' | 'duplicate' | 'rejected', word: string) => ({ status: { from: 200, to: 200 }, when: is('body', word, 'contains'), means, retry: null, pause: false, text: word, place })
    for (const { parsing, responseCodes } of [
      { parsing: buildParsing(), responseCodes: [code('duplicate', 'DUP'), code('rejected', 'NO'), code('success', 'OK')] },
      { parsing: buildParsing({ duplicate: is('body', 'DUP', 'contains'), rejected: is('body', 'NO', 'contains'), success: is('body', 'OK', 'contains') }), responseCodes: [] },
    ]) {
      const { readBatch } = createReader(buildDefinition({ parsing, responseCodes, batch: { format: 'json', results: null, match: null } }))
      const got = (body: object) => readBatch(answer(200, body), leads).map((each) => each.kind)
      const doubt = ['unconfirmed', 'unconfirmed', 'unconfirmed']
      for (const words of [['OK', 'DUP', 'x'], ['OK', 'NO', 'NO'], ['OK', 'x', 'x']]) expect(got({ outcomes: words.map((s) => ({ s })) }), words.join()).toEqual(doubt)
      expect(got({ status: 'OK', leads: [{ id: 1 }, { id: 2 }, { id: 3 }] })).toEqual(doubt)
      expect(got([{ s: 'OK' }, { s: 'DUP' }, { s: 'x' }])).toEqual(['accepted', 'duplicate', 'rejected'])
      expect(got({ status: 'OK', hints: [{ id: 1 }] })).toEqual(['accepted', 'accepted', 'accepted'])
      expect(got({ status: 'NO', hints: [{ id: 1 }] })).toEqual(['rejected', 'rejected', 'rejected'])
    }
  })

  it('names what is missing', () => {
    expect(read(answer(200, [{ ...OK, id: 'L1' }]), MATCH)[2]).toMatchObject({ reason: 'the answer has no row for this lead' })
    expect(read(answer(200, [OK]))[2]).toMatchObject({ reason: 'the answer has 1 row for 3 leads: without Batch: Match nobody can tell whose' })
  })

  it('trouble with the whole is everyone’s', () => {
    for (const reply of [answer(500), answer(401), answer(429, '', { 'retry-after': '9' })]) {
      const verdicts = read(reply)
      expect(verdicts).toHaveLength(3)
      expect(new Set(verdicts.map((each) => JSON.stringify(each))).size).toBe(1)
      expect(verdicts[0]?.kind).toBe('failed')
    }
    expect(kinds({ kind: 'fault', fault: 'timeout', message: 'x', durationMs: 1, at: 0 })).toEqual(['unknown', 'unknown', 'unknown'])
  })

  it('but a lead whose row says yes under such a status is in doubt, and neither sold on nor sent again', () => {
    const rows = [{ ...OK, id: 'L1' }, { ...NO, id: 'L2' }, { ...DUP, id: 'L3' }]
    for (const [reply, batch] of [[answer(400, { results: rows }), MATCH], [answer(400, { rows }), { ...MATCH, results: path('rows') }], [answer(422, rows), {}], [answer(500, rows), {}]] as const) {
      const verdicts = read(reply, batch)
      expect(verdicts.map((each) => each.kind)).toEqual(['unconfirmed', 'failed', 'duplicate'])
      expect(verdicts[0]).toMatchObject({ buyerLeadId: 'r', reason: expect.stringMatching(/^HTTP \d+ .*, but the row of this lead says that it was accepted$/) })
      expect(verdicts[1]).toMatchObject({ reason: 'zip', retry: reply.kind === 'answer' && reply.status === 500 })
    }
    expect(kinds(answer(400, [{ ...NO, id: 'L3' }, { status: 'ok', id: 'L1' }]), MATCH)).toEqual(['unconfirmed', 'failed', 'failed'])
    // Where nobody can tell whose rows they are, all may be sold.
    for (const [body, batch] of [[[OK, OK], {}], [{ data: { sent: [OK, NO] } }, {}], [[{ ...OK, id: 'L9' }], MATCH]] as const) {
      expect(read(answer(400, body), batch)[2]).toMatchObject({ kind: 'unconfirmed', reason: expect.stringMatching(/^HTTP 400 .*, but rows of the answer say otherwise/) })
    }
    expect(kinds(answer(400, { data: { sent: [NO, NO] } }))).toEqual(['failed', 'failed', 'failed'])
    expect(kinds(answer(400, { failed: true, errors: [{ field: 'zip' }] }), {}, { success: { kind: 'not', term: exists('failed') } })).toEqual(['failed', 'failed', 'failed'])
    expect(kinds(answer(400, [NO, NO, NO]), {}, {})).toEqual(['failed', 'failed', 'failed'])
    expect(kinds(answer(400, [{ ...NO, id: 'L1' }, { ...OK, id: 'L1' }, { ...NO, id: 'L2' }]), MATCH)).toEqual(['unconfirmed', 'failed', 'failed'])
  })

  it('a price under a status that the file takes for a success is not each lead\'s', () => {
    const { readBatch } = createReader(buildDefinition({ parsing: buildParsing({ price: path('price') }), responseCodes: [{ status: { from: 302, to: 302 }, when: null, means: 'success', retry: null, pause: false, text: '302: Success', place: { file: 'r.yaml', line: 1, col: 1 } }], batch: { format: 'json', results: null, match: null } }))
    expect(readBatch(answer(302, { price: 30 }), leads)).toMatchObject(leads.map(() => ({ kind: 'unconfirmed', reason: 'the answer gives one price for 3 leads' })))
  })

  it('and where Success itself asks for the status, no row is a yes under another', () => {
    for (const status of [400, 500]) expect(kinds(answer(status, [NO, NO, NO]), {}, { success: is('http.status', 200) })).toEqual(['failed', 'failed', 'failed'])
    expect(kinds(answer(200, [NO, NO, NO]), {}, { success: is('http.status', 200) })).toEqual(['accepted', 'accepted', 'accepted'])
  })

  it('without rules and rows a 2xx is everyone’s acceptance, at no price of its own', () => {
    expect(kinds(answer(200, 'thanks'), {}, {})).toEqual(['accepted', 'accepted', 'accepted'])
    expect(kinds(answer(200, 'thanks, we got them'), {}, {})).toEqual(['accepted', 'accepted', 'accepted'])
    expect(kinds(answer(200, 'thanks, all\nbye'), {}, {})).toEqual(['accepted', 'accepted', 'accepted'])
    expect(kinds(answer(202), {}, {})).toEqual(['accepted', 'accepted', 'accepted'])
    expect(kinds(answer(200, { status: 'ok', price: 30, ref: 1 }))).toEqual(['unconfirmed', 'unconfirmed', 'unconfirmed'])
    expect(kinds(answer(200, { status: 'ok' }), {}, { success: is('status', 'ok') })).toEqual(['accepted', 'accepted', 'accepted'])
  })
})

it.each([MATCH, { results: path('rows') }])('a page in place of promised rows is told in its own words, and holds each lead: %o', (batch) => {
  const verdicts = read(answer(200, '<html><body><h1>Scheduled maintenance</h1></body></html>', { 'content-type': 'text/html' }), batch)
  expect(verdicts.map(({ kind, reason }) => [kind, reason])).toEqual(Array(3).fill(['unconfirmed', expect.stringMatching(/^it is a web page, .*Scheduled maintenance$/)]))
})
