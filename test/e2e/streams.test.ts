import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { type Buyer, startBuyer } from '../world/buyer.ts'
import { createProject, leadsCsv, removeProjects } from './project.ts'

vi.setConfig({ testTimeout: 60_000 })
const entry = new URL('../cli/entry.ts', import.meta.url).pathname
let buyer: Buyer | null = null
afterEach(async () => {
  await buyer?.close()
  buyer = null
  removeProjects()
})

/** `script` (util-linux) runs a command on a terminal of its own, which knows no width until `stty` tells it one. */
const hasScript = spawnSync('script', ['--version']).status === 0

it.skipIf(!existsSync('/dev/full'))('a disk that is full where stderr goes stops no delivery; where stdout goes, it is said', async () => {
  buyer = await startBuyer()
  const project = createProject({ a: endpointYaml(buyer.url) })
  project.write('leads.csv', leadsCsv(5))
  const shell = (line: string) => promisify(execFile)('sh', ['-c', line], { cwd: project.folder, timeout: 30_000 })
  await shell(`${process.execPath} ${entry} deliver leads.csv --to a --yes --out runs 2> /dev/full`)
  expect(project.rows('runs/results.csv')).toHaveLength(5)
  await expect(shell(`${process.execPath} ${entry} export ledger > /dev/full`)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('standard output: the disk is full') as string })
})

it('nothing is cut in what goes into a pipe, however long an id or a reason is', async () => {
  buyer = await startBuyer()
  const project = createProject({ a: endpointYaml(buyer.url) })
  project.write('leads.csv', leadsCsv(1))
  const command = (...args: string[]) => promisify(execFile)(process.execPath, [entry, ...args], { cwd: project.folder, timeout: 30_000 })
  await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'runs')
  const reason = `the contract ends ${'soon and '.repeat(40)}that is all`
  await project.run('pause', 'a', '--reason', reason)
  expect((await command('status')).stdout).toContain(reason)
})

describe.skipIf(!hasScript)('on a terminal', () => {
  const deliver = async (before: string): Promise<{ readonly shown: string; readonly settled: number }> => {
    buyer = await startBuyer({ script: { do: 'accept', afterMs: 50 } })
    const project = createProject({ a: endpointYaml(buyer.url) })
    project.write('leads.csv', leadsCsv(40))
    const command = `${before}${process.execPath} ${entry} deliver leads.csv --to a --yes --out runs`
    const { CI: _ci, ...env } = process.env
    const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], { cwd: project.folder, timeout: 30_000, maxBuffer: 2 ** 24, env: { ...env, TERM: 'xterm' } })
    return { shown: stdout, settled: project.rows('runs/results.csv').length }
  }

  it('the progress is one line, drawn anew', async () => {
    const { shown, settled } = await deliver('stty cols 100 rows 40; ')
    expect(shown).toMatch(/of 40 leads · \d+ sent/)
    expect(shown).toContain('accepted')
    expect(settled).toBe(40)
  })

  it('of no known width: no progress, and everything is delivered', async () => {
    const { shown, settled } = await deliver('')
    expect(shown).not.toMatch(/leads · \d+ sent/)
    expect(shown).toContain('accepted')
    expect(settled).toBe(40)
  })
})
