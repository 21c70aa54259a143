import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTransport } from '../../../src/adapters/transport.ts'
import type { EndpointDefinition } from '../../../src/definitions/types.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { buildDefinition, mapping, textOf } from '../../wire/build-definition.ts'
import { inputOf } from '../../wire/render/input.ts'
import { startSftpServer, type SftpServer } from '../../world/sftp-server.ts'
import { settings, type Settings } from '../http/sending.ts'

let root = ''
let server: SftpServer
beforeEach(async () => { root = mkdtempSync(join(tmpdir(), 'finalmile-sftp-')); server = await startSftpServer(root) })
afterEach(async () => { await server.close(); rmSync(root, { recursive: true, force: true }) })

const definitionOf = (given: Partial<EndpointDefinition> = {}, options: Readonly<Record<string, unknown>> = {}): EndpointDefinition => buildDefinition({
  type: 'sftp', format: 'csv', url: textOf(`sftp://leads:secret@127.0.0.1:${server.port}/`), mapping: mapping({ id: '{{lead.id}}', first: '{{lead.first}}' }),
  options: { hostKey: server.fingerprint, fileName: textOf('{{lead.id}}.csv'), ...options }, ...given,
})

const deliver = async (definition: EndpointDefinition, fields: Readonly<Record<string, unknown>> = { id: 'L1', first: 'Dana' }, given: Partial<Settings> = {}, key = 'key-1') => {
  const { endpoint, diagnostics } = compileEndpoint(definition)
  if (!endpoint) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  const rendered = endpoint.render(inputOf(fields, { key }))
  if (!rendered.ok) throw new Error(rendered.reason)
  const transport = createTransport()
  const reply = await transport.send(rendered.request, settings(given))
  await transport.close()
  return endpoint.read(reply, 'post')
}

describe('sftp', () => {
  it('puts a guarded CSV under a temporary name and renames it', async () => {
    expect(await deliver(definitionOf(), { id: 'L1', first: '=1+1' })).toMatchObject({ kind: 'accepted', buyerLeadId: null, price: null, reason: expect.stringContaining('put on the SFTP server') })
    expect(readFileSync(join(root, 'L1.csv'), 'utf8')).toBe("id,first\r\nL1,'=1+1\r\n")
    expect(server.renames).toEqual([expect.stringMatching(/^\/\.L1\.csv\.\w+\.part -> \/L1\.csv$/)])
    expect(readdirSync(root)).toEqual(['L1.csv'])
  })

  it('a repeat is done already and writes nothing', async () => {
    await deliver(definitionOf())
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'accepted', reason: expect.stringContaining('there already') })
    expect(server.renames).toHaveLength(1)
  })

  it('a name that holds other content is left alone', async () => {
    writeFileSync(join(root, 'L1.csv'), 'theirs')
    expect((await deliver(definitionOf())).kind).toBe('accepted')
    expect(readFileSync(join(root, 'L1.csv'), 'utf8')).toBe('theirs')
    expect(readdirSync(root).sort()).toEqual([expect.stringMatching(/^L1-\w{10}\.csv$/), 'L1.csv'])
  })

  it('a batch is one file, named by the batch', async () => {
    const { endpoint } = compileEndpoint(definitionOf({ batch: { format: 'csv', results: null, match: null } }, { fileName: undefined }))
    const rendered = endpoint?.renderBatch(['L1', 'L2'].map((id) => inputOf({ id, first: 'x' }, { key: 'batch' })))
    if (!endpoint || !rendered?.ok) throw new Error('no batch')
    const transport = createTransport()
    const reply = await transport.send(rendered.request, settings())
    await transport.close()
    expect(endpoint.readBatch(reply, ['L1', 'L2'].map((id) => ({ id, fields: {} }))).map((each) => each.kind)).toEqual(['accepted', 'accepted'])
    expect(readdirSync(root)).toEqual([expect.stringMatching(/^test-buyer-batch-\w{10}\.csv$/)])
  })

  it('another host key: nothing is sent, no retry, an alert', async () => {
    expect(await deliver(definitionOf({}, { hostKey: `SHA256:${'A'.repeat(43)}` }))).toMatchObject({ kind: 'failed', class: 'tls', retry: false, alert: true, reason: expect.stringContaining(server.fingerprint) })
    expect(readdirSync(root)).toEqual([])
  })

  it('a wrong password: auth, paused', async () => {
    expect(await deliver(definitionOf({ url: textOf(`sftp://leads:wrong@127.0.0.1:${server.port}/`) }))).toMatchObject({ kind: 'failed', class: 'auth', pause: true, alert: true, retry: false })
  })

  it('a key signs in, as text or as a file; one that is unknown or cannot be read does not', async () => {
    const url = textOf(`sftp://leads@127.0.0.1:${server.port}/`)
    const keyFile = join(mkdtempSync(join(tmpdir(), 'finalmile-key-')), 'id')
    writeFileSync(keyFile, server.userKey)
    expect((await deliver(definitionOf({ url }, { key: server.userKey }), { id: 'L1' })).kind).toBe('accepted')
    expect((await deliver(definitionOf({ url }, { key: keyFile }), { id: 'L2' })).kind).toBe('accepted')
    rmSync(keyFile)
    expect(await deliver(definitionOf({ url }, { key: server.strangeKey }))).toMatchObject({ kind: 'failed', class: 'auth', pause: true })
    expect(await deliver(definitionOf({ url }, { key: '-----BEGIN OPENSSH PRIVATE KEY-----\nno\n-----END OPENSSH PRIVATE KEY-----' }))).toMatchObject({ kind: 'failed', class: 'auth' })
    expect(await deliver(definitionOf({ url }, { key: keyFile }))).toMatchObject({ kind: 'failed', class: 'invalid_data', reason: expect.stringContaining('Key: cannot read') })
  })

  it('a server that is down: network, tried again', async () => {
    const definition = definitionOf()
    await server.close()
    expect(await deliver(definition)).toMatchObject({ kind: 'failed', class: 'network', retry: true })
  })

  it('a folder that is not there: no retry', async () => {
    expect(await deliver(definitionOf({ url: textOf(`sftp://leads:secret@127.0.0.1:${server.port}/nowhere/`) }))).toMatchObject({ kind: 'failed', class: 'invalid_data', retry: false })
  })

  it('a rename or a write that fails is tried again and leaves nothing behind', async () => {
    for (const fault of ['rename-fails', 'write-fails'] as const) {
      server.faults.push(fault)
      expect(await deliver(definitionOf())).toMatchObject({ kind: 'failed', class: 'server_error', retry: true })
      expect(readdirSync(root)).toEqual([])
    }
    expect((await deliver(definitionOf())).kind).toBe('accepted')
  })

  it('a folder that may not be written to: a person must look', async () => {
    server.faults.push('permission')
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'failed', class: 'auth', alert: true })
  })

  it('a connection lost at the rename: unknown; the repeat finds the file', async () => {
    server.faults.push('rename-hangs-up')
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'unknown', retry: true })
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'accepted', reason: expect.stringContaining('there already') })
    expect(readdirSync(root)).toEqual(['L1.csv'])
  })

  it('silence before the file was whole: network, for nothing stands there', async () => {
    server.faults.push('silence')
    expect(await deliver(definitionOf(), undefined, { timeoutMs: 400 })).toMatchObject({ kind: 'failed', class: 'network', retry: true })
  })

  it('a hostile lead leaves neither the folder nor its name', async () => {
    expect((await deliver(definitionOf(), { id: '../../etc/x', first: 'y' })).kind).toBe('accepted')
    expect(readdirSync(root)).toEqual(['__.._etc_x.csv'])
  })
})
