import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/cli/environment.ts'
import { finalmileHere } from './here.ts'

const folderWith = (env: string | Buffer): string => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-env-'))
  writeFileSync(join(folder, '.env'), env)
  return folder
}
const read = (env: string | Buffer) => readEnvironment(folderWith(env), {})

describe('.env', () => {
  it.each<[string, string | Buffer, Record<string, string>]>([
    ['plain', 'A=1\nB=two words\n', { A: '1', B: 'two words' }],
    ['quotes of three kinds', 'A="x y"\nB=\'q\'\nC=`z`\n', { A: 'x y', B: 'q', C: 'z' }],
    ['export, and ends of lines from Windows', 'export A="x"\r\nB=2\r\n', { A: 'x', B: '2' }],
    ['a byte order mark', '\ufeffA=1\n', { A: '1' }],
    ['UTF-16 from PowerShell', Buffer.from('\ufeffA=1\r\n', 'utf16le'), { A: '1' }],
    ['remarks', '# one\nA=1 # two\n\n', { A: '1' }],
    ['a # in quotes', 'A="p#q"\n', { A: 'p#q' }],
    ['a value over lines', 'KEY="-----BEGIN\nabc#d\n-----END"\nB=1\n', { KEY: '-----BEGIN\nabc#d\n-----END', B: '1' }],
    ['a remark behind a quoted value', 'A="x" # one\nB=\'y\'#two\n', { A: 'x', B: 'y' }],
    ['nothing', '', {}],
  ])('%s is read without a word', (_name, env, values) => {
    expect(read(env)).toEqual({ environment: values, warnings: [] })
  })

  it.each<[string, string, number, string]>([
    ['a # within a value', 'B=1\nTOKEN=p4ss#word\n', 2, 'env-hash'],
    ['a value that ends at a quote within it', 'B=1\nTOKEN="x \\"p4ss\\" y"\n', 2, 'env-quote'],
    ['a quote that is not closed', 'B=1\nTOKEN="p4ss\n', 2, 'env-quote'],
    ['a line that is none', 'A="x\ny"\nTOKEN p4ss\n', 3, 'env-line'],
  ])('%s is told with its line and without its text', (_name, env, line, code) => {
    const { warnings } = read(env)
    expect(warnings).toEqual([expect.objectContaining({ code, line, file: '.env', severity: 'warning' })])
    expect(JSON.stringify(warnings)).not.toContain('p4ss')
  })

  it('that is a folder is named', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'finalmile-env-'))
    mkdirSync(join(cwd, '.env'))
    expect(await finalmileHere(['schema'], { cwd })).toMatchObject({ code: 2, err: expect.stringMatching(/\.env: this is a folder/) as string })
  })

  it('that is a named pipe is read where somebody fills it, and told where nobody does', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'finalmile-env-'))
    execFileSync('mkfifo', [join(cwd, '.env')])
    const writer = spawn('sh', ['-c', '{ echo A=1; sleep 0.2; echo B=2; } > .env'], { cwd })
    expect(readEnvironment(cwd, {}).environment).toEqual({ A: '1', B: '2' })
    await once(writer, 'close')
    expect(await finalmileHere(['schema'], { cwd })).toMatchObject({ code: 2, err: expect.stringContaining('.env is a named pipe, and nobody writes to it') as string })
  })

  it('what is exported goes before it', () => {
    expect(readEnvironment(folderWith('A=1\nB=2\n'), { A: 'x' }).environment).toEqual({ A: 'x', B: '2' })
  })

  it('its warnings are on stderr, and gone with --quiet', async () => {
    const cwd = folderWith('TOKEN=p4ss#word\n')
    const { out, err } = await finalmileHere(['schema'], { cwd })
    expect(err).toContain('.env:1')
    expect(err).not.toContain('p4ss')
    expect(out).toMatch(/^\{/)
    expect((await finalmileHere(['schema', '--quiet'], { cwd })).err).toBe('')
  })
})
