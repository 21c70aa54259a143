import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTransport } from '../../../src/adapters/transport.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { buildFile, mapping } from '../../wire/build-definition.ts'
import { inputOf } from '../../wire/render/input.ts'
import { settings } from '../http/sending.ts'

let root = ''
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'finalmile-file-')) })
afterEach(() => rmSync(root, { recursive: true, force: true }))

const definitionOf = (path: string): EndpointDefinition => buildFile({ path: join(root, path) }, { mapping: mapping({ id: '{{lead.id}}', note: '{{lead.note}}' }) })

const deliver = async (definition: EndpointDefinition, leads: readonly Readonly<Record<string, unknown>>[]) => {
  const { endpoint, diagnostics } = compileEndpoint(definition)
  if (!endpoint) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  const transport = createTransport()
  const verdicts = await Promise.all(leads.map(async (fields) => {
    const rendered = endpoint.render(inputOf(fields, { key: `key-${String(fields['id'])}` }))
    if (!rendered.ok) throw new Error(rendered.reason)
    return endpoint.read(await transport.send(rendered.request, settings()), 'post')
  }))
  await transport.close()
  return verdicts
}

describe('file', () => {
  it('is whole, guarded, and says where it lies', async () => {
    expect(await deliver(definitionOf('out/leads.csv'), [{ id: 'L1', note: '@SUM(A1)' }])).toMatchObject([{ kind: 'accepted', reason: `written (${join(root, 'out/leads.csv')})`, price: null }])
    expect(readFileSync(join(root, 'out/leads.csv'), 'utf8')).toBe("id,note\r\nL1,'@SUM(A1)\r\n")
  })

  it('a folder gets a file for each lead, the same one again on a repeat', async () => {
    const leads = [{ id: 'L1', note: 'a' }, { id: 'L2', note: 'b' }]
    await deliver(definitionOf('out/'), leads)
    const first = readdirSync(join(root, 'out')).sort()
    await deliver(definitionOf('out/'), leads)
    expect(first).toHaveLength(2)
    expect(readdirSync(join(root, 'out')).sort()).toEqual(first)
  })

  it('twenty leads at once to one name lose none and overwrite none', async () => {
    const leads = Array.from({ length: 20 }, (_, i) => ({ id: `L${i}`, note: 'x' }))
    expect((await deliver(definitionOf('leads.csv'), leads)).every((each) => each.kind === 'accepted')).toBe(true)
    const ids = readdirSync(root).map((name) => readFileSync(join(root, name), 'utf8').split(/[\r\n,]+/)[2])
    expect(ids.sort()).toEqual(leads.map((each) => each.id).sort())
  })

  it('a place that cannot be a folder: no retry', async () => {
    writeFileSync(join(root, 'out'), 'a file')
    expect(await deliver(definitionOf('out/leads.csv'), [{ id: 'L1' }])).toMatchObject([{ kind: 'failed', class: 'invalid_data', retry: false }])
  })

  it('a folder in the way of the name: the other name is taken', async () => {
    mkdirSync(join(root, 'leads.csv'))
    expect(await deliver(definitionOf('leads.csv'), [{ id: 'L1' }])).toMatchObject([{ kind: 'accepted', reason: expect.stringMatching(/leads-\w{10}\.csv/) }])
  })

  it('in test mode nothing is written', async () => {
    const definition = definitionOf('leads.csv')
    expect(await deliver({ ...definition, rehearsal: 'success' }, [{ id: 'L1' }])).toMatchObject([{ kind: 'accepted', reason: 'test mode: the file was made and not written' }])
    expect(readdirSync(root)).toEqual([])
  })
})
