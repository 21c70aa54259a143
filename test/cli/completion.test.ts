import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { finalmileHere } from './here.ts'

const cwd = mkdtempSync(join(tmpdir(), 'finalmile-completion-'))
for (const folder of ['recipients/west', 'our buyers']) mkdirSync(join(cwd, folder), { recursive: true })
for (const name of ['recipients/acme.yaml', 'recipients/west/apex.yml', "recipients/Bob's best buyer.yaml", 'recipients/calling-hours.yaml', 'our buyers/ours.yaml', 'my leads.csv', 'mine.json']) writeFileSync(join(cwd, name), '')
const scriptOf = async (shell: string): Promise<string> => (await finalmileHere(['completion', shell], { cwd })).out
const has = (shell: string): boolean => (process.env['PATH'] ?? '').split(delimiter).some((each) => existsSync(join(each, shell)))

describe.runIf(has('bash'))('completion in bash', () => {
  const asked: readonly [name: string, words: readonly string[], offered: readonly string[]][] = [
    ['a command', ['de'], ['deliver', 'describe']],
    ['the command that help is wanted of', ['help', 're'], ['resume', 'report', 'review', 'returns', 'reconcile', 'reference']],
    ['help itself', ['he'], ['help']],
    ['a flag of a command', ['report', '--b'], ['--by']],
    ['what a flag may be', ['report', '--by', 's'], ['source']],
    ['what a command does', ['review', ''], ['list', 'retry', 'accept', 'drop']],
    ['no file where an id is meant', ['review', 'drop', 'm'], []],
    ['a recipient', ['pause', 'a'], ['acme', 'apex']],
    ['a recipient of --to', ['deliver', 'mine.json', '--to', 'ac'], ['acme']],
    ['a recipient of --to=', ['deliver', 'mine.json', '--to', '=', 'ac'], ['acme']],
    ['all recipients, and no table of calling hours', ['deliver', 'mine.json', '--to', '=', ''], ['acme', 'apex', "Bob's best buyer"]],
    ['a recipient whose name has blanks and a quote', ['pause', 'B'], ["Bob's best buyer"]],
    ['the same, in quotes', ['pause', '"Bob'], ["Bob's best buyer"]],
    ['the same, as far as it was completed before', ['pause', String.raw`Bob\'s\ best\ `], ["Bob's best buyer"]],
    ['recipients of the folders that are named', ['pause', '--recipients', '"our buyers"', ''], ['ours']],
    ['the buyer that returns are from', ['returns', 'mine.json', '--from', 'ac'], ['acme']],
    ['nothing where a store is meant', ['move', '--to', ''], []],
    ['nothing where a duration is meant', ['resume', '--wait', ''], []],
    ['a file behind a recipient', ['reconcile', 'acme', 'mi'], ['mine.json']],
    ['what belongs to the command behind common flags', ['--store', 'sqlite:x', 'pause', '--quiet', 'ac'], ['acme']],
    ['no flag behind --', ['pause', '--', '-'], []],
    ['the common flags before a command', ['--rec'], ['--recipients']],
    ['a file whose name has a space', ['deliver', 'm'], ['mine.json', 'my leads.csv']],
    ['the same, in quotes', ['deliver', '"my l'], ['my leads.csv']],
  ]
  /** One bash for all: starting one takes longer than what it is asked. */
  let told: readonly string[] = []
  beforeAll(async () => {
    const ask = `ask() { COMP_WORDS=(finalmile "$@"); COMP_CWORD=$#; COMPREPLY=(); _finalmile; [ "\${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"; printf '\\t\\n'; }`
    const calls = asked.map(([, words]) => `ask ${words.map((each) => `'${each.replaceAll("'", String.raw`'\''`)}'`).join(' ')}`)
    told = execFileSync('bash', ['-c', [await scriptOf('bash'), ask, ...calls].join('\n')], { cwd, encoding: 'utf8' }).split('\t\n')
  })

  it.each(asked.map((each, i) => [i, ...each] as const))('%i: offers %s', (i, _, _words, offered) => {
    expect((told[i] ?? 'nothing').split('\n').filter((each) => each !== '').toSorted()).toEqual([...offered].sort())
  })
})

describe.runIf(has('zsh'))('completion in zsh', () => {
  it('is a script that zsh reads', async () => {
    writeFileSync(join(cwd, 'completion.zsh'), await scriptOf('zsh'))
    expect(spawnSync('zsh', ['-n', 'completion.zsh'], { cwd, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })
})

describe.runIf(has('fish'))('completion in fish', () => {
  it.each([
    ['review ', 'accept\ndrop\nlist\nretry'], ['pause a', 'acme\napex'], ['deliver m', 'mine.json\nmy leads.csv'],
    ['report --by d', 'day\trecipient, source, day or version (default: recipient)'], ['resume --wait ', ''], ['move --to ', ''], ['explain --b', ''], ['reconcile acme mi', 'mine.json'], ['check pa', ''],
    ['--store sqlite:x pause --quiet B', "Bob's best buyer"], ['pause --recipients "our buyers" ', 'ours'], ['pause --recipients="our buyers" ', 'ours'],
  ])('offers for `%s`', async (line, offered) => {
    writeFileSync(join(cwd, 'completion.fish'), await scriptOf('fish'))
    expect(execFileSync('fish', ['-c', `source completion.fish; complete -C 'finalmile ${line}'`], { cwd, encoding: 'utf8' }).trimEnd()).toBe(offered)
  })
})
