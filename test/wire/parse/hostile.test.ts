import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURE_CLASSES } from '../../../src/core/verdict.ts'
import type { ParsingDefinition } from '../../../src/definitions/answer-definition.ts'
import { hintFor } from '../../../src/wire/hint.ts'
import { parseHttpMessage } from '../../../src/wire/parse/http-message.ts'
import { createReader } from '../../../src/wire/read.ts'
import { verdictJson } from '../../../src/wire/verdict-json.ts'
import { answer, buildDefinition, buildParsing, buildPing, is, matches, path } from '../build-definition.ts'
import { cpuMsOf } from '../../world/cpu.ts'

const reader = (parsing: Partial<ParsingDefinition>) => createReader(buildDefinition({
  parsing: buildParsing(parsing),
  ping: buildPing({ bid: path('price'), success: is('status', 'accepted') }),
  batch: { format: 'json', results: null, match: { result: 'id', lead: 'lead.id' } },
}))
const READERS = [
  reader({ success: is('status', 'accepted'), leadId: path('id'), price: path('price'), message: path('message') }),
  reader({ success: is('//status', 'accepted'), leadId: path('//id'), price: path('//price'), message: path('//message') }),
  reader({ success: is('css(.status)', 'accepted'), leadId: path('css(#id)'), capture: { x: path('css(p @title)') } }),
  reader({ success: matches('body', 'accepted'), duplicate: is('body', 'DUP', 'contains'), message: path('errors.*.text'), leadId: path('regex(id=(\\d+))') }),
]
const VALID = [
  '{"status":"accepted","id":7,"price":"$4.50","message":"thanks"}',
  '<r><status>accepted</status><id>7</id><price>4.50</price><message>thanks</message></r>',
  '<html><body><h1 class="status">accepted</h1><p id="id" title="x">7</p></body></html>',
  'status accepted id=7',
]
const TYPES = ['application/json', 'text/xml; charset=utf-16', 'text/html', 'text/plain; charset=nonsense', '', 'application/x-www-form-urlencoded']

const readAll = (body: string | Uint8Array, type = '', status = 200) => {
  const reply = answer(status, body, { 'content-type': type })
  return READERS.flatMap((each) => [each.read(reply, 'post'), each.read(reply, 'ping'), ...each.readBatch(reply, [{ id: '7', fields: {} }])])
}
const sound = (verdicts: ReturnType<typeof readAll>) => {
  for (const verdict of verdicts) {
    expect(() => JSON.stringify(verdictJson(verdict))).not.toThrow()
    expect(verdict.reason ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    if ('class' in verdict) expect(FAILURE_CLASSES).toContain(verdict.class)
    hintFor(verdict, 200)
  }
}

describe('hostile answers', () => {
  it('the valid ones are taken, so that the rest of this file means something', () => {
    VALID.forEach((body, i) => expect(READERS[i]?.read(answer(200, body), 'post').kind).toBe('accepted'))
  })

  it('wide XML does not stop the run for minutes, and is read in document order', () => {
    const body = `<r>${Array.from({ length: 8_000 }, (_each, i) => `<a><status>no</status><b>${i}</b></a>`).join('')}</r>`
    let verdict: unknown = null
    expect(cpuMsOf(() => { verdict = reader({ success: is('//status', 'accepted'), message: path('//b') }).read(answer(200, body), 'post') })).toBeLessThan(20_000)
    expect(verdict).toMatchObject({ kind: 'rejected', reason: expect.stringMatching(/^0, 1, 2, 3, /) })
  }, 300_000)

  it('an answer nested deeper than any buyer\'s is not read, and brackets in texts do not count', () => {
    const nested = (levels: number) => `{"status":"accepted","id":7,"price":1,"text":"${'\\"[{'.repeat(500)}","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
    expect(READERS[0]?.read(answer(200, nested(5_000)), 'post').kind).toBe('unconfirmed')
    expect(READERS[0]?.read(answer(200, nested(90)), 'post').kind).toBe('accepted')
  })

  it('lists within lists are copied a few levels deep, in answers to a batch', () => {
    const body = `<r><k><c u="1"/></k><status>accepted</status>${'<l><a x="1">'.repeat(480)}${'<z>1</z>'.repeat(2_000)}${'</a><a x="2"/></l>'.repeat(480)}</r>`
    const leads = ['L1', 'L2'].map((id) => ({ id, fields: {} }))
    const { readBatch } = createReader(buildDefinition({ parsing: buildParsing({ success: is('//status', 'accepted') }), batch: { format: 'xml', results: null, match: null } }))
    expect(readBatch(answer(200, body), leads).map((each) => each.kind)).toEqual(['accepted', 'accepted'])
  }, 20_000)

  const lol = Array.from({ length: 10 }, (_each, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')
  const rows: readonly [name: string, body: string | Uint8Array][] = [
    ['an external entity', '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><status>accepted</status><id>&x;</id><price>1</price></r>'],
    ['an external DTD behind a comment, with declarations', '<!-- <r> --><!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd" [<!ENTITY % e SYSTEM "http://127.0.0.1/e"> %e;]><r><status>accepted</status><id>1</id><price>1</price></r>'],
    ['an entity that only a DTD could declare', '<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r><status>accepted</status><id>&x;</id><price>1</price></r>'],
    ['two of them', '<!DOCTYPE r SYSTEM "x.dtd"><!DOCTYPE r [<!ENTITY x "1">]><r><status>accepted</status><id>&x;</id><price>1</price></r>'],
    ['a billion laughs', `<!DOCTYPE r [<!ENTITY l0 "accepted">${lol}]><r><status>&l10;</status></r>`],
    ['deep JSON', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['deep JSON in the message', `{"status":"no","message":${'['.repeat(100_000)}1${']'.repeat(100_000)}}`],
    ['deep objects', `${'{"error":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['deep XML', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`],
    ['deep HTML', `<html>${'<div>'.repeat(19_000)}`],
    ['endless HTML', `<html>${'<a '.repeat(300_000)}`],
    ['open comments', `<html>${'<!--'.repeat(200_000)}`],
    ['comments before nothing', '<!-- -->'.repeat(30_000)],
    ['a wide array', `[${'1,'.repeat(100_000)}1]`],
    ['a wide object of errors', `{"errors":{${Array.from({ length: 10_000 }, (_each, i) => `"k${i}":["bad"]`).join()}}}`],
    ['prototype keys', '{"__proto__":{"status":"accepted","id":1,"price":1},"constructor":{"prototype":{"status":"accepted"}}}'],
    ['toString for an id', '{"status":["accept","ed"],"id":{"toString":"x"}}'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x7d])],
    ['half a surrogate', '{"status":"no","message":"\\ud83d"}'],
    ['zeros', Buffer.alloc(1_000)],
    ['a script', '<script>document.write("accepted")</script>'],
    ['XML that is not well-formed', '<r><status>accepted</status><id>1</id><price>1</price>'],
    ['two roots', '<r><status>rejected</status></r><r><status>accepted</status><id>1</id><price>1</price></r>'],
  ]
  it.each(rows)('%s', (_name, body) => {
    for (const type of body.length > 10_000 ? ['text/html'] : TYPES) {
      const verdicts = readAll(body, type)
      sound(verdicts)
      if (!Buffer.from(body).includes('accepted')) expect(verdicts.map((each) => each.kind)).not.toContain('accepted')
    }
    const [json, , , xml] = readAll(body)
    expect(json?.kind).not.toBe('accepted')
    expect(xml?.kind).not.toBe('accepted')
    sound(readAll(body, '', 400))
  })

  it('a polluted answer pollutes nothing', () => {
    readAll('{"__proto__":{"polluted":1}}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('random bytes, of any status and type, get one sound verdict and sell nothing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...TYPES), fc.constantFrom(200, 201, 302, 400, 409, 500), (bytes, type, status) => {
      const verdicts = readAll(bytes, type, status)
      sound(verdicts)
      expect(verdicts.every((each) => each.kind !== 'accepted' && each.kind !== 'bid')).toBe(true)
      parseHttpMessage(bytes, { at: 0 })
      parseHttpMessage(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n'), bytes]), { at: 0 })
    }), { numRuns: 400 })
  })

  it('a valid answer that lost its word is never taken, however it is mangled', () => {
    const mutation = fc.record({ at: fc.nat(200), drop: fc.nat(8), put: fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('<', '>', '"', '{', '}', '&', ']]>', '<!--', '\\u0000', '__proto__')) })
    fc.assert(fc.property(fc.constantFrom(...VALID), fc.array(mutation, { maxLength: 4 }), fc.constantFrom(...TYPES), fc.constantFrom('accep', 'declined', 'not-accept', ''), (body, changes, type, word) => {
      const mangled = changes.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), body.replace('accepted', word))
      fc.pre(!mangled.includes('accepted'))
      const verdicts = readAll(mangled, type)
      sound(verdicts)
      expect(verdicts.every((each) => each.kind !== 'accepted' && each.kind !== 'bid')).toBe(true)
    }), { numRuns: 800 })
  })

  it('a cut answer is never taken by rules that read it', () => {
    fc.assert(fc.property(fc.constantFrom(...VALID), fc.nat(100), (body, end) => {
      const reply = { ...answer(200, body.slice(0, end)), truncated: true }
      for (const { read } of READERS) expect(read(reply, 'post').kind).toBe('unconfirmed')
    }), { numRuns: 100 })
  })
})
