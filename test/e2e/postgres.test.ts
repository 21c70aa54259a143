import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startBuyer } from '../world/buyer.ts'
import type { Buyer } from '../world/buyer.ts'
import { freshStore, queryAt } from '../world/postgres.ts'
import { endpointYaml } from '../engine/world.ts'
import { createProject, leadsCsv, removeProjects } from './project.ts'
import type { Project } from './project.ts'

let buyer: Buyer
let store: Awaited<ReturnType<typeof freshStore>>
const project = async (more = ''): Promise<Project> => {
  store = await freshStore()
  buyer = await startBuyer()
  const made = createProject({ a: endpointYaml(buyer.url, more) })
  made.write('leads.csv', leadsCsv(40))
  return made
}
const running = (each: Project, ...args: readonly string[]) => each.run(...args, '--store', store.url, '--yes', '--out', `runs/${args.join('-').replaceAll(/[^a-z]/g, '')}`)

describe('a store in PostgreSQL, from the command line', { timeout: 60_000 }, () => {
  beforeAll(freshStore, 90_000)
  afterEach(async () => { await buyer.close() })
  afterAll(removeProjects)

  it('deliver works, again sends nothing, and every command looks at it', async () => {
    const p = await project()
    expect((await running(p, 'deliver', 'leads.csv', '--to', 'a')).code).toBe(0)
    expect((await running(p, 'deliver', 'leads.csv', '--to', 'a', '--quiet')).code).toBe(0)
    expect(buyer.journal).toHaveLength(40)
    expect((await p.run('status', '--store', store.url)).out).toContain('40 leads')
    expect((await p.run('export', 'results', '--store', store.url)).out.split('\n')).toHaveLength(42)
    expect((await p.run('explain', 'L7', '--store', store.url)).out).toContain('settled: accepted')
    expect((await p.run('report', '--store', store.url)).out).toContain('$1,800.00')
  })

  it('--enqueue takes in and sends nothing; two workers deliver each lead once', async () => {
    const p = await project()
    expect((await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')).code).toBe(0)
    expect(buyer.journal).toHaveLength(0)
    const ended = await Promise.all(['3', '4'].map((name) => running(p, 'worker', '--drain', '--concurrency', name)))
    expect(ended).toHaveLength(2)
    await running(p, 'worker', '--drain')
    expect(new Set(buyer.journal.map((each) => each.key)).size).toBe(40)
    expect(buyer.journal).toHaveLength(40)
  })

  it('a lead that waits is dropped by review, and no worker takes it up', async () => {
    const p = await project()
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')
    expect((await p.run('review', 'drop', 'L1', 'L2', '--store', store.url)).err).toBe('✓ 2 leads dropped\n')
    await running(p, 'worker', '--drain')
    expect([buyer.journal.length, (await p.json('status', '--store', store.url))]).toMatchObject([38, { waiting: 0 }])
  })

  it('--enqueue with --again orders each lead once more, however often the files have it', async () => {
    const p = await project()
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')
    await running(p, 'worker', '--drain')
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')
    await running(p, 'worker', '--drain')
    expect(buyer.journal).toHaveLength(40)
    expect((await running(p, 'deliver', 'leads.csv', 'leads.csv', '--to', 'a', '--enqueue', '--again')).code).toBe(0)
    expect(buyer.journal).toHaveLength(40)
    await running(p, 'worker', '--drain')
    expect(new Set(buyer.journal.map((each) => each.key)).size).toBe(80)
    expect(buyer.journal).toHaveLength(80)
  })

  it('--enqueue of a file whose leads another run has taken in is no file without leads, though a row of it is none', async () => {
    const p = await project()
    p.write('leads.csv', `${leadsCsv(2)}L3,a,b,c,d,e,f,g,h,i,j\n`)
    for (const _ of ['taken in', 'known']) expect((await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')).code).toBe(0)
    expect(buyer.journal).toHaveLength(0)
  })

  it('--enqueue with --retry-failed takes up what failed, and nothing else', async () => {
    const p = await project()
    await buyer.close()
    buyer = await startBuyer({ script: [{ do: 'answer', status: 400 }, { do: 'accept' }] })
    p.write('recipients/a.yaml', `Recipient: a\n${endpointYaml(buyer.url)}`)
    p.write('leads.csv', leadsCsv(3))
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--concurrency', '1')
    expect(buyer.journal).toHaveLength(3)
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue', '--retry-failed')
    expect(buyer.journal).toHaveLength(3)
    await running(p, 'worker', '--drain')
    expect(buyer.journal).toHaveLength(4)
    expect(JSON.parse((await p.run('status', '--json', '--store', store.url)).out)).toMatchObject({ settled: { accepted: 3 } })
  })

  it('a pause holds, unpause makes due what waited', async () => {
    const p = await project()
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')
    expect((await p.run('pause', 'a', '--store', store.url)).code).toBe(0)
    await running(p, 'worker', '--drain')
    expect(buyer.journal).toHaveLength(0)
    expect((await p.run('unpause', 'a', '--store', store.url)).code).toBe(0)
    await running(p, 'worker', '--drain')
    expect(buyer.journal).toHaveLength(40)
  })

  it('a store that was put back under a worker pauses all recipients, so that the worker that systemd starts in its place sells nothing again', async () => {
    const p = await project()
    p.write('recipients/b.yaml', `Recipient: b\n${endpointYaml(buyer.url)}`)
    buyer.rescript({ do: 'accept', afterMs: 20 })
    await p.run('pause', 'b', '--reason', 'its own', '--store', store.url)
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')
    const worker = running(p, 'worker', '--drain', '--concurrency', '1')
    await vi.waitFor(() => expect(buyer.journal.length).toBeGreaterThan(2), { timeout: 10_000 })
    await queryAt(store.url, `DELETE FROM ${new URL(store.url).searchParams.get('schema')}.workers`)
    expect(await worker).toMatchObject({ code: 1, err: expect.stringMatching(/the store is not as this worker left it[\s\S]*finalmile unpause/) })
    const sent = buyer.journal.length
    expect((await running(p, 'worker', '--drain')).code).toBe(0)
    expect(buyer.journal).toHaveLength(sent)
    const status = (await p.run('status', '--store', store.url)).out
    expect([status.includes('put back to an earlier time'), status.includes('its own')]).toEqual([true, true])
    await p.run('unpause', 'a', '--store', store.url)
    expect((await running(p, 'worker', '--drain')).code).toBe(0)
    expect(new Set(buyer.journal.map((each) => each.key)).size).toBe(40)
  })

  it('a worker that was taken for gone ends with 5, so that who starts it anew can tell that from a fault', async () => {
    const p = await project()
    buyer.rescript({ do: 'accept', afterMs: 20 })
    await running(p, 'deliver', 'leads.csv', '--to', 'a', '--enqueue')
    const worker = running(p, 'worker', '--drain', '--concurrency', '1')
    await vi.waitFor(() => expect(buyer.journal.length).toBeGreaterThan(2), { timeout: 10_000 })
    await queryAt(store.url, `UPDATE ${new URL(store.url).searchParams.get('schema')}.workers SET lost = true`)
    expect(await worker).toMatchObject({ code: 5, err: expect.stringContaining('another finalmile process has taken over') })
    expect((await p.run('status', '--store', store.url)).out).not.toContain('paused')
  })

  it('never shows the password of the store', async () => {
    const p = await project()
    const wrong = store.url.replace(':secret@', ':canary-word@')
    for (const url of [wrong, wrong.replace('postgres:', 'postgress:'), wrong.replace(/:\d+\//, ':1/'), wrong.replace('?', '?queue=none&')]) {
      const { code, out, err } = await p.run('status', '--store', url)
      expect(code).toBe(2)
      expect(out + err).not.toContain('canary')
    }
  })

  it('a worker wants a store that many can share', async () => {
    const p = await project()
    expect((await p.run('worker')).err).toContain('resume --watch')
  })
})
