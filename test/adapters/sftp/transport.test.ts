import dns from 'node:dns'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTransport } from '../../../src/adapters/transport.ts'
import type { EndpointBasics, EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { buildSftp, mapping, textOf, type OwnSettings } from '../../wire/build-definition.ts'
import { inputOf } from '../../wire/render/input.ts'
import { startSftpServer, type SftpServer } from '../../world/sftp-server.ts'
import { settings, type Settings } from '../http/sending.ts'

let root = ''
let server: SftpServer
beforeEach(async () => { root = mkdtempSync(join(tmpdir(), 'finalmile-sftp-')); server = await startSftpServer(root) })
afterEach(async () => { await server.close(); rmSync(root, { recursive: true, force: true }) })

const definitionOf = (given: Partial<EndpointBasics> = {}, own: OwnSettings = {}): EndpointDefinition => buildSftp(
  { hostKey: server.fingerprint, fileName: '{{lead.id}}.csv', ...own },
  { url: textOf(`sftp://leads:secret@127.0.0.1:${server.port}/`), mapping: mapping({ id: '{{lead.id}}', first: '{{lead.first}}' }), ...given },
)

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

  it.each(['rename-hangs-up', 'rename-resets'] as const)('a connection lost at the rename (%s): unknown; the repeat finds the file', async (fault) => {
    server.faults.push(fault)
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'unknown', retry: true })
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'accepted', reason: expect.stringContaining('there already') })
    expect(readdirSync(root)).toEqual(['L1.csv'])
  })

  it('a connection lost in mid-upload: network; the repeat writes it anew, whole', async () => {
    server.faults.push('write-hangs-up')
    const long = { id: 'L1', first: 'x'.repeat(200_000) }
    expect(await deliver(definitionOf(), long)).toMatchObject({ kind: 'failed', class: 'network', retry: true })
    expect((await deliver(definitionOf(), long)).kind).toBe('accepted')
    expect(readdirSync(root)).toEqual(['L1.csv'])
    expect(readFileSync(join(root, 'L1.csv'), 'utf8')).toBe(`id,first\r\nL1,${long.first}\r\n`)
  })

  it('a file that the server holds only in part is not put in its place', async () => {
    server.faults.push('write-cut')
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'failed', class: 'server_error', retry: true, reason: expect.stringMatching(/holds 18 of 19 bytes/) })
    expect([server.renames, readdirSync(root)]).toEqual([[], []])
  })

  it('a rename that was done, of which the server says that it failed, is not done again under another name', async () => {
    server.faults.push('rename-denies-it')
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'accepted', reason: expect.stringContaining('there already') })
    expect(readdirSync(root)).toEqual(['L1.csv'])
  })

  it('silence at the rename: unknown, for it may stand there', async () => {
    server.faults.push('rename-silence')
    expect(await deliver(definitionOf(), undefined, { timeoutMs: 400 })).toMatchObject({ kind: 'unknown', class: 'timeout', retry: true })
    expect((await deliver(definitionOf())).kind).toBe('accepted')
    expect(readdirSync(root)).toEqual(['L1.csv'])
  })

  it('a name that another takes at the last moment is left to it', async () => {
    server.faults.push('rename-finds-it-taken')
    expect((await deliver(definitionOf())).kind).toBe('accepted')
    expect(readFileSync(join(root, 'L1.csv'), 'utf8')).toBe('theirs')
    expect(readdirSync(root).sort()).toEqual([expect.stringMatching(/^L1-\w{10}\.csv$/), 'L1.csv'])
  })

  it('a folder that may not be looked into is not written to blindly', async () => {
    server.faults.push('stat-denied')
    expect(await deliver(definitionOf())).toMatchObject({ kind: 'failed', class: 'auth', alert: true })
    expect(readdirSync(root)).toEqual([])
  })

  it('a server without a host key that is known is not signed in to', async () => {
    const { endpoint } = compileEndpoint(definitionOf())
    const rendered = endpoint?.render(inputOf({ id: 'L1', first: 'x' }))
    if (!rendered?.ok || rendered.request.kind !== 'sftp' || !rendered.request.sftp) throw new Error('no request')
    const transport = createTransport()
    const reply = await transport.send({ ...rendered.request, sftp: { ...rendered.request.sftp, hostKeys: [] } }, settings())
    await transport.close()
    expect(reply).toMatchObject({ kind: 'fault', fault: 'tls-certificate' })
  })

  it('of many files five at once sign in at the most', async () => {
    const { endpoint } = compileEndpoint(definitionOf())
    const transport = createTransport()
    const replies = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
      const rendered = endpoint?.render(inputOf({ id: `L${i}`, first: 'x' }, { key: `key-${i}` }))
      return rendered?.ok ? transport.send(rendered.request, settings()) : null
    }))
    await transport.close()
    expect(replies.map((each) => each?.kind)).toEqual(replies.map(() => 'handed-over'))
    expect(readdirSync(root)).toHaveLength(12)
    expect(server.most()).toBeLessThanOrEqual(5)
  })

  it('a name of the server that resolves to a private address is refused, where it was not written out', async () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, options: { all?: boolean }, callback: (error: null, found: unknown, family?: number) => void) => {
      if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(null, '127.0.0.1', 4)
    }) as unknown as typeof dns.lookup)
    const verdict = await deliver(definitionOf({ url: textOf(`sftp://leads:secret@drop.buyer.example:${server.port}/`) }))
    lookup.mockRestore()
    expect(verdict).toMatchObject({ kind: 'failed', class: 'blocked' })
    expect(server.most()).toBe(0)
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
