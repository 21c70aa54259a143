import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const SCRIPT = '/usr/bin/script'
const entry = fileURLToPath(new URL('./entry.ts', import.meta.url))

/** A shell on a terminal: each key is pressed when what stands before it has been shown. Resolves with all that was shown. */
const typed = (command: string, keys: readonly (readonly [shown: string, key: string])[]): Promise<string> => {
  const cwd = mkdtempSync(join(tmpdir(), 'finalmile-terminal-'))
  mkdirSync(join(cwd, 'recipients'))
  writeFileSync(join(cwd, 'recipients/ok.yaml'), 'Recipient: Ok\nEndpoint: http://127.0.0.1:1/leads\n')
  writeFileSync(join(cwd, 'leads.csv'), 'id\nL-1\n')
  return new Promise((resolve, reject) => {
    const child = spawn(SCRIPT, ['-qec', `bash -c 'set -m; stty cols 80; ${command.replaceAll('finalmile', `${process.execPath} ${entry}`)}'`, '/dev/null'], { cwd, env: { ...process.env, NO_COLOR: '1' } })
    let shown = ''
    const left = [...keys]
    const timer = setInterval(() => {
      if (left[0] === undefined || !shown.includes(left[0][0])) return
      child.stdin.write(left.shift()?.[1] ?? '')
    }, 50)
    child.stdout.setEncoding('utf8').on('data', (text: string) => { shown += text })
    child.on('error', reject)
    child.on('close', () => { clearInterval(timer); resolve(shown) })
  })
}

describe.runIf(existsSync(SCRIPT))('at a question', () => {
  it('Ctrl-C ends it, as everywhere, and what follows stands on a line of its own', async () => {
    expect(await typed('finalmile deliver leads.csv --to ok; echo it ended with $?', [['[y/N]', '\x03']])).toMatch(/\[y\/N\] \S*\r?\nNothing was sent\.\r?\n[^]*it ended with 130/)
  }, 30_000)

  it('Ctrl-Z stops it, and back from there it is answered', async () => {
    const shown = await typed('finalmile deliver leads.csv --to ok; echo stopped now; fg; echo it ended with $?', [['[y/N]', '\x1a'], ['stopped now', 'n\r']])
    expect(shown.slice(shown.indexOf('stopped now'))).toMatch(/\[y\/N\] [^]*Nothing was sent\.\r?\n[^]*it ended with 2/)
  }, 30_000)
})
