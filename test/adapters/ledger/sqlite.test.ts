import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSqliteLedger } from '../../../src/adapters/ledger/sqlite.ts'
import { openDatabase } from '../../../src/adapters/ledger/sqlite/database.ts'
import { ownPlace } from '../../../src/adapters/ledger/is-gone.ts'
import { openHost } from '../../../src/adapters/ledger/sqlite/host.ts'
import { takeLease } from '../../../src/adapters/ledger/sqlite/lease.ts'
import { MIGRATIONS, migrate } from '../../../src/adapters/ledger/sqlite/schema.ts'
import { createStore } from '../../../src/adapters/ledger/sqlite/store.ts'
import { pack } from '../../../src/adapters/ledger/packing.ts'
import { isLocked } from '../../../src/adapters/ledger/sqlite/trouble.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import { LeaseLostError } from '../../../src/ports.ts'
import type { Step } from '../../../src/ports.ts'
import { T0, received } from '../../core/given.ts'

let folder = ''
let path = ''
const children: ChildProcess[] = []
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'finalmile-sqlite-')); path = join(folder, 'sub', 'store.db') })
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const appender = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'appender.ts'), path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + String(chunk)).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  // Listened for once: a listener for every piece of output would add up.
  const exited = once(child, 'exit')
  const until = async (holds: () => boolean): Promise<void> => { while (!holds()) await Promise.race([once(child.stdout, 'data'), exited]) }
  return { child, lines, until }
}
const step = (leadId: string, leadFields: Record<string, string> = {}): Step => {
  const id = deliveryIdOf({ mode: 'live', to: 'a', leadId, number: 1 })
  return { deliveryId: id, version: 0, runId: 'r', events: [received()], standing: { state: 'working' }, create: { id, mode: 'live', to: 'a', lead: { id: leadId, fields: leadFields }, number: 1, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p' } }
}

/** A process stopped within a transaction keeps the file's lock, and nobody can take over: that is another test. */
const stopBetweenTransactions = async (child: ChildProcess): Promise<void> => {
  const db = new DatabaseSync(path, { timeout: 0 })
  for (let free = false; !free;) {
    child.kill('SIGSTOP')
    while (!execFileSync('ps', ['-o', 'stat=', '-p', String(child.pid)], { encoding: 'utf8' }).trim().startsWith('T')) await setImmediate()
    try {
      db.exec('BEGIN IMMEDIATE; ROLLBACK')
      free = true
    } catch (error) {
      if (!isLocked(error)) throw error
      child.kill('SIGCONT')
      await once(child.stdout!, 'data')
    }
  }
  db.close()
}

describe('durability', () => {
  it('commits to the disk, not to its cache: synchronous=FULL in WAL', () => {
    const db = openDatabase(path, 'write')
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    db.close()
  })

  it('a writer killed in the midst of its work loses nothing that was acknowledged, and leaves no half step', async () => {
    const { child, lines, until } = appender()
    await until(() => lines.length > 400)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const acknowledged = lines.filter((line) => line !== 'open')
    const ledger = await openSqliteLedger({ path, use: 'write' })
    const settled = new Set<string>()
    for await (const { delivery, standing } of ledger.deliveries({})) {
      const loaded = await ledger.load(delivery.id)
      expect(loaded?.events.length).toBe(standing.state === 'settled' ? 3 : 2)
      if (standing.state === 'settled') settled.add(delivery.lead.id)
    }
    expect(acknowledged.filter((each) => !settled.has(each))).toEqual([])
    await ledger.close()
  })
})

describe('one writer', () => {
  it('a second is refused with the holder\'s name, and let in when the first has ended', async () => {
    const first = await openSqliteLedger({ path, use: 'write' })
    await expect(openSqliteLedger({ path, use: 'write', wait: false })).rejects.toMatchObject({ kind: 'held', message: expect.stringContaining(`process ${process.pid}`) })
    const second = openSqliteLedger({ path, use: 'write' })
    await first.close()
    await (await second).close()
  })

  it('a killed writer\'s lease is taken over at once', async () => {
    const { child, until, lines } = appender()
    await until(() => lines.includes('open'))
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await openSqliteLedger({ path, use: 'write', wait: false })).close()
  })

  it.each<[string, string, number, boolean]>([
    ['on another machine is waited for to the end of its lease: nobody here can tell whether it runs', 'another-machine', T0 + 1, false],
    ['on another machine is replaced when its lease is over', 'another-machine', T0, true],
    ['in a container that has the name of this machine is waited for as well', `${hostname()} pid:[1]`, T0 + 1, false],
    ['that is gone from here is replaced at once', ownPlace(), T0 + 60_000, true],
  ])('a writer %s', (_, place, until, taken) => {
    const db = openDatabase(path, 'write')
    const { pid } = spawnSync(process.execPath, ['--version'])
    db.prepare('UPDATE lease SET fence = 7, holder = ?, pid = ?, host = ?, since = ?, until = ?').run(place, pid, hostname(), T0 - 1_000, until)
    const found = takeLease(db, 20_000, T0)
    expect('lease' in found ? found.lease.fence : found.holder.place).toBe(taken ? 8 : place)
    db.close()
  })

  it('a lease that another has taken over is neither renewed nor given back by who had it', () => {
    const db = openDatabase(path, 'write')
    const until = (): number => Number(db.prepare('SELECT until FROM lease').get()?.['until'])
    const taken = (at: number) => { const found = takeLease(db, 1_000, at); if (!('lease' in found)) throw new Error('held'); return found.lease }
    const stale = taken(T0)
    expect(stale.renew(T0 + 500)).toBe(T0 + 1_500)
    const other = taken(T0 + 1_500)
    expect(() => stale.renew(T0 + 1_600)).toThrow(LeaseLostError)
    expect(() => stale.check()).toThrow(LeaseLostError)
    stale.release()
    expect(until()).toBe(T0 + 2_500)
    other.check()
    other.release()
    expect(until()).toBe(0)
    db.close()
  })

  it('a writer stops to send before anyone may take over, from the first moment on', async () => {
    const told: { readonly until: number; readonly inStore: number }[] = []
    const look = openDatabase(path, 'write')
    const inStore = (): number => Number(look.prepare('SELECT until FROM lease').get()?.['until'])
    const host = await openHost({ path, leaseMs: 400, waitMs: 0, onWait: () => undefined, onLease: (until) => { told.push({ until, inStore: inStore() }) } })
    while (told.length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    host.close()
    look.close()
    expect(told.map((each) => each.inStore - each.until)).toEqual(told.map(() => 40))
  })

  it('a writer whose lease was taken over knows it, in its own thread too, before it sends more', async () => {
    const ledger = await openSqliteLedger({ path, use: 'write', leaseMs: 2_000 })
    expect(ledger.holdsLease()).toBe(true)
    const other = openDatabase(path, 'write')
    other.exec('UPDATE lease SET fence = fence + 1')
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    expect(ledger.holdsLease()).toBe(false)
    await expect(ledger.keepLease()).rejects.toThrow(LeaseLostError)
    await expect(ledger.append([step('L1')])).rejects.toThrow(LeaseLostError)
    await ledger.close()
    other.close()
  })

  it('a writer whose lease ran out keeps it where nobody has taken it, as after a sleep of the machine', async () => {
    const ledger = await openSqliteLedger({ path, use: 'write' })
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 19_000)
    expect(ledger.holdsLease()).toBe(false)
    clock.mockRestore()
    const look = openDatabase(path, 'write')
    look.exec('UPDATE lease SET until = 1')
    await ledger.keepLease()
    expect(ledger.holdsLease()).toBe(true)
    expect(Number(look.prepare('SELECT until FROM lease').get()?.['until'])).toBeGreaterThan(Date.now())
    look.close()
    await ledger.close()
  })

  it('a store that is closed while its write is refused leaves a thread that serves the next', async () => {
    const ledger = await openSqliteLedger({ path, use: 'write' })
    const other = openDatabase(path, 'write')
    other.exec('UPDATE lease SET fence = fence + 1')
    const refused = expect(ledger.append([step('L1')])).rejects.toThrow(LeaseLostError)
    await ledger.close()
    await refused
    await expect(ledger.append([step('L1')])).rejects.toThrow(LeaseLostError)
    other.close()
    for (const name of ['next.db', 'third.db']) {
      const next = await openSqliteLedger({ path: join(folder, name), use: 'write' })
      expect(await next.append([step('L1')])).toMatchObject([{ kind: 'ok' }])
      await next.close()
    }
  })

  const kept = async (file: string, ...leadIds: readonly string[]): Promise<void> => {
    const looking = await openSqliteLedger({ path: file, use: 'read' })
    for (const each of leadIds) expect(await looking.ofLead(each)).toHaveLength(1)
    await looking.close()
  }

  it('a store that is taken away under a run is put back whole, and nothing more is done with it', async () => {
    const ledger = await openSqliteLedger({ path, use: 'write' })
    await ledger.append([step('L1')])
    rmSync(join(folder, 'sub'), { recursive: true })
    await expect(ledger.append([step('L2')])).rejects.toMatchObject({ kind: 'unreachable', message: expect.stringContaining('put back') })
    await expect(ledger.takeDue({ mode: 'live', now: T0, limit: 9 })).rejects.toThrow('taken away')
    await ledger.close()
    expect(readdirSync(join(folder, 'sub'))).toEqual(['store.db', 'store.db-mark'])
    await kept(path, 'L1')
  })

  const deliver = async (...leadIds: readonly string[]): Promise<void> => {
    const ledger = await openSqliteLedger({ path, use: 'write' })
    await ledger.append(leadIds.map((each) => step(each)))
    await ledger.close()
  }

  it('a copy that is put back is not worked before a person has looked, and can be looked at and paused meanwhile', async () => {
    await deliver('L1')
    copyFileSync(path, join(folder, 'copy.db'))
    await deliver('L2')
    copyFileSync(join(folder, 'copy.db'), path)
    await expect(deliver('L3')).rejects.toMatchObject({ kind: 'put-back', message: expect.stringContaining('it ends at entry 1, and 2 were recorded'), help: expect.stringContaining(`remove ${path}-mark`) })
    await kept(path, 'L1')
    const pausing = await openSqliteLedger({ path, use: 'touch' })
    await pausing.setPaused('a', 'live', { at: T0, reason: 'by hand' })
    await pausing.close()
    rmSync(`${path}-mark`)
    await deliver('L3')
    await kept(path, 'L1', 'L3')
  })

  it('a store that has lost its WAL is not worked', async () => {
    const ledger = await openSqliteLedger({ path, use: 'write' })
    await ledger.append([step('L1')])
    copyFileSync(path, join(folder, 'copy.db'))
    await ledger.close()
    copyFileSync(join(folder, 'copy.db'), path)
    await expect(deliver('L2')).rejects.toThrow('lost its WAL')
  })

  it.each([
    ['the same, after a crash that left the mark behind', () => writeFileSync(`${path}-mark`, '1\n')],
    ['with a mark that was cut short', () => writeFileSync(`${path}-mark`, '99')],
    ['with a mark that cannot be read or written', () => { rmSync(`${path}-mark`); mkdirSync(`${path}-mark`) }],
    ['a later one', () => rmSync(`${path}-mark`)],
    ['made anew after all of it was taken away', () => { rmSync(path); writeFileSync(`${path}-mark`, '99\n') }],
  ])('a store that is not behind its mark is worked: %s', async (_, before) => {
    await deliver('L1')
    before()
    await deliver('L2')
    await deliver('L3')
    await kept(path, 'L2', 'L3')
  })

  it('who took the whole store away begins anew, though pause made the next one', async () => {
    await deliver('L1', 'L2')
    rmSync(path)
    const pausing = await openSqliteLedger({ path, use: 'touch' })
    await pausing.setPaused('a', 'live', { at: T0, reason: 'by hand' })
    await pausing.close()
    await deliver('L3')
    await kept(path, 'L3')
  })

  it('a link that is led to another store has the mark of that one', async () => {
    const [real, other] = [path, join(folder, 'other.db')]
    path = other
    await deliver('L3')
    path = real
    await deliver('L1', 'L2')
    path = join(folder, 'current.db')
    symlinkSync(real, path)
    await deliver('L4')
    rmSync(path)
    symlinkSync(other, path)
    await deliver('L5')
    await kept(other, 'L3', 'L5')
    await kept(real, 'L1', 'L2', 'L4')
  })

  it('a store that is replaced under a run is kept beside what stands there, which is left alone', async () => {
    const earlier = await openSqliteLedger({ path, use: 'write' })
    await earlier.append([step('L1')])
    await earlier.close()
    copyFileSync(path, join(folder, 'copy.db'))
    const ledger = await openSqliteLedger({ path, use: 'write' })
    await ledger.append([step('L2')])
    renameSync(join(folder, 'copy.db'), path)
    await expect(ledger.append([step('L3')])).rejects.toMatchObject({ message: expect.stringContaining('replaced'), help: expect.stringContaining('back in its place') })
    await ledger.close()
    const [name = ''] = readdirSync(join(folder, 'sub')).filter((each) => each.includes('.kept-'))
    await kept(join(folder, 'sub', name), 'L1', 'L2')
  })

  it('a writer that was stopped past its lease is fenced off: its writes are refused', async () => {
    const { child, lines, until } = appender('400')
    await until(() => lines.length > 20)
    await stopBetweenTransactions(child)
    const ledger = await openSqliteLedger({ path, use: 'write', leaseMs: 60_000 })
    let before = 0
    for await (const each of ledger.deliveries({})) if (each.standing.state === 'settled') before += 1
    child.kill('SIGCONT')
    await until(() => lines.some((line) => line.startsWith('stopped')))
    expect(lines.at(-1)).toBe('stopped LeaseLostError')
    expect((await ledger.counts('live')).settled.accepted).toBe(before)
    await ledger.close()
  })

  it('a writer that was stopped within a transaction is waited for and named, not taken for a locked file', () => {
    const [stopped, next] = [openDatabase(path, 'write'), openDatabase(path, 'write')]
    expect(takeLease(stopped, 1, T0)).toMatchObject({ lease: { fence: 1, until: T0 + 1 } })
    stopped.exec('BEGIN IMMEDIATE')
    next.exec('PRAGMA busy_timeout = 0')
    expect(takeLease(next, 1, T0 + 10)).toMatchObject({ holder: { pid: process.pid, since: T0 } })
    stopped.exec('COMMIT')
    expect(takeLease(next, 1, T0 + 10)).toMatchObject({ lease: { fence: 2 } })
    for (const db of [stopped, next]) db.close()
  })

  it('a reader sees what is committed beside the writer, and a pause needs no lease', async () => {
    const writer = await openSqliteLedger({ path, use: 'write' })
    await writer.append([step('L1')])
    const reader = await openSqliteLedger({ path, use: 'read' })
    expect((await reader.ofLead('L1'))).toHaveLength(1)
    const toucher = await openSqliteLedger({ path, use: 'touch' })
    await toucher.setPaused('a', 'live', { at: T0, reason: 'by hand' })
    expect(await writer.recipientStates('live')).toMatchObject([{ recipient: 'a', paused: { reason: 'by hand' } }])
    await writer.append([step('L2')])
    for (const each of [toucher, reader, writer]) await each.close()
  })
})

describe('what a run asks again and again', () => {
  it('is answered by an index, however many leads wait for other runs, or for a person', () => {
    const db = openDatabase(path, 'write')
    const asked: string[] = []
    const store = createStore(new Proxy(db, { get: (of, name) => (name === 'prepare' ? (sql: string) => { asked.push(sql); return of.prepare(sql) } : Reflect.get(of, name) as unknown) }), null)
    const planOf = (ask: () => unknown): string => {
      ask()
      return db.prepare(`EXPLAIN QUERY PLAN ${asked.at(-1)}`).all().map((row) => String(row['detail'])).join('; ')
    }
    expect(planOf(() => store.nextDue({ mode: 'live', runId: 'r1' }))).toContain('USING INDEX deliveries_due_of_run (run=? AND due_at>?)')
    expect(planOf(() => store.nextDue({ mode: 'live' }))).toMatch(/USING (COVERING )?INDEX deliveries_due \(mode=\? AND due_at>\?\)/)
    db.close()
  })
})

describe('migrations', () => {
  it('bring an empty file up, and run once', () => {
    const db = new DatabaseSync(join(folder, 'm.db'))
    migrate(db)
    migrate(db)
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length })
    db.close()
  })
  it('bring an older store up and keep its rows', () => {
    const db = new DatabaseSync(join(folder, 'm.db'))
    migrate(db, ['CREATE TABLE t (a)'])
    db.exec('INSERT INTO t VALUES (1)')
    migrate(db, ['CREATE TABLE t (a)', 'ALTER TABLE t ADD COLUMN b DEFAULT 2'])
    expect(db.prepare('SELECT * FROM t').all()).toEqual([{ a: 1, b: 2 }])
    db.close()
  })
  it('one that breaks off leaves the store as it was, to be brought up again', () => {
    const db = new DatabaseSync(join(folder, 'm.db'))
    expect(() => migrate(db, ['CREATE TABLE t (a)', 'CREATE TABLE u (a); CREATE TABLE u (a)'])).toThrow('already exists')
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
    migrate(db, ['CREATE TABLE t (a)', 'CREATE TABLE u (a)'])
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 })
    db.close()
  })
  it('a store of a newer version is refused', async () => {
    const db = openDatabase(path, 'write')
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(openSqliteLedger({ path, use: 'write' })).rejects.toMatchObject({ kind: 'newer', message: expect.stringContaining('version 99') })
  })
})

describe('trouble', () => {
  it('a file that is no store is said to be none', async () => {
    const bad = join(folder, 'bad.db')
    writeFileSync(bad, 'id,email\n1,a@example.com\n'.repeat(100))
    await expect(openSqliteLedger({ path: bad, use: 'write' })).rejects.toMatchObject({ kind: 'corrupt', help: expect.stringContaining('copy') })
  })
  it('a folder that cannot be made is said to be so', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(openSqliteLedger({ path: join(folder, 'file', 'store.db'), use: 'write' })).rejects.toMatchObject({ kind: 'unreachable', help: expect.stringContaining('--store') })
  })
  it('a file of two names is refused to who would write: processes of two paths have a WAL each, and do not see each other', async () => {
    openDatabase(path, 'write').close()
    linkSync(path, join(folder, 'other.db'))
    for (const use of ['write', 'touch'] as const) await expect(openSqliteLedger({ path, use })).rejects.toMatchObject({ kind: 'unsupported', message: expect.stringContaining('hard link') })
    await (await openSqliteLedger({ path, use: 'read' })).close()
    rmSync(join(folder, 'other.db'))
    await (await openSqliteLedger({ path, use: 'write' })).close()
  })
  it('a file that is mounted alone is refused too, as containers do it; one in a mounted folder is not', (context) => {
    openDatabase(path, 'write').close()
    const opening = `import { openDatabase } from '${join(import.meta.dirname, '../../../src/adapters/ledger/sqlite/database.ts')}'; openDatabase(process.argv[1], 'write').close()`
    const mounted = (what: string, where: string, store: string) =>
      spawnSync('unshare', ['--mount', 'sh', '-c', 'mount --bind "$1" "$2" && shift 2 && exec "$@"', 'sh', what, where, process.execPath, '--input-type=module', '-e', opening, store], { encoding: 'utf8' })
    const [file, place] = [join(folder, 'its name.db'), join(folder, 'place')]
    writeFileSync(file, '')
    mkdirSync(place)
    const whole = mounted(join(folder, 'sub'), place, join(place, 'store.db'))
    if (whole.error || /^(unshare|mount):/.test(whole.stderr)) return context.skip('no mounts of its own here')
    expect(whole).toMatchObject({ status: 0 })
    expect(mounted(path, file, file)).toMatchObject({ stderr: expect.stringContaining('a single file that is mounted here') })
  })
  it('who only looks is told of a newer store, and of one that a writer must bring up first', async () => {
    const db = openDatabase(path, 'write')
    db.exec('PRAGMA user_version = 99')
    await expect(openSqliteLedger({ path, use: 'read' })).rejects.toMatchObject({ kind: 'newer' })
    db.exec('PRAGMA user_version = 1')
    db.close()
    await expect(openSqliteLedger({ path, use: 'read' })).rejects.toMatchObject({ kind: 'unsupported', help: expect.stringContaining('resume') })
  })
  it('who only looks at a file with nothing in it, as a disk that was full leaves it, is told so, and of no older version', async () => {
    writeFileSync(join(folder, 'empty.db'), '')
    await expect(openSqliteLedger({ path: join(folder, 'empty.db'), use: 'read' })).rejects.toMatchObject({ message: expect.stringContaining('nothing in this store yet'), help: expect.stringContaining('deliver') })
  })
  it('who pauses beside a run cannot append', async () => {
    const ledger = await openSqliteLedger({ path, use: 'touch' })
    await expect(ledger.append([step('L1')])).rejects.toThrow('without its lease')
    expect(await ledger.ofLead('L1')).toEqual([])
    await ledger.close()
  })
  it('a full disk fails the group whole, and the store goes on when there is room again', () => {
    const db = openDatabase(path, 'write')
    const taken = takeLease(db, 60_000, Date.now())
    if (!('lease' in taken)) throw new Error('no lease')
    const store = createStore(db, taken.lease)
    store.append([pack(step('L1'))])
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count'])
    db.exec(`PRAGMA max_page_count = ${pages + 2}`)
    expect(() => store.append([pack(step('L2')), pack(step('L3', { big: 'x'.repeat(100_000) }))])).toThrow('full')
    expect(store.ofLead('L2')).toEqual([])
    db.exec('PRAGMA max_page_count = 1000000')
    expect(store.append([pack(step('L2'))])).toEqual([expect.any(Number)])
    expect(store.load(step('L1').deliveryId)?.events).toHaveLength(1)
    db.close()
  })
})
