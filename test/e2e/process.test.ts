import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createProject, leadsCsv, removeProjects, type Project } from './project.ts'

/** Several processes a test, on a machine that may be busy. */
vi.setConfig({ testTimeout: 60_000 })
const entry = new URL('../cli/entry.ts', import.meta.url).pathname
const children: ChildProcess[] = []
const buyer = buyersOfTests()
afterEach(async () => {
  for (const each of children.splice(0)) each.kill('SIGKILL')
  removeProjects()
})

/** A command as a process of its own, so that it can be interrupted, overlapped and fed. */
const start = (project: Project, ...args: readonly string[]) => {
  const child = spawn(process.execPath, [entry, ...args], { cwd: project.folder, stdio: 'pipe' })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text })
  const done = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, out, err }))
  return { child, done, said: () => err }
}
const until = async (holds: () => boolean): Promise<void> => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5)) }

describe('interruption', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s: what is on the wire ends, what is left is said, exit 130; resume does the rest, nothing twice', async (signal) => {
    const a = await buyer({ script: { do: 'accept', afterMs: 150 } })
    const project = createProject({ a: endpointYaml(a.url, 'Concurrency: 2\n') })
    project.write('leads.csv', leadsCsv(40))
    const run = start(project, 'deliver', 'leads.csv', '--to', 'a', '--yes')
    await until(() => a.journal.length >= 3)
    run.child.kill(signal)
    const { code, err } = await run.done
    expect(code).toBe(130)
    expect(err).toContain('Stopping')
    expect(err).toMatch(/interrupted with about 3\d leads not taken up yet/)
    const sent = a.journal.length
    expect(sent).toBeLessThan(20)
    a.rescript({ do: 'accept' })
    const again = await project.json('deliver', 'leads.csv', '--to', 'a', '--yes')
    expect(again.outcomes).toMatchObject({ accepted: expect.any(Number) as number, waiting: 0 })
    expect(a.journal).toHaveLength(40)
    expect((await project.json('report')).revenue).toBe('1800.00')
  })

  it('signals that come together are one: a terminal that closes tells shell and command, and the shell passes it on', async () => {
    const a = await buyer({ script: { do: 'accept', afterMs: 300 } })
    const project = createProject({ a: endpointYaml(a.url, 'Concurrency: 2\n') })
    project.write('leads.csv', leadsCsv(40))
    const run = start(project, 'deliver', 'leads.csv', '--to', 'a', '--yes', '--out', 'runs')
    await until(() => a.journal.length === 2)
    run.child.kill('SIGHUP')
    run.child.kill('SIGTERM')
    expect(await run.done).toMatchObject({ code: 130, err: expect.not.stringContaining('Stopped at once') as string })
    expect(project.rows('runs/results.csv').map((each) => each['outcome'])).toEqual(['accepted', 'accepted'])
  })

  it('with a buyer that hangs ends within its time limit, the lead in doubt and repeated with its key', async () => {
    const a = await buyer({ script: [{ do: 'hang', books: true }, { do: 'accept' }] })
    const project = createProject({ a: endpointYaml(a.url, 'Timeout: 700ms\n') })
    project.write('leads.csv', leadsCsv(1))
    const run = start(project, 'deliver', 'leads.csv', '--to', 'a', '--yes')
    await until(() => a.journal.length === 1)
    const asked = performance.now()
    run.child.kill('SIGINT')
    expect((await run.done).code).toBe(130)
    expect(performance.now() - asked).toBeLessThan(5_000)
    expect(await project.json('resume', '--yes')).toMatchObject({ outcomes: { accepted: 1 } })
    expect(new Set(a.journal.map((each) => each.key)).size).toBe(1)
  })

  it('a second Ctrl-C ends at once; the attempt is in doubt and goes on with its key', async () => {
    const a = await buyer({ script: [{ do: 'hang' }, { do: 'accept' }] })
    const project = createProject({ a: endpointYaml(a.url, 'Timeout: 60 seconds\n') })
    project.write('leads.csv', leadsCsv(1))
    const run = start(project, 'deliver', 'leads.csv', '--to', 'a', '--yes')
    await until(() => a.journal.length === 1)
    run.child.kill('SIGINT')
    await until(() => run.said().includes('Ctrl-C again'))
    const pressing = setInterval(() => run.child.kill('SIGINT'), 50)
    const ended = await run.done
    clearInterval(pressing)
    expect(ended).toMatchObject({ code: 130, err: expect.stringContaining('Stopped at once. Answers still to come are in doubt') as string })
    const resumed = await project.run('resume', '--yes', '--out', 'out')
    expect(resumed.out + resumed.err).toMatch(/hint run (\S+) ended without warning, and 1 lead of it went on here; the last rows of its files may be missing: `finalmile export ledger --run \1` has them all; what it had not taken up yet of its file goes out by the same deliver command, and nothing twice/)
    expect(JSON.parse(project.read('out/summary.json'))).toMatchObject({ outcomes: { accepted: 1 }, recipients: { a: { unknown: 1 } } })
    expect([a.journal.length, new Set(a.journal.map((each) => each.key)).size]).toEqual([2, 1])
  })
})

describe('several at once', () => {
  it('two deliveries of the same file: one waits, both end well, every lead is sent once', async () => {
    const a = await buyer({ script: { do: 'accept', afterMs: 20 } })
    const project = createProject({ a: endpointYaml(a.url) })
    project.write('leads.csv', leadsCsv(100))
    const runs = [1, 2].map(() => start(project, 'deliver', 'leads.csv', '--to', 'a', '--yes', '--json'))
    const ends = await Promise.all(runs.map((each) => each.done))
    expect(ends.map((each) => each.code)).toEqual([0, 0])
    expect(ends.map((each) => Number(JSON.parse(each.out).leads)).sort((x, y) => x - y)).toEqual([0, 100])
    expect(a.journal).toHaveLength(100)
  })

  it('one that waits for the store says for whom; --no-wait exits 5 at once; Ctrl-C ends the waiting', async () => {
    const a = await buyer({ script: { do: 'hang' } })
    const project = createProject({ a: endpointYaml(a.url, 'Timeout: 60 seconds\n') })
    project.write('leads.csv', leadsCsv(1))
    const first = start(project, 'deliver', 'leads.csv', '--to', 'a', '--yes')
    await until(() => a.journal.length === 1)
    const refused = await project.run('resume', '--yes', '--no-wait')
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining(`process ${first.child.pid}`)])
    const second = start(project, 'resume', '--yes')
    await until(() => second.said().includes('waiting for the store'))
    expect(second.said()).toContain(`process ${first.child.pid}`)
    second.child.kill('SIGINT')
    expect(await second.done).toMatchObject({ code: 130, err: expect.stringContaining('nothing was sent') as string })
    expect(a.journal).toHaveLength(1)
  })
})

it('resume --watch takes up what falls due, until it is interrupted', async () => {
  const a = await buyer({ script: [{ do: 'limit', retryAfter: '2' }, { do: 'accept' }] })
  const project = createProject({ a: endpointYaml(a.url) })
  project.write('leads.csv', leadsCsv(1))
  expect(await project.json('deliver', 'leads.csv', '--to', 'a', '--yes', '--wait', '10ms')).toMatchObject({ outcomes: { waiting: 1 } })
  const watch = start(project, 'resume', '--watch', '--yes', '--json')
  await until(() => a.journal.length === 2)
  watch.child.kill('SIGINT')
  const { code, out } = await watch.done
  expect([code, JSON.parse(out)]).toMatchObject([130, { outcomes: { accepted: 1 } }])
})

it('a pipe is read no faster than the buyers take: what is in memory and in the pipe is all that was written', async () => {
  const a = await buyer({ script: { do: 'hang' } })
  const project = createProject({ a: endpointYaml(a.url, 'Timeout: 60 seconds\nConcurrency: 1\n') })
  const run = start(project, 'deliver', '-', '--to', 'a', '--yes')
  const line = `{"id":"ID","email":"a@example.com","notes":"${'x'.repeat(1_000)}"}\n`
  let written = 0
  let taken = 0
  const feed = (): void => {
    while (written < 20_000) {
      const id = written++
      if (!run.child.stdin!.write(line.replace('ID', `L${id}`), () => { taken += 1 })) return void run.child.stdin!.once('drain', feed)
    }
  }
  run.child.stdin!.on('error', () => undefined)
  feed()
  await until(() => a.journal.length === 1)
  let before = -1
  while (taken !== before) {
    before = taken
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(taken).toBeLessThan(5_000)
})

it('a reader that has gone away (| head) ends an export quietly', async () => {
  const a = await buyer()
  const project = createProject({ a: endpointYaml(a.url) })
  project.write('leads.csv', leadsCsv(2_000))
  await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--quiet')
  const run = start(project, 'export', 'ledger')
  run.child.stdout!.once('data', () => run.child.stdout!.destroy())
  const { code, err } = await run.done
  expect([code, err]).toEqual([0, ''])
})
