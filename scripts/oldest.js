import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * `npm run oldest [-- VITEST-ARGUMENTS]`: a first delivery by the built command line, and the tests, under the oldest Node
 * that package.json promises, which its npm package brings.
 */
const root = join(import.meta.dirname, '..')
const { engines, allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const version = `${engines.node.replace('>=', '')}.0.0`
const dir = mkdtempSync(join(tmpdir(), 'finalmile-oldest-'))
const bin = join(dir, 'node_modules', 'node', 'bin')

/** What it wrote to stderr, where that is not shown. Throws unless it ends with 0. */
const run = (command, args, options) => {
  const { status, error, stderr } = spawnSync(command, args, { cwd: dir, stdio: 'inherit', encoding: 'utf8', ...options })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stderr ?? ''}`)
  return stderr
}

try {
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, allowScripts }))
  run('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], { shell: process.platform === 'win32' })

  const finalmile = (cwd, ...args) => run(join(bin, 'node'), [join(root, 'bin/finalmile.js'), ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  finalmile(dir, 'init', 'first')
  const said = finalmile(join(dir, 'first'), 'deliver', 'leads.csv', '--to', 'auto-waterfall', '--test', '--quiet')
  if (said !== '') throw new Error(`a first delivery under Node ${version} with --quiet said: ${said}`)
  console.log(`Node ${version}: a first delivery is ok`)

  run(join(bin, 'node'), [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], {
    // That the tests are TypeScript is what the oldest warns of.
    cwd: root, env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  })
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(dir, { recursive: true, force: true })
}
