import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type Buyer, startBuyer } from '../world/buyer.ts'
import { createProject, leadsCsv, removeProjects } from './project.ts'

let buyer: Buyer | null = null
afterEach(async () => {
  await buyer?.close()
  removeProjects()
})

describe('new --from', () => {
  it('makes of a curl command a recipient that checks and delivers', async () => {
    buyer = await startBuyer()
    const project = createProject({})
    const curl = `curl ${buyer.url} -H 'Authorization: Bearer S3CRET-token' -d '{"leadId":"x","contact":{"email":"a@b.example","st":"CA"},"vertical":"auto"}'`
    const made = await project.run('new', 'Acme Insurance', '--from', curl)
    expect([made.code, made.err]).toEqual([0, expect.stringContaining('look at vertical: sent as in the example')])
    expect(project.read('recipients/acme-insurance.yaml')).not.toContain('S3CRET')
    expect((await project.run('check')).code).toBe(0)
    project.write('leads.csv', leadsCsv(2))
    expect((await project.run('deliver', 'leads.csv', '--to', 'acme-insurance', '--yes')).code).toBe(0)
    expect(JSON.parse(buyer.journal[0]?.body ?? '')).toEqual({ leadId: 'L1', contact: { email: 'lead1@example.com', st: 'CA' }, vertical: 'auto' })
  })

  it('names the file by the letters of the name, without their accents', async () => {
    expect((await createProject({}).run('new', 'Mäkelä & São Paulo', '--from', 'curl https://a.example -d a=1')).err).toContain('✓ recipients/makela-sao-paulo.yaml\n')
  })

  it('maps to the columns of --leads, tells what they have not, and the next command has their id', async () => {
    const project = createProject({})
    project.write('crm export.csv', '"Lead ID","First Name","Mobile Phone"\n00Q1,Dana,(415) 555-0101\n')
    const { err } = await project.run('new', 'acme', '--leads', 'crm export.csv', '--from', `curl https://a.example -d '{"ref_id":"x","fname":"","phone":"","zip":""}'`)
    expect(err).toContain('look at zip: no column of crm export.csv was found for it')
    expect(err).toContain("finalmile plan 'crm export.csv' --to acme --limit 1 --id 'Lead ID'")
    const planned = await project.run('plan', 'crm export.csv', '--to', 'acme', '--id', 'Lead ID', '--json')
    expect([planned.err, JSON.parse(JSON.parse(planned.out).body)]).toEqual(['', { ref_id: '00Q1', fname: 'Dana', phone: '4155550101' }])
    project.write('leads.json', '[]')
    expect((await project.run('new', 'other', '--leads', 'leads.json', '--from', 'curl https://a.example -d a=1')).err).toContain('--leads takes a CSV or JSON file')
    project.write('leads.jsonl', '{"id":"7","firstName":"Dana"}\n')
    await project.run('new', 'other', '--leads', 'leads.jsonl', '--from', "curl https://a.example -d '{\"fname\":\"\"}'")
    expect(JSON.parse(JSON.parse((await project.run('plan', 'leads.jsonl', '--to', 'other', '--json')).out).body)).toEqual({ fname: 'Dana' })
  })

  it('makes a .env that only its owner reads', async () => {
    const project = createProject({})
    expect((await project.run('new', 'Acme', '--from', "curl -u joe:hush https://a.example/leads -d '{\"a\":1}'")).code).toBe(0)
    expect(statSync(join(project.folder, '.env')).mode & 0o777).toBe(0o600)
  })

  it('keeps what is secret in .env, every quote of it, and what stands there already', async () => {
    const project = createProject({})
    project.write('.env', 'ACME_TOKEN=mine')
    await project.run('new', 'acme', '--from', `curl https://a.example -u "it's:a \\"b\\"" -H 'X-Token: other' -d a=1`)
    expect(readFileSync(join(project.folder, '.env'), 'utf8')).toBe('ACME_TOKEN=mine\nACME_USERNAME="it\'s"\nACME_PASSWORD=\'a "b"\'\n')
  })

  it('adds to a .env in UTF-16, as PowerShell writes it, in the same letters, and reads such a command', async () => {
    const project = createProject({})
    const bytes = Buffer.from('\uFEFFOTHER=1\r\n', 'utf16le')
    writeFileSync(join(project.folder, '.env'), bytes.swap16())
    writeFileSync(join(project.folder, 'c.txt'), Buffer.from('\uFEFFcurl https://a.example -u joe:hush -d a=1', 'utf16le'))
    expect((await project.run('new', 'acme', '--from', 'c.txt')).code).toBe(0)
    expect((await project.run('new', 'acme two', '--from', 'c.txt')).code).toBe(0)
    expect(readFileSync(join(project.folder, '.env')).swap16().toString('utf16le')).toBe('\uFEFFOTHER=1\r\nACME_USERNAME=joe\nACME_PASSWORD=hush\nACME_TWO_USERNAME=joe\nACME_TWO_PASSWORD=hush\n')
    expect(await project.run('check')).toMatchObject({ code: 0 })
  })

  it.each([
    [['new', 'a', '--from', '.'], 'this is a folder'],
    [['new', 'acme'], 'there is no terminal'], [['new', '***', '--from', 'curl x'], 'makes no file name'], [['new', 'a', '--from', 'nothing.json'], 'there is no file nothing.json'], [['new', 'a', '--from', "curl 'x"], 'not closed'],
  ])('%j is told, and nothing is written', async (args, message) => {
    const project = createProject({})
    expect(await project.run(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(existsSync(join(project.folder, 'recipients'))).toBe(false)
  })

  it('never writes over a file', async () => {
    const project = createProject({ acme: 'Type: pool\n' })
    expect(await project.run('new', 'Acme', '--from', 'curl https://a.example -d a=1')).toMatchObject({ code: 2, err: expect.stringContaining('is there already') })
    expect(project.read('recipients/acme.yaml')).toContain('pool')
  })
})
