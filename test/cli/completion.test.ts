import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { finalmileHere } from './here.ts'

const cwd = mkdtempSync(join(tmpdir(), 'finalmile-completion-'))
mkdirSync(join(cwd, 'recipients/west'), { recursive: true })
for (const name of ['recipients/acme.yaml', 'recipients/west/apex.yml', 'my leads.csv', 'mine.json']) writeFileSync(join(cwd, name), '')
const scriptOf = async (shell: string): Promise<string> => (await finalmileHere(['completion', shell], { cwd })).out
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit'], { stdio: 'ignore' }).status === 0

describe.runIf(has('bash'))('completion in bash', () => {
  it.each([
    ['a command', ['de'], ['deliver', 'describe']],
    ['a flag of a command', ['report', '--b'], ['--by']],
    ['what a flag may be', ['report', '--by', 's'], ['source']],
    ['what a command does', ['review', ''], ['list', 'retry', 'accept', 'drop']],
    ['no file where an id is meant', ['review', 'drop', 'm'], []],
    ['a recipient', ['pause', 'a'], ['acme', 'apex']],
    ['a recipient of --to', ['deliver', 'mine.json', '--to', 'ac'], ['acme']],
    ['a file whose name has a space', ['deliver', 'm'], ['mine.json', 'my leads.csv']],
  ])('offers %s', async (_, words, offered) => {
    const ask = `${await scriptOf('bash')}\nCOMP_WORDS=(finalmile "$@"); COMP_CWORD=$#; COMPREPLY=(); _finalmile; [ "\${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`
    const told = execFileSync('bash', ['-c', ask, 'bash', ...words], { cwd, encoding: 'utf8' }).split('\n').filter((each) => each !== '')
    expect(told.toSorted()).toEqual([...offered].sort())
  })
})

describe.runIf(has('zsh'))('completion in zsh', () => {
  it('is a script that zsh reads', async () => {
    writeFileSync(join(cwd, 'completion.zsh'), await scriptOf('zsh'))
    expect(spawnSync('zsh', ['-n', 'completion.zsh'], { cwd, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })
})

describe.runIf(has('fish'))('completion in fish', () => {
  it.each([['review ', 'accept\ndrop\nlist\nretry'], ['pause a', 'acme\napex'], ['report --by d', 'day'], ['deliver m', 'mine.json\nmy leads.csv']])('offers for `%s`', async (line, offered) => {
    writeFileSync(join(cwd, 'completion.fish'), await scriptOf('fish'))
    expect(execFileSync('fish', ['-c', `source completion.fish; complete -C 'finalmile ${line}'`], { cwd, encoding: 'utf8' }).trimEnd()).toBe(offered)
  })
})
