import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { createPaint } from '../../src/cli/streams.ts'
import { finalmile, onTerminal } from './finalmile.ts'
import { finalmileHere } from './here.ts'

const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'finalmile-cli-'))

describe('help', () => {
  it('alone and with --help goes to stdout, names every command, and is no failure', async () => {
    const [alone, asked] = await Promise.all([finalmileHere([], { cwd: emptyFolder() }), finalmileHere(['--help'], { cwd: emptyFolder() })])
    expect(alone).toEqual(asked)
    expect(asked.code).toBe(0)
    expect(asked.err).toBe('')
    for (const { name, summary } of COMMANDS) {
      expect(asked.out).toContain(`  ${name} `)
      expect(asked.out.replace(/\s+/g, ' ')).toContain(summary)
    }
  })

  it('loads nothing but the frame: a command\'s modules come when it is run', async () => {
    const { err } = await finalmile(['--help'], { hook: new URL('./loaded.ts', import.meta.url).href })
    const loaded = (JSON.parse(err) as string[]).filter((each) => each.startsWith('file:'))
    const packages = new Set(loaded.flatMap((each) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(each)?.[1] ?? []))
    expect([...packages].sort()).toEqual(['chalk', 'commander'])
    expect(loaded.filter((each) => /src\/(adapters|engine|wire|definitions|core|cli\/commands\/)/.test(each))).toEqual([])
  })

  it('is wrapped on a narrow terminal too', async () => {
    let text = ''
    const sink = { write: (more: string) => { text += more }, drained: () => Promise.resolve(), isScreen: false, columns: 60, paint: createPaint(0) }
    await expect(buildProgram({ out: sink, err: sink, ask: null, stdin: process.stdin }, () => Promise.resolve()).parseAsync(['--help'], { from: 'user' })).rejects.toMatchObject({ exitCode: 0 })
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(60)
  })

  it('comes by -h and by the command help as well', async () => {
    const cwd = emptyFolder()
    const asked = await finalmileHere(['deliver', '--help'], { cwd })
    expect(await finalmileHere(['deliver', '-h'], { cwd })).toEqual(asked)
    expect(await finalmileHere(['help', 'deliver'], { cwd })).toEqual(asked)
  })

  it('of a command has examples', async () => {
    for (const spec of COMMANDS) expect(spec.examples.length, spec.name).toBeGreaterThan(0)
    expect((await finalmileHere(['returns', '--help'], { cwd: emptyFolder() })).out).toMatch(/--test +of rehearsals/)
    const { code, out } = await finalmileHere(['deliver', '--help'], { cwd: emptyFolder() })
    expect(code).toBe(0)
    expect(out).toContain('$ finalmile deliver leads.csv --to acme --test')
    expect(out).toContain('--retry-failed')
    expect(out).toContain('Common options:')
  })

  it.skipIf(!existsSync('/usr/bin/script'))('on a narrow terminal what an example is for stands below it', async () => {
    expect(await onTerminal(['deliver', '--help'], emptyFolder(), { NO_COLOR: '1' })).toContain('  $ finalmile deliver leads.csv --to acme --test\r\n      # a rehearsal against the sandbox\r\n')
  })

  it('has a version', async () => expect((await finalmile(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/))
})

describe('a mistake on the command line exits 2, says what to do on stderr, and leaves stdout empty', () => {
  it.each([
    ['an unknown command', ['delivr'], 'did you mean deliver?'],
    ['help of an unknown command', ['help', 'delivr'], 'did you mean deliver?'],
    ['an unknown flag', ['deliver', 'x.csv', '--tp', 'acme'], 'did you mean --to?'],
    ['a flag before the command', ['--dry-run', 'deliver', 'x.csv', '--to', 'acme'], 'it is an option of deliver, returns, and goes after the name of the command'],
    ['a flag of other commands', ['explain', 'L-1', '--since', '2026-11-01'], 'it is an option of report, review, reconcile, and goes'],
    ['a store moved into itself', ['move', '--from', 'sqlite:a.db', '--to', 'sqlite:a.db'], '--from and --to name the same store'],
    ['ids for a list', ['review', 'list', 'L-1'], 'finalmile explain L-1 tells of one'],
    ['a flag with one dash', ['deliver', 'x.csv', '-to', 'acme'], 'did you mean --to?'],
    ['an id that begins with a dash', ['explain', '-abc'], 'goes last and after --'],
    ['unpause where there is no store', ['unpause', 'acme', '--store', 'sqlite:none.db'], 'there is no store at none.db yet'],
    ['a missing argument', ['deliver'], "missing required argument 'leads'"],
    ['a missing --to', ['deliver', 'x.csv'], '--to is missing'],
    ['a bare number where a unit matters', ['deliver', 'x.csv', '--to', 'a', '--wait', '30'], 'write --wait 30s'],
    ['an age without a unit, for which seconds would be a disaster', ['purge', '--older-than', '90'], 'write --older-than 90d'],
    ['money that is none', ['deliver', 'x.csv', '--to', 'a', '--cost', 'much'], '--cost takes an amount of money'],
    ['two names behind --to, of which the first would get nothing', ['deliver', 'x.csv', '--to', 'a', '--to', 'b'], '--to names two: "a" and "b"'],
    ['a clock for a live send', ['deliver', 'leads.csv', '--to', 'acme', '--clock', '2026-11-24T12:00:00Z'], '--clock is for test mode only'],
    ['a clock for a live worker', ['worker', '--store', 'postgres://finalmile@127.0.0.1/leads', '--clock', '2026-11-24T12:00:00Z'], '--clock is for test mode only'],
    ['both modes of an export', ['export', 'ledger', '--live', '--test'], '--live and --test contradict each other'],
    ['a negative price, by which a sale would cost', ['review', 'accept', 'L1', '--price', '-5'], '--price takes an amount of money from 0 to 100 million'],
    ['a cost that is some id', ['deliver', 'x.csv', '--to', 'a', '--cost', '800000000000'], '--cost takes an amount of money from 0 to 100 million'],
    ['a day that no calendar has', ['reconcile', 'acme', 'x.csv', '--since', '2026-11-31'], '--since takes a time, not "2026-11-31"'],
    ['a time without end', ['reconcile', 'acme', 'x.csv', '--since', '2026-12-01', '--until', '2026-11-01'], '--since is not before --until'],
    ['a report without end', ['report', '--since', '2026-12-01', '--until', '2026-12-01'], '--since is not before --until'],
    ['two formats of a report', ['report', '--csv', '--json'], '--json and --csv contradict each other'],
    ['two formats of a reconciliation', ['reconcile', 'acme', 'x.csv', '--csv', '--json'], '--json and --csv contradict each other'],
    ['two formats of a sheet', ['describe', 'acme', '--markdown', '--json'], '--json and --markdown contradict each other'],
    ['two formats of an export', ['export', 'ledger', '--csv', '--jsonl'], '--csv and --jsonl contradict each other'],
    ['a pair without =', ['deliver', 'x.csv', '--to', 'a', '--source', 'facebook'], '--source takes name=value'],
    ['a grouping that is misspelt', ['report', '--by', 'sorce'], '--by takes recipient, source, day or version, not "sorce"'],
    ['a flag that came out of a word processor', ['deliver', 'x.csv', '—to', 'acme'], 'write --to'],
    ['a time that is none', ['resume', '--test', '--clock', 'tomorrow'], '--clock takes a time'],
    ['--clock without --test', ['resume', '--clock', '2026-11-24T08:00:00Z'], 'add --test'],
    ['--clock without --test, of what a person does', ['unpause', 'acme-insurance', '--clock', '2026-11-24T08:00:00Z'], 'add --test'],
    ['a count of zero', ['deliver', 'x.csv', '--to', 'a', '--concurrency', '0'], 'a whole number from 1 on'],
    ['a purge that nobody can be asked about', ['purge', '--older-than', '0d'], 'add --yes; nothing was removed'],
    ['a request of no file', ['new', 'acme', '--request', 'Post lead'], 'there is no --from'],
    ['two flags that contradict each other', ['check', '--quiet', '--verbose'], 'contradict'],
    ['a topic that is misspelt', ['reference', 'batchh'], 'did you mean Batch?'],
    ['a topic that the reference does not have', ['reference', 'nope'], 'its chapters are Every recipient, Endpoints'],
    ['a recipient file that is not there', ['check', 'nope.yaml'], 'no file or folder nope.yaml'],
    ['a port that is none', ['sandbox', '--port', '70000'], '--port takes a number from 0 (a free one) to 65535'],
    ['an unknown command without a likeness', ['frob'], 'see finalmile --help'],
    ['a shell that is not known', ['completion', 'tcsh'], 'bash, zsh and fish'],
    ['a review that is not known', ['review', 'sell'], 'list, retry, accept and drop'],
    ['a store of another kind', ['status', '--store', 'mysql://x'], 'sqlite:PATH'],
    ['a store that is a folder', ['status', '--store', 'sqlite:.'], 'is a folder'],
    ['a store in memory', ['status', '--store', 'sqlite::memory:'], 'a store is a file'],
    ['an empty --out, as of a variable that is not set', ['resume', '--yes', '--out', ''], '--out names no folder'],
    ['nobody to play', ['sandbox'], 'there is no recipient to play in recipients'],
    ['no store yet', ['status'], 'nothing has been delivered from here'],
    ['no store to purge', ['purge', '--older-than', '0d', '--yes'], 'nothing has been delivered from here'],
    ['no store to review in', ['review', 'drop', 'L1'], 'nothing has been delivered from here'],
    ['a folder in which there is nothing to resume, as from a wrong line of cron', ['resume', '--yes'], 'nothing has been delivered from here'],
  ])('%s', async (_name, args, words) => {
    const cwd = emptyFolder()
    const { code, out, err } = await finalmileHere(args, { cwd })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(readdirSync(cwd)).toEqual([])
    expect(err).toContain(words)
    expect(err).not.toContain('\u001b[')
    expect(err).not.toContain('bug of finalmile')
  })
})

describe('mistakes are told all at once', () => {
  it('of the values of flags', async () => {
    const { err } = await finalmileHere(['deliver', 'x.csv', '--to', 'a', '--wait', '5', '--cost', 'much'], { cwd: emptyFolder() })
    for (const each of ['--wait 5 needs a unit', '--cost takes an amount of money']) expect(err).toContain(each)
  })

  it.each([['deliver'], ['plan']])('%s: of the recipient and of the lead files', async (command) => {
    const cwd = emptyFolder()
    const { code, err } = await finalmileHere([command, 'nope.csv', 'no.json', '--to', 'gooood'], { cwd })
    expect(code).toBe(2)
    for (const each of [/no recipient "gooood"/, /no file .*nope\.csv/, /no file .*no\.json/]) expect(err).toMatch(each)
  })

  it('of the keys and of the templates of a file', async () => {
    const cwd = emptyFolder()
    mkdirSync(join(cwd, 'recipients'))
    writeFileSync(join(cwd, 'recipients/acme.yaml'), 'Recipient: Acme\nSettings:\n  Endpoint: https://acme.example/\n  Timeot: 10s\nField Mapping:\n  name: {{uper lead.name}}\n')
    const { err } = await finalmileHere(['deliver', 'nope.csv', '--to', 'acme'], { cwd })
    for (const each of [/"Timeot" is no key of Settings/, /there is no helper "uper"/, /no file .*nope\.csv/]) expect(err).toMatch(each)
  })
})

describe('questions', () => {
  it.each([[[]], [['https://api.acme.example/leads', 'XML']]])('of new can be left after %j, and nothing is written', async (answers) => {
    const cwd = emptyFolder()
    expect(await finalmileHere(['new', 'acme'], { cwd, answers })).toMatchObject({ code: 130, out: '', err: 'Nothing was written.\n' })
    expect(readdirSync(cwd)).toEqual([])
  })

  it('of new ask again for an address or a format that there is not', async () => {
    const cwd = emptyFolder()
    const { code } = await finalmileHere(['new', 'acme'], { cwd, answers: ['api.acme.example', 'https://api.acme.example/leads', 'yaml', 'xml', '', '', ''] })
    expect(code).toBe(0)
    expect(readFileSync(join(cwd, 'recipients/acme.yaml'), 'utf8')).toMatch(/Endpoint: "https:\/\/api\.acme\.example\/leads"[\s\S]*Format: XML/)
  })

  it.each([
    ['None', /^(?![\s\S]*(?:Auth|Headers|None))/, null], ['Bearer', /Auth: Bearer \$\{ACME_TOKEN\}/, /^ACME_TOKEN=replace-me$/m], ['bearer abc123', /Auth: Bearer \$\{ACME_TOKEN\}/, /^ACME_TOKEN=abc123$/m],
    ['X-API-Key: k-1', /X-API-Key: "?\$\{\w+\}/, /=k-1$/m], ['BASIC', /Username/, /replace-me/],
  ])('of new take credentials as people write them: %s', async (credentials, yaml, env) => {
    const cwd = emptyFolder()
    expect(await finalmileHere(['new', 'acme'], { cwd, answers: ['https://api.acme.example/leads', '', 'first name, last', '', '', ''].toSpliced(2, 0, credentials) })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, 'recipients/acme.yaml'), 'utf8')).toMatch(yaml)
    expect(existsSync(join(cwd, '.env')) ? readFileSync(join(cwd, '.env'), 'utf8') : null).toEqual(env === null ? null : expect.stringMatching(env))
  })

  it('of new ask again for what cannot be the name of a header', async () => {
    const cwd = emptyFolder()
    await finalmileHere(['new', 'acme'], { cwd, answers: ['https://api.acme.example/leads', '', 'an api key', 'none', '', ''] })
    expect(readFileSync(join(cwd, 'recipients/acme.yaml'), 'utf8')).not.toContain('api key')
  })

  it.each([['of purge are a no where they are left', [], 130], ['of purge are a no where they are not yes', ['maybe'], 2]])('%s', async (_, answers, code) => {
    expect(await finalmileHere(['purge', '--older-than', '0d'], { cwd: emptyFolder(), answers })).toMatchObject({ code, err: 'Nothing was removed.\n' })
  })
})

describe('init', () => {
  it('shows how to go into a folder whose name has a space', async () => {
    expect((await finalmileHere(['init', 'my shop'], { cwd: emptyFolder() })).err).toContain("cd 'my shop' && finalmile check")
  })

  it('writes a project once, and nothing over what is there', async () => {
    const cwd = emptyFolder()
    const first = await finalmileHere(['init', 'shop'], { cwd })
    expect(first.code).toBe(0)
    expect(first.out).toBe('')
    expect(first.err).toContain('cd shop && finalmile check')
    expect(readdirSync(join(cwd, 'shop')).sort()).toEqual(['.env', '.env.example', '.gitignore', 'README.md', 'leads.csv', 'recipients'])
    const leads = readFileSync(join(cwd, 'shop/leads.csv'), 'utf8')
    const again = await finalmileHere(['init', 'shop'], { cwd })
    expect(again.code).toBe(2)
    expect(again.err).toContain('nothing was written')
    expect(readFileSync(join(cwd, 'shop/leads.csv'), 'utf8')).toBe(leads)
  })
})

describe('colours', () => {
  it('are for terminals, and for those who force them', async () => {
    expect((await finalmile(['--help'])).out).not.toContain('\u001b[')
    expect((await finalmile(['--help'], { env: { FORCE_COLOR: '1' } })).out).toContain('\u001b[')
    expect((await finalmile(['--help', '--no-color'], { env: { FORCE_COLOR: '1' } })).out).not.toContain('\u001b[')
  })

  it.skipIf(!existsSync('/usr/bin/script')).each([
    ['with NO_COLOR the progress line has none', { NO_COLOR: '1', TERM: 'xterm' }, /\u001b\[\d*K[^]*starting/, /\u001b\[\d+m/],
    ['else it has', { TERM: 'xterm' }, /\u001b\[36m/, /^$/],
    ['the cursor stays: who stops it with Ctrl-Z wants it in the shell', { TERM: 'xterm' }, /starting/, /\u001b\[\?25l/],
    ['and the log of a CI job has none', { TERM: 'xterm', CI: 'true' }, /6 leads to/, /starting/],
    ['and a dumb terminal has no progress line', { TERM: 'dumb' }, /^6 leads to/, /\u001b|starting/],
  ])('on a terminal: %s', async (_rule, env, has, hasNot) => {
    const cwd = emptyFolder()
    await finalmileHere(['init'], { cwd })
    const seen = await onTerminal(['deliver', 'leads.csv', '--to', 'auto-waterfall', '--test'], cwd, env)
    expect(seen).toMatch(has)
    expect(seen).not.toMatch(hasNot)
  })
})
