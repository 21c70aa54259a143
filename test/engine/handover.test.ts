import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startMailServer, type MailServer } from '../world/mail-server.ts'
import { startSftpServer } from '../world/sftp-server.ts'
import { createWorld, someLeads } from './world.ts'

/** E-mail, SFTP and files through the whole engine: as the last resort of a Fallback, and as targets of batches. */
const after: (() => unknown)[] = []
afterEach(async () => { for (const each of after.splice(0)) await each() })
const folder = (): string => { const made = mkdtempSync(join(tmpdir(), 'finalmile-')); after.push(() => rmSync(made, { recursive: true, force: true })); return made }
const mailServer = async (): Promise<MailServer> => { const made = await startMailServer(); after.push(() => made.close()); return made }

const email = (port: number, more = ''): string => `Type: email
Endpoint: smtp://127.0.0.1:${port}
From: leads@seller.example
To: intake@buyer.example
Field Mapping:
  id: {{lead.id}}
  email: {{lead.email}}
${more}`
const DEAD = 'Endpoint: http://127.0.0.1:9/leads\nRetries: none\n'

describe('e-mail', () => {
  it('is the last of a Fallback: the lead is notified, earns nothing without a Price, and tells why', async () => {
    const server = await mailServer()
    const world = createWorld({ custom: DEAD, hook: `Type: webhook.post\n${DEAD}`, mail: email(server.port), all: 'Pattern: Fallback\nTry: [custom, hook, mail]\n' })
    await world.run('all', someLeads(1))
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', recipient: 'mail', revenue: null, buyerLeadId: null, attempts: 3 })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]?.mail.headers.get('auto-submitted')).toBe('auto-generated')
    expect(server.mails[0]?.mail.subject).toBe('New lead L1')
  })

  it('a message refused for now is tried again under the same Message-ID', async () => {
    const server = await mailServer()
    server.onData = 451
    const world = createWorld({ mail: email(server.port, 'Price: $10.00\n') })
    const running = world.run('mail', someLeads(1))
    while (server.mails.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    server.onData = null
    await running
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', revenue: { amount: 100_000, currency: 'USD' } })
    expect(new Set(server.mails.map(({ mail }) => mail.messageId)).size).toBe(1)
  })

  it('a batch is one message with the leads as a table', async () => {
    const server = await mailServer()
    const world = createWorld({ mail: email(server.port, 'Batch: {Accumulate: 3 leads or 5 minutes}\n') })
    await world.run('mail', someLeads(3))
    expect(await world.standing('L3')).toMatchObject({ outcome: 'accepted' })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]?.mail.attachments[0]?.content.toString().trim().split('\r\n')).toEqual(['id,email', 'L1,lead1@example.com', 'L2,lead2@example.com', 'L3,lead3@example.com'])
  })
})

describe('a batch whose leads have other receivers or places', () => {
  it('is a message for each receiver, answered at the sender where its leads have several addresses', async () => {
    const server = await mailServer()
    const world = createWorld({ mail: email(server.port, 'Batch: {Accumulate: 3 leads or 5 minutes}\n').replace(/^( *)To: .*$/m, '$1To: "{{lead.agent}}"\n$1Reply To: "{{lead.email}}"') })
    const agents = ['ann@agents.example', 'bob@agents.example', 'ann@agents.example']
    await world.run('mail', someLeads(3).map((lead, i) => ({ ...lead, fields: { ...lead.fields, agent: agents[i] ?? '' } })))
    const said = server.mails.map(({ mail }) => [JSON.stringify(mail.to).includes('ann@'), mail.replyTo?.text ?? null, mail.attachments[0]?.content.toString().match(/^L\d/gm)])
    expect(said.toSorted()).toEqual([[false, 'lead2@example.com', ['L2']], [true, null, ['L1', 'L3']]])
  })

  it('is a file for each folder', async () => {
    const root = folder()
    const world = createWorld({ drop: `Type: file\nPath: ${root}/{{lead.region}}/\nBatch: {Accumulate: 3 leads or 5 minutes, Format: JSON array}\nField Mapping:\n  id: {{lead.id}}\n` })
    await world.run('drop', someLeads(3).map((lead, i) => ({ ...lead, fields: { ...lead.fields, region: i === 1 ? 'east' : 'west' } })))
    const idsIn = (region: string): unknown => JSON.parse(readFileSync(join(root, region, readdirSync(join(root, region))[0] ?? ''), 'utf8'))
    expect([idsIn('west'), idsIn('east')]).toEqual([[{ id: 'L1' }, { id: 'L3' }], [{ id: 'L2' }]])
  })
})

describe('files', () => {
  it('a batch goes to SFTP under a temporary name, is renamed, and a rename that fails is repeated under the same name', async () => {
    const root = folder()
    mkdirSync(join(root, 'in'))
    const server = await startSftpServer(root)
    after.push(() => server.close())
    server.faults.push('rename-fails')
    const world = createWorld({ drop: `Type: sftp
Settings:
  Endpoint: sftp://leads@127.0.0.1:${server.port}/in/
  Password: secret
  Host Key: ${server.fingerprint}
Batch: {Accumulate: 2 leads or 5 minutes}
Field Mapping:
  id: {{lead.id}}
` })
    await world.run('drop', someLeads(2))
    expect([await world.standing('L1'), await world.standing('L2')]).toMatchObject([{ outcome: 'accepted', attempts: 2 }, { outcome: 'accepted', attempts: 2 }])
    expect(readdirSync(join(root, 'in'))).toEqual([expect.stringMatching(/^drop-batch-\w+\.csv$/)])
    expect(new Set(server.renames).size).toBe(1)
    expect(server.renames[0]).toMatch(/^\/in\/\.drop-batch-\w+\.csv\.\w+\.part -> \/in\/drop-batch-\w+\.csv$/)
  })

  it('a batch is written into a folder as one file, JSON where that is asked for', async () => {
    const root = folder()
    const world = createWorld({ drop: `Type: file\nPath: ${root}/\nBatch: {Accumulate: 2 leads or 5 minutes, Format: JSON array}\nField Mapping:\n  id: {{lead.id}}\n` })
    await world.run('drop', someLeads(3))
    const [name = '', ...others] = readdirSync(root)
    expect(others).toEqual([])
    expect(JSON.parse(readFileSync(join(root, name), 'utf8'))).toEqual([{ id: 'L1' }, { id: 'L2' }])
    expect(await world.standing('L3')).toMatchObject({ state: 'waiting', batch: true })
  })
})
