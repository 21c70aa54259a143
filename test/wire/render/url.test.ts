import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { anyText } from '../../base/any-text.ts'
import { buildDefinition, buildPing, is, mapping, textOf } from '../build-definition.ts'
import { bodyOf, inputOf, requestOf } from './input.ts'

const urlOf = (text: string, fields: Record<string, unknown>): string => {
  const rendered = compileEndpoint(buildDefinition({ url: textOf(text) })).endpoint?.render(inputOf(fields))
  return rendered?.ok ? rendered.request.url : `refused: ${rendered?.reason}`
}

describe('URLs', () => {
  it.each([
    ['https://b.example/c/{{campaign_id}}/leads', { campaign_id: 'a/b?c#d' }, 'https://b.example/c/a%2Fb%3Fc%23d/leads'],
    ['https://b.example/c/{{campaign_id}}/leads', {}, 'refused: the URL needs campaign_id, which this lead does not have'],
    ['https://b.example/members/{{hash (trim lead.email) "md5"}}', { email: '' }, 'refused: the URL needs lead.email, which this lead does not have'],
    ['https://b.example/c/{{campaign_id}}/leads', { campaign_id: '..' }, 'refused: a value of this lead would change the path of the URL'],
    ['https://b.example/?q={{x}}&r={{y}}', { x: 'a&r=1' }, 'https://b.example/?q=a%26r%3D1&r='],
    ['https://{{lead.region}}.b.example/l', { region: 'west' }, 'https://west.b.example/l'],
    ['https://{{lead.region}}.b.example/l', { region: 'evil.example/' }, 'refused: lead.region of this lead cannot be part of a host name'],
    ['https://b.example{{lead.x}}', { x: '@evil.example' }, 'refused: lead.x of this lead cannot be part of a host name'],
    ['{{lead.postback}}', { postback: 'https://p.example/x?y=1' }, 'https://p.example/x?y=1'],
    ['{{lead.postback}}', { postback: 'file:///etc/passwd' }, 'refused: the endpoint made for this lead is not an http or https URL'],
    ['{{#if buyer_region = "west"}}https://w.example{{else}}https://e.example{{/if}}/l', { buyer_region: 'east' }, 'https://e.example/l'],
  ])('%s with %o', (text, fields, url) => { expect(urlOf(text, fields)).toBe(url) })

  it.each([
    ['http://127.0.0.1:9/x', true], ['http://localhost/x', true], ['http://10.1.2.3/{{lead.a}}', true], ['http://[::1]/x', true], ['http://b.example/x', false], ['http://{{lead.h}}/x', false], ['http://127.0.0.1{{lead.h}}/x', false], ['http://localhost.evil.example/x', false],
  ])('%s may be private: %s', (text, allowed) => { expect(requestOf({ url: textOf(text) }, { a: 'a', h: '1' }).mayBePrivate).toBe(allowed) })

  it('regional endpoints, the backup, and the ping of its own', () => {
    const definition = { endpoints: [{ when: is('lead.region', 'west'), use: textOf('https://w.example/') }, { when: null, use: textOf('https://e.example/') }], backupUrl: textOf('https://backup.example/'), mapping: mapping({ all: '{{lead.x}}' }), includeAllFields: true,
      ping: buildPing({}, { endpoint: textOf('https://ping.example/'), mapping: mapping({ state: '{{lead.state}}' }) }) }
    const lead = { x: 'X', state: 'CA', region: 'west' }
    expect(requestOf(definition, lead).url).toBe('https://w.example/')
    expect(requestOf(definition, {}).url).toBe('https://e.example/')
    expect(requestOf(definition, lead, { target: 'backup' }).url).toBe('https://backup.example/')
    expect(requestOf(definition, lead, { phase: 'ping' })).toMatchObject({ url: 'https://ping.example/', body: '{"state":"CA"}' })
    expect(bodyOf(definition, lead)).toBe('{"all":"X","x":"X","state":"CA","region":"west"}')
  })

  it('regional endpoints by what stands deeper in the lead', () => {
    const by = (path: string) => ({ endpoints: [{ when: is(path, 'west'), use: textOf('https://w.example/') }, { when: null, use: textOf('https://e.example/') }] })
    for (const path of ['lead.tags[1]', 'lead.tags.1', 'lead["Sales Region"]', 'lead.o.r', 'lead.tags', 'tags.*', 'lead.shops.r', 'lead.shops[*].r']) expect(requestOf(by(path), { tags: ['x', 'west'], 'Sales Region': 'west', o: { r: 'west' }, shops: [{ r: 'x' }, { r: 'west' }] }).url).toBe('https://w.example/')
  })

  it('no value changes anything but its own part', () => {
    fc.assert(fc.property(anyText({ minLength: 1 }), (value) => {
      const url = urlOf('https://b.example/a/{{lead.x}}/b?q={{lead.x}}', { x: value })
      if (url.startsWith('refused')) { expect(['.', '..', '']).toContain(value.trim()); return }
      const parsed = new URL(url)
      expect([parsed.host, parsed.pathname.split('/').length, parsed.hash, [...parsed.searchParams.keys()]]).toEqual(['b.example', 4, '', ['q']])
      expect(parsed.searchParams.get('q')).toBe(value.trim().toWellFormed())
    }), { numRuns: 250 })
  })
})
