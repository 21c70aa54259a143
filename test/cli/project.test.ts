import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Ended } from './finalmile.ts'
import { finalmileHere as finalmile } from './here.ts'

/** The project of `init`, worked through as a new user would; every command in the test's own process. */
const cwd = mkdtempSync(join(tmpdir(), 'finalmile-project-'))
const run = (...args: readonly string[]): Promise<Ended> => finalmile(args, { cwd })
const lines = (text: string): readonly string[] => text.split('\n').filter((each) => each !== '')
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>

beforeAll(async () => { expect((await run('init')).code).toBe(0) })

describe('before anything is sent', () => {
  it('check finds nothing to say', async () => {
    expect(await run('check')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('4 recipients in 4 files, no problems; 2 sample answers read as expected') as string })
  })

  it('what a sample answer means is told where the file does not say it', async () => {
    const told = 'recipients/brightpath.yaml:17 this sample means accepted as 12345\n'
    expect((await run('check')).err).toMatch(new RegExp(`^${told}`))
    expect((await run('check', '--verbose')).err.match(/ this sample means /g)).toHaveLength(3)
    expect((await run('check', '--quiet')).err).toBe('')
  })

  it('check shows every problem on stdout, with a caret, and exits 2', async () => {
    mkdirSync(join(cwd, 'broken'), { recursive: true })
    writeFileSync(join(cwd, 'broken/acme.yaml'), 'Recipient: Acme\nSettings:\n  Endpoint: https://acme.example/leads\n  Timeout: 10\nField Mappings:\n  name: {{lead.name}}\n')
    const { code, out } = await run('check', '--recipients', 'broken')
    expect(code).toBe(2)
    expect(out).toMatch(/broken\/acme\.yaml:4:\d+/)
    expect(out).toContain('^')
    expect(out).toContain('Field Mapping')
    expect(lines(out).at(-1)).toMatch(/^\d+ errors( and 1 warning)? in 1 file$/)
    const { code: again, out: data } = await run('check', '--recipients', 'broken', '--json')
    expect(again).toBe(2)
    expect(json(data)).toMatchObject({ files: 1, errors: expect.any(Number) as number })
  })

  it('a recipient file of Windows, in UTF-16, is read as any other', async () => {
    writeFileSync(join(cwd, 'utf16.yaml'), Buffer.from('\uFEFFRecipient: Café\r\nType: pool\r\n', 'utf16le'))
    expect(await run('describe', 'utf16.yaml')).toMatchObject({ code: 0, err: '' })
  })

  it.runIf(existsSync('/dev/null'))('what is neither a file nor a folder, as `check <(…)` names it, is read as a file', async () => {
    expect(await run('check', '/dev/null')).toMatchObject({ code: 2, out: expect.stringContaining('this file is empty') })
  })

  it('check tells mistakes in templates together with those in keys, but nothing that only follows from one', async () => {
    mkdirSync(join(cwd, 'both'), { recursive: true })
    writeFileSync(join(cwd, 'both/acme.yaml'), 'Recipient: Acme\nSettings:\n  Endpiont: https://acme.example/leads\nField Mapping:\n  name: {{uper lead.name}}\n  {{#if lead.x > }}\n  b: 1\n  {{/if}}\n  c: {{#if lead.x}}\nResponse Parsing:\n  Success: status = "ok"\n')
    writeFileSync(join(cwd, 'both/mail.yaml'), 'Recipient: Mail\nType: emial\nEndpoint: smtp://mail.example\nFrom: a@b.example\nTo: c@d.example\nSubject: {{uper lead.name}}\n')
    const told = json((await run('check', '--recipients', 'both', '--json')).out)['diagnostics'] as readonly { file: string; line: number; code: string }[]
    expect(told.map(({ file, line, code }) => `${file.replace(/.*both./, '')}:${line} ${code}`)).toEqual(['acme.yaml:3 unknown-key', 'acme.yaml:5 unknown-helper', 'acme.yaml:6 bad-condition', 'acme.yaml:9 unclosed-block', 'mail.yaml:2 bad-value'])
  })

  it('a proxy that is none and a certificate that is not there are shown where they stand', async () => {
    mkdirSync(join(cwd, 'transport'), { recursive: true })
    writeFileSync(join(cwd, 'transport/acme.yaml'), 'Recipient: Acme\nSettings:\n  Endpoint: https://acme.example/leads\n  Proxy: proxy.example:3128\n  TLS:\n    CA: certs/missing.pem\nField Mapping:\n  name: {{lead.name}}\nResponse Parsing:\n  Success: status = "ok"\n')
    const { code, out } = await run('check', '--recipients', 'transport')
    expect(code).toBe(2)
    expect(out).toMatch(/acme\.yaml:4:\d+\n.*\n4 \|   Proxy/)
    expect(out).toMatch(/acme\.yaml:[56]:\d+/)
  })

  it.each([
    ['a file', 'afile', 'it is a file'],
    ['below a file', 'afile/out', 'a part of it is a file'],
    ['a name that no disk takes', 'x'.repeat(300), 'the name is too long'],
    ...(existsSync('/proc/self') ? [['where the system takes no folder', '/proc/none/out', 'no folder can be made there']] : []),
  ])('--out that is %s is told as such, and nothing is sent', async (_name, out, words) => {
    writeFileSync(join(cwd, 'afile'), 'mine')
    const refused = await run('deliver', 'leads.csv', '--to', 'auto-waterfall', '--test', '--out', out)
    expect({ code: refused.code, out: refused.out }).toEqual({ code: 2, out: '' })
    expect(refused.err).toContain('cannot be written to')
    expect(refused.err).toContain(words)
    expect(readFileSync(join(cwd, 'afile'), 'utf8')).toBe('mine')
  })

  it.runIf(existsSync('/dev/full'))('a disk that fills up under --out is told once, with where all of it still is', async () => {
    mkdirSync(join(cwd, 'full'))
    symlinkSync('/dev/full', join(cwd, 'full/ledger.csv'))
    const { code, err } = await run('deliver', 'leads.csv', '--to', 'auto-waterfall', '--test', '--out', 'full', '--store', 'sqlite:full.db')
    expect(code).toBe(1)
    expect(err.match(/error/g)).toHaveLength(1)
    expect(err).toMatch(/the files in .*full are not whole: the disk is full\n.*finalmile export ledger/)
    expect(lines((await run('export', 'results', '--jsonl', '--store', 'sqlite:full.db')).out)).toHaveLength(6)
  })

  it.runIf(existsSync('/dev/full'))('also where it fills up while there is more to deliver', async () => {
    mkdirSync(join(cwd, 'early'))
    symlinkSync('/dev/full', join(cwd, 'early/ledger.csv'))
    // Long names, so that few leads fill the first block of the file.
    writeFileSync(join(cwd, 'many.csv'), `id,email\n${Array.from({ length: 1_200 }, (_, i) => `F${i}${'x'.repeat(490)},a@example.com\n`).join('')}`)
    const { code, err } = await run('deliver', 'many.csv', '--to', 'auto-waterfall', '--test', '--out', 'early', '--concurrency', '5', '--store', 'sqlite:early.db')
    expect(code).toBe(1)
    expect(err.match(/error/g)).toHaveLength(1)
    expect(err).toMatch(/the files in .*early are not whole: the disk is full\n.*finalmile export ledger/)
    expect(lines((await run('export', 'results', '--jsonl', '--store', 'sqlite:early.db')).out).length).toBeLessThan(1_200)
  })

  it.runIf(existsSync('/dev/full'))('a page that the disk has no room for is named, and no beginning of it stays', async () => {
    symlinkSync('/dev/full', join(cwd, 'page.html'))
    expect(await run('report', '--html', 'page.html', '--store', 'sqlite:full.db', '--test')).toMatchObject({ code: 2, err: expect.stringMatching(/page\.html: the disk is full/) as string })
    expect(readdirSync(cwd)).not.toContain('page.html')
  })

  it('a link among the recipients that leads nowhere is told of its own, and stops nobody else; a folder that holds itself is read once', async () => {
    const folder = join(cwd, 'linked')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.yaml'), 'Recipient: A\nType: file\nSettings: {Path: out.csv}\nField Mapping: {id: {{lead.id}}}\n')
    symlinkSync('.', join(folder, 'again'))
    expect(await run('check', '--recipients', folder)).toMatchObject({ code: 0 })
    symlinkSync('moved-away.yaml', join(folder, 'b.yaml'))
    expect(await run('check', '--recipients', folder)).toMatchObject({ code: 2, out: expect.stringMatching(/linked\/b\.yaml[\s\S]*1 error/) as string })
    expect(await run('describe', 'a', '--recipients', folder)).toMatchObject({ code: 0 })
  })

  it('a name that is too long, and links that lead round in a circle, are no bugs of ours', async () => {
    symlinkSync('round', join(cwd, 'round'))
    const name = 'x'.repeat(300)
    expect(await run('parse', 'acme-insurance', name)).toMatchObject({ code: 2, err: expect.stringContaining(`${name}: the name is too long`) as string })
    expect(await run('check', name)).toMatchObject({ code: 2, err: expect.stringContaining('the name is too long') as string })
    expect(await run('check', 'round')).toMatchObject({ code: 2, err: expect.stringContaining('round: its symbolic links lead round in a circle') as string })
  })

  it('a recorded answer that is not there is named', async () => {
    const { code, err } = await run('parse', 'acme-insurance', 'nowhere.http')
    expect(code).toBe(2)
    expect(err).toContain('nowhere.http: no such file or folder')
  })

  it('a broken file does not stop a delivery that does not reach it', async () => {
    const { code } = await run('plan', 'leads.csv', '--to', 'brightpath', '--limit', '1', '--recipients', 'recipients', '--recipients', 'broken', '--json')
    expect(code).toBe(0)
    const { code: stopped, err } = await run('plan', 'leads.csv', '--to', 'acme', '--recipients', 'broken')
    expect(stopped).toBe(2)
    expect(err).toContain('broken/acme.yaml:4')
  })

  it('plan gives the requests, secrets masked', async () => {
    const { code, out } = await run('plan', 'leads.csv', '--to', 'auto-waterfall', '--limit', '1', '--json')
    expect(code).toBe(0)
    expect((await run('plan', 'leads.csv', '--to', 'auto-waterfall', '--limit', '1')).out).toContain('▹ if nobody takes it: parked in Remediation Pool\n')
    expect((await run('plan', 'leads.csv', '--to', 'acme-insurance', '--limit', '1')).out).toContain('▹ if nobody takes it: rejected or failed, as they answer\n')
    const [acme, bright] = lines(out).map(json)
    expect(acme).toMatchObject({ lead: 'L-1001', recipient: 'acme-insurance', phase: 'post', method: 'POST', url: 'https://api.acme-insurance.example/leads' })
    expect(json(String(acme?.body))).toMatchObject({ firstName: 'Dana', phone: '(555) 555-0101', address: { state: 'CA', zip: '94110' }, priority: 'HIGH', source: 'search' })
    expect(JSON.stringify(acme?.headers)).toContain('Bearer ••••')
    expect(bright).toMatchObject({ recipient: 'brightpath' })
    expect(String(bright?.body)).toContain('<state>California</state>')
    expect((await run('plan', 'leads.csv', '--to', 'acme-insurance', '--limit', '1', '--show-secrets')).out).toContain('Bearer replace-with-the-token-of-acme')
    const person = await run('plan', 'leads.csv', '--to', 'Auto Waterfall', '--limit', '1')
    expect(person.out).toContain('POST https://api.acme-insurance.example/leads')
    expect(person.err).toBe('1 lead, nothing was sent\n')
  })

  it('a pattern is described by the name that its file gives it', async () => {
    expect((await run('describe', 'auto-waterfall')).out).toMatch(/Pattern +Waterfall\n +Reaches +acme-insurance, brightpath/)
  })

  it('an unknown recipient is answered with names', async () => {
    const { code, err, out } = await run('deliver', 'leads.csv', '--to', 'brightpth', '--test')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/did you mean .*[Bb]rightpath/)
    for (const [to, names] of [[['--to', 'acme'], 'there is acme-insurance\n'], [['--to', 'nobody'], 'there are acme-insurance, auto-waterfall,']] as const) {
      expect((await run('plan', 'leads.csv', ...to)).err).toContain(names)
    }
  })

  it('a missing lead file is a mistake of the user', async () => {
    expect(await run('deliver', 'nobody.csv', '--to', 'brightpath', '--test')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('nobody.csv') as string })
  })

  it('parse tells what an answer means', async () => {
    writeFileSync(join(cwd, 'yes.http'), 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"status":"accepted","leadId":"A-9","price":"$45.00"}')
    expect(json((await run('parse', 'acme-insurance', 'yes.http', '--json')).out)).toEqual({
      verdict: 'accepted', reason: null, class: null, retry: false, retryAfterMs: null, buyerLeadId: 'A-9', price: '45.00', currency: 'USD', captured: {},
    })
    const refused = await finalmile(['parse', 'acme-insurance', '-'], { cwd, input: 'HTTP/1.1 401 Unauthorized\r\n\r\nno' })
    expect(refused.code).toBe(0)
    expect(refused.out).toMatch(/^failed/)
    expect(refused.out).toContain('auth')
  })
})

describe('a rehearsal', () => {
  it('delivers, leaves its files, and does nothing twice', async () => {
    const first = await run('deliver', 'leads.csv', '--to', 'auto-waterfall', '--test', '--out', 'out', '--json')
    expect(first.err).not.toContain('bug')
    expect(first.code).toBe(0)
    const summary = json(first.out)
    expect(summary).toMatchObject({ mode: 'test', to: 'auto-waterfall', leads: 6, already_settled: 0, revenue: '0.00', cost: '90.00' })
    expect(first.err).toContain('6 leads to auto-waterfall')
    expect(first.err).toContain('leads that need a person: finalmile review list --test')
    expect(lines(readFileSync(join(cwd, 'out/results.csv'), 'utf8'))).toHaveLength(7)
    expect(json(readFileSync(join(cwd, 'out/summary.json'), 'utf8'))).toEqual(summary)
    const again = await run('deliver', 'leads.csv', '--to', 'auto-waterfall', '--test', '--out', 'out2', '--json')
    expect(again.code).toBe(0)
    expect(json(again.out)).toMatchObject({ leads: 0, already_settled: 6 })
    expect(lines(readFileSync(join(cwd, 'out2/ledger.csv'), 'utf8'))).toHaveLength(1)
  })

  it('can be looked at from every side', async () => {
    const [explain, report, bySource, csv, ledger, results, status, review] = await Promise.all([
      run('explain', 'L-1001'), run('report', '--test'), run('report', '--test', '--by', 'source'), run('report', '--test', '--csv'),
      run('export', 'ledger'), run('export', 'results', '--jsonl'), run('status', '--test', '--json'), run('review', 'list', '--test', '--json'),
    ])
    for (const each of [explain, report, bySource, csv, ledger, results, status, review]) expect({ code: each.code, err: each.err }).toEqual({ code: 0, err: '' })
    expect(explain.out).toMatch(/^L-1001 to auto-waterfall \(test\)/)
    expect(explain.out).toContain('settled:')
    expect(report.out).toContain('6 leads')
    expect(bySource.out).toMatch(/^partner +2/m)
    expect(csv.out).toMatch(/^recipient,attempts,/)
    expect(ledger.out).toBe(readFileSync(join(cwd, 'out/ledger.csv'), 'utf8'))
    expect(lines(results.out)).toHaveLength(6)
    expect(json(status.out)).toMatchObject({ mode: 'test', waiting: 0 })
    const page = await run('report', '--test', '--html', 'report.html')
    expect(page.code).toBe(0)
    expect(readFileSync(join(cwd, 'report.html'), 'utf8')).toContain('<!doctype html>')
  })

  it('a paused recipient keeps its leads waiting; unpause and resume deliver them', async () => {
    expect(await run('pause', 'remediation-pool', '--test')).toMatchObject({ code: 2, err: expect.stringContaining('nothing is sent to it') as string })
    expect(json((await run('pause', 'brightpath', '--test', '--reason', 'holiday', '--json')).out)).toMatchObject({ recipient: 'brightpath', paused: { reason: 'holiday' } })
    const paused = await run('deliver', 'leads.csv', '--to', 'brightpath', '--test', '--json')
    expect(paused.code).toBe(0)
    // Two of the six were sold to it by the waterfall before: they are not offered again.
    expect(json(paused.out)).toMatchObject({ outcomes: { waiting: 4, skipped: 2 } })
    expect((await run('status', '--test')).out).toContain('holiday')
    expect((await run('status', '--test')).out).toContain('`finalmile unpause brightpath --test` opens it')
    expect((await run('resume', '--test')).err).toContain('paused brightpath: what waits for it goes on after finalmile unpause brightpath --test')
    const open = await run('unpause', 'brightpath', '--test', '--json')
    expect(json(open.out)).toEqual({ recipient: 'brightpath', paused: null, due: 4 })
    expect(open.err).toContain('4 leads are due now')
    expect((await run('status', '--test')).out).toContain('was paused; finalmile resume --test sends them')
    const resumed = await run('resume', '--test', '--json')
    expect(resumed.code).toBe(0)
    expect(json(resumed.out)).toMatchObject({ leads: 4, outcomes: { waiting: 0 } })
    expect((await run('unpause', 'brightpath', '--test')).err).toBe('open brightpath, which was not paused\n')
  })

  it('what is suggested is about the same store and the same folders, where the command was given any; the environment holds there anyway', async () => {
    const elsewhere = ['--store', 'sqlite:other store.db', '--recipients', 'recipients'] as const
    const flags = "--test --store 'sqlite:other store.db' --recipients recipients"
    await run('pause', 'brightpath', '--test', ...elsewhere)
    const { err } = await run('deliver', 'leads.csv', '--to', 'brightpath', '--test', '--wait', '0s', ...elsewhere)
    expect(err).toContain(`\`finalmile unpause brightpath ${flags}\` opens it`)
    expect(err).not.toContain('continues them')
    const later = join(cwd, 'recipients/later.yaml')
    writeFileSync(later, 'Recipient: Later\nSettings:\n  Endpoint: https://later.example/leads\nField Mapping:\n  id: {{lead.id}}\nBatch: {Accumulate: 100 leads or 1 hour, Format: JSON array}\n')
    expect((await run('deliver', 'leads.csv', '--to', 'later', '--test', '--wait', '0s', ...elsewhere)).err).toContain(`hint finalmile resume ${flags} continues them`)
    mkdirSync(join(cwd, 'other'))
    renameSync(later, join(cwd, 'other/later.yaml'))
    const outside = '--store sqlite:o.db --recipients recipients --recipients other/later.yaml'
    expect((await run('deliver', 'leads.csv', '--to', 'other/later.yaml', '--test', '--wait', '0s', '--store', 'sqlite:o.db')).err).toContain(`hint finalmile resume --test ${outside} continues them`)
    expect(await run('resume', '--test', '--clock', '2099-01-01', ...outside.split(' '))).toMatchObject({ code: 0, err: expect.stringContaining('6 accepted') })
    expect((await run('status', '--test', ...elsewhere)).out).toContain("`finalmile unpause brightpath --test --store 'sqlite:other store.db' --rec")
    expect((await run('explain', 'L-1001', ...elsewhere)).out).toContain(`\`finalmile unpause brightpath ${flags}\` opens it`)
    expect((await run('unpause', 'brightpath', '--test', ...elsewhere)).err).toContain(`finalmile resume ${flags}\n`)
    const inherited = await finalmile(['resume', '--test', '--wait', '0s'], { cwd, env: { FINALMILE_STORE: 'sqlite:other store.db' } })
    expect(inherited.err).not.toContain('--store')
  })

  it('by a clock that is set ahead: the report is of that day, and purge, which goes by the machine\'s, takes all of it where all is meant', async () => {
    const ahead = ['--test', '--clock', '2031-05-01T12:00:00', '--store', 'sqlite:ahead.db'] as const
    await run('deliver', 'leads.csv', '--to', 'auto-waterfall', ...ahead)
    await run('report', '--html', 'ahead.html', ...ahead)
    expect(readFileSync(join(cwd, 'ahead.html'), 'utf8')).toContain('as of 2031-05-01 12:00')
    const purge = (...flags: readonly string[]) => run('purge', '--yes', '--store', 'sqlite:ahead.db', '--json', ...flags)
    expect(await purge('--older-than', '90d', '--clock', '2032-01-01')).toMatchObject({ code: 2, err: expect.stringContaining('nothing was removed') as string })
    expect(json((await purge('--older-than', '1h')).out)).toEqual({ purged: 0 })
    expect(json((await purge('--older-than', '0d')).out)).toEqual({ purged: 6 })
  })

  it('is told of where it is looked for among live deliveries, of which there are none', async () => {
    for (const [command, words] of [[['status'], 'there are 12 leads delivered with --test: add --test'], [['report'], 'add --test'], [['review', 'list'], 'there is 1 lead delivered with --test']] as const) {
      const { code, out, err } = await run(...command)
      expect([code, err]).toEqual([0, expect.stringContaining(words)])
      expect(out).not.toContain('hint')
      expect((await run(...command, '--quiet')).err).toBe('')
      expect((await run(...command, '--test')).err).not.toContain('hint')
    }
    expect((await run('status', '--test')).out).toContain('1 lead needs a person: finalmile review list --test')
  })

  it('a pooled lead is settled by a person', async () => {
    const pooled = lines((await run('review', 'list', '--test', '--json')).out).map(json)
    const lead = String(pooled[0]?.lead)
    expect((await run('review', 'accept', lead, '--test')).code).toBe(2)
    expect((await run('review', 'accept', lead, '--price', '40', '--note', 'by phone', '--test')).code).toBe(0)
    expect((await run('explain', lead)).out).toContain('accepted in review: by phone')
    const told = lines((await run('explain', lead, '--json')).out).map(json).find((each) => each.to === 'auto-waterfall')
    expect(told).toMatchObject({ standing: { at: expect.stringMatching(/^\d{4}-.*Z$/) as string, cost: { amount: '15.00', currency: 'USD' } }, events: expect.arrayContaining([expect.objectContaining({ type: 'settled', cost: { amount: '15.00', currency: 'USD' } })]) as unknown })
    expect(lines((await run('review', 'list', '--test', '--json')).out)).toHaveLength(pooled.length - 1)
  })
})

describe('the reference and the schema', () => {
  it('are made from the table of fields', async () => {
    const [reference, schema] = await Promise.all([run('reference'), run('schema')])
    expect(reference.code).toBe(0)
    expect(reference.out).toContain('Field Mapping')
    expect(json(schema.out)).toHaveProperty('$schema')
  })
})
