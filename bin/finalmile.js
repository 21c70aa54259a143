#!/usr/bin/env node
// Starts finalmile. On a Node too old for it, starts the Node that `npm ci` put into node_modules;
// where there is none, says which Node is needed. Old syntax on purpose: any Node >= 14 must be able to read this.
import { existsSync } from 'node:fs'
import { spawn } from 'node:child_process'
import nodeModule from 'node:module'
import v8 from 'node:v8'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const needed = 24
const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url)) + (process.platform === 'win32' ? '.exe' : '')
const main = new URL('../dist/cli/main.js', import.meta.url)

if (!existsSync(main)) {
  console.error('finalmile is not built yet. Run `npm ci` (or `npm run build`) in ' + fileURLToPath(new URL('..', import.meta.url)))
  process.exit(1)
} else if (Number(process.versions.node.split('.')[0]) >= needed) {
  // Leads pass through: what survives is little, so the old heap is kept close to it and the young one large
  // (measured on 50,000 leads: 215 MB instead of 310, the same time).
  // A lead lives as long as its buyer takes, so that nothing is worth allocating among the old at once, and the young are
  // best collected late (16 full collections become 8, 79 young ones 70).
  ;['--heap-growing-percent=30', '--max-semi-space-size=32', '--semi-space-growth-factor=4', '--no-allocation-site-pretenuring', '--no-minor-gc-task'].forEach((flag) => v8.setFlagsFromString(flag))
  // Node 24 before 24.15 calls node:sqlite experimental, at every start: cron would send a mail a run.
  const emitWarning = process.emitWarning
  process.emitWarning = (warning, ...about) => { if (!String(warning).startsWith('SQLite is')) emitWarning.call(process, warning, ...about) }
  // Before the first import, so that every start after the first saves the parsing.
  nodeModule.enableCompileCache()
  import(main.href).then((cli) => cli.main(process.argv))
} else if (existsSync(bundled)) {
  const child = spawn(bundled, [fileURLToPath(import.meta.url)].concat(process.argv.slice(2)), { stdio: 'inherit' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  signals.forEach((signal) => process.on(signal, () => { if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal) }))
  child.on('error', (error) => { console.error(String(error)); process.exit(1) })
  child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] || 0) : code))
} else {
  console.error('finalmile needs Node ' + needed + ' or newer; this is ' + process.version + '. Install a newer Node from https://nodejs.org and try again.')
  process.exit(1)
}
