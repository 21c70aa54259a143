import { spawnSync } from 'node:child_process'
import dns from 'node:dns'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { MIGRATIONS, migrate } from '../../../src/adapters/ledger/postgres/schema.ts'
import { openDatabase } from '../../../src/adapters/ledger/postgres/database.ts'
import { readAddress } from '../../../src/adapters/ledger/postgres/address.ts'
import { fairPlaces } from '../../../src/adapters/ledger/postgres/limits.ts'
import { openPostgresLedger } from '../../../src/adapters/ledger/postgres.ts'
import { ownPlace } from '../../../src/adapters/ledger/is-gone.ts'
import { movablePostgres } from '../../../src/adapters/ledger/move/postgres.ts'
import type { Delivery, Ledger, Step } from '../../../src/ports.ts'
import { LeaseLostError, StoreError } from '../../../src/ports.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import { T0, accepted, broken, received, tried } from '../../core/given.ts'
import { startPassage } from '../../world/passage.ts'
import { startPooler } from '../../world/pooler.ts'
import { freshStore, queryAt } from '../../world/postgres.ts'

const delivery = (leadId: string, to = 'a'): Delivery =>
  ({ id: deliveryIdOf({ mode: 'live', to, leadId, number: 1 }), mode: 'live', to, number: 1, lead: { id: leadId, fields: { id: leadId } }, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p' })
const first = (of: Delivery, more: Partial<Step> = {}): Step => ({ deliveryId: of.id, version: 0, create: of, runId: 'r1', events: [received()], standing: { state: 'working' }, ...more })
const query = { mode: 'live', now: T0, limit: 500 } as const
const kinds = async (ledger: Ledger, steps: readonly Step[]): Promise<readonly string[]> => (await ledger.append(steps)).map((each) => each.kind)

let closing: (() => Promise<unknown>)[] = []
const worker = async (url: string, leaseMs = 60_000): Promise<Ledger> => {
  const ledger = await openPostgresLedger({ url, use: 'write', leaseMs })
  closing.unshift(() => ledger.close())
  return ledger
}
const schemaOf = (url: string): string => readAddress(url).schema
const expire = (url: string, fence: number): Promise<unknown> => queryAt(url, `UPDATE ${schemaOf(url)}.workers SET until = clock_timestamp() - interval '1 second' WHERE fence = ${fence}`)

describe('several workers on one store', { timeout: 60_000 }, () => {
  afterEach(async () => { for (const each of closing) await each(); closing = [] })

  it('a worker whose time is over is replaced, and what it writes then is refused whole', async () => {
    const { url } = await freshStore()
    const [stale, other] = [await worker(url), await worker(url)]
    await stale.append([first(delivery('L1'), { events: [received(), ...tried('/', 'a', 1, null)] }), first(delivery('L2'))])
    expect(await other.takeAbandoned(query)).toEqual([])
    await expire(url, 1)
    expect((await other.takeAbandoned(query)).map((each) => each.delivery.lead.id)).toEqual(['L1', 'L2'])
    await expect(stale.append([first(delivery('L3'))])).rejects.toThrow(LeaseLostError)
    await expect(stale.takeDue(query)).rejects.toThrow(LeaseLostError)
    expect(stale.holdsLease()).toBe(false)
    expect(await other.ofLead('L3')).toEqual([])
  })

  it('a worker in the midst of a write is not replaced before its end', async () => {
    const { url } = await freshStore()
    const s = schemaOf(url)
    const [slow, other] = [await worker(url), await worker(url)]
    await slow.append([first(delivery('L1'))])
    const lock = new pg.Client({ connectionString: url.replace(/\?.*/, '') })
    await lock.connect()
    closing.unshift(() => lock.end())
    await lock.query(`BEGIN; LOCK TABLE ${s}.log IN EXCLUSIVE MODE`)
    const writing = slow.append([first(delivery('L2'))])
    await vi.waitFor(async () => { expect(await queryAt(url, `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '${s}.log'::regclass`)).toHaveLength(1) })
    await expire(url, 1)
    const lost = async () => (await queryAt(url, `SELECT lost FROM ${s}.workers WHERE fence = 1`))[0]?.['lost']
    expect(await other.takeAbandoned(query)).toEqual([])
    expect(await lost()).toBe(false)
    await lock.query('COMMIT')
    expect(await writing).toMatchObject([{ kind: 'ok' }])
    expect(await other.takeAbandoned(query)).toHaveLength(2)
    expect(await lost()).toBe(true)
  })

  it('a worker stops to send before anyone may take over, from the first moment on', async () => {
    const { url } = await freshStore()
    const one = await worker(url, 10_000)
    const now = Date.now()
    const clock = vi.spyOn(Date, 'now')
    const holdsAfter = (ms: number): boolean => { clock.mockReturnValue(now + ms); return one.holdsLease() }
    expect([holdsAfter(5_000), holdsAfter(9_100), holdsAfter(11_000)]).toEqual([true, false, false])
    clock.mockRestore()
  })

  it.each([[2 * 3_600_000, 'ahead of'], [-125_000, 'behind'], [50_000, null], [0, null]])('a worker whose clock differs from the database\'s by %i ms: %s', async (ms, told) => {
    const { url } = await freshStore()
    const heard: string[] = []
    const now = Date.now.bind(Date)
    const set = vi.spyOn(Date, 'now').mockImplementation(() => now() + ms)
    const ledger = await openPostgresLedger({ url, use: 'write', onClock: (text) => heard.push(text) }).finally(() => set.mockRestore())
    await ledger.close()
    expect(heard).toEqual(told === null ? [] : [expect.stringMatching(`this machine's clock is .* ${told} that of the store's server`)])
  })

  it('a worker whose clock is set back counts from there: the lease is no longer by what the clock said before', async () => {
    const { url } = await freshStore()
    const one = await worker(url, 1_000)
    const [began, real] = [performance.now(), Date.now()]
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => real - 7_200_000 + performance.now() - began)
    const renewals = async () => Number((await queryAt(url, `SELECT extract(epoch FROM until) * 1000 AS until FROM ${schemaOf(url)}.workers`))[0]?.['until'])
    const before = await renewals()
    await vi.waitFor(async () => { expect(await renewals()).toBeGreaterThan(before) }, { timeout: 5_000, interval: 20 })
    await vi.waitFor(() => {
      clock.mockReturnValueOnce(real - 7_200_000 + performance.now() - began + 1_000)
      expect(one.holdsLease()).toBe(false)
    })
    clock.mockRestore()
  })

  it('a worker that was replaced knows it by its next heartbeat, though it writes nothing', async () => {
    const { url } = await freshStore()
    const one = await worker(url, 3_000)
    await queryAt(url, `UPDATE ${schemaOf(url)}.workers SET lost = true`)
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(one.holdsLease()).toBe(false)
    await expect(one.keepLease()).rejects.toThrow(LeaseLostError)
  })

  it('a worker whose time ran out keeps its place where nobody has taken over, as after a sleep of the machine', async () => {
    const { url } = await freshStore()
    const one = await worker(url)
    await expire(url, 1)
    await one.keepLease()
    expect(await queryAt(url, `SELECT until > clock_timestamp() AS held FROM ${schemaOf(url)}.workers`)).toEqual([{ held: true }])
  })

  it('a worker of which the store knows nothing says that the store was put back, and not that another has taken over', async () => {
    const { url } = await freshStore()
    const one = await worker(url, 1_000)
    await one.append([first(delivery('L1'))])
    await queryAt(url, `DELETE FROM ${schemaOf(url)}.workers`)
    // Two heartbeats.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const said = { kind: 'put-back', help: expect.stringContaining('reconcile') }
    await expect(one.keepLease()).rejects.toMatchObject(said)
    await expect(one.append([first(delivery('L2'))])).rejects.toMatchObject(said)
    await expect(one.takeDue(query)).rejects.toMatchObject(said)
  })

  it.each(['another-machine', hostname(), `${ownPlace()} another-boot`])('a worker of another machine or container keeps its work until its time is over, whatever runs here and whatever it is called; one that is gone from here does not (%s)', async (place) => {
    const { url } = await freshStore()
    const s = schemaOf(url)
    const [far, near, other] = [await worker(url), await worker(url), await worker(url)]
    await far.append([first(delivery('L1'))])
    await near.append([first(delivery('L2'))])
    const { pid } = spawnSync(process.execPath, ['--version'])
    await queryAt(url, `UPDATE ${s}.workers SET pid = ${pid} WHERE fence < 3; UPDATE ${s}.workers SET host = '${place}' WHERE fence = 1`)
    expect((await other.takeAbandoned(query)).map((each) => each.delivery.lead.id)).toEqual(['L2'])
    await expire(url, 1)
    expect((await other.takeAbandoned(query)).map((each) => each.delivery.lead.id)).toEqual(['L1'])
  })

  it('a worker that ends in order leaves what it had to the others at once', async () => {
    const { url } = await freshStore()
    const [one, other] = [await worker(url), await worker(url)]
    await one.append([first(delivery('L1'))])
    expect(await other.takeOne(delivery('L1').id)).toBeNull()
    await one.close()
    expect((await other.takeOne(delivery('L1').id))?.delivery.lead.id).toBe('L1')
  })

  it('a store that is worked is not moved, and who works it is told by the name of the machine', async () => {
    const { url } = await freshStore()
    await worker(url)
    await expect(movablePostgres(url)).rejects.toMatchObject({ kind: 'held', message: expect.stringMatching(new RegExp(`the first ${process.pid} on ${hostname()}$`)) })
  })

  it('what one works, another cannot move', async () => {
    const { url } = await freshStore()
    const [one, other] = [await worker(url), await worker(url)]
    await one.append([first(delivery('L1'))])
    const moved = (standing: Step['standing']): Step => ({ deliveryId: delivery('L1').id, version: 1, runId: 'r2', events: [], standing })
    const waits = moved({ state: 'waiting', dueAt: T0, why: '', recipient: null, batch: false })
    expect(await kinds(other, [waits])).toEqual(['conflict'])
    expect(await kinds(one, [waits])).toEqual(['ok'])
    expect(await kinds(other, [moved({ state: 'working' })])).toEqual(['ok'])
    expect(await kinds(one, [waits])).toEqual(['conflict'])
  })

  it('what another purges between the look at it and the order to try it again is not sent without its fields; a sale of it is still booked', async () => {
    const { url } = await freshStore()
    const [one, two] = [await worker(url), await worker(url)]
    const [d, e] = [delivery('L1'), delivery('L2')]
    const held = { state: 'settled', at: T0, outcome: 'held', recipient: 'a', buyerLeadId: null, revenue: null, cost: null, attempts: 1, reason: 'unclear' } as const
    await one.append([first(d, { standing: held }), first(e, { standing: held })])
    await two.purge({ olderThanMs: 0, now: T0 })
    const again: Step = { deliveryId: d.id, version: 1, runId: 'r2', events: [{ type: 'reopened', at: T0, reason: 'review' }], standing: { state: 'waiting', dueAt: T0, why: 'again', recipient: null, batch: false } }
    const ended: Step = { deliveryId: e.id, version: 1, runId: 'r2', events: [{ type: 'reviewed', at: T0, decision: 'accept', note: null }], standing: { ...held, outcome: 'accepted' } }
    expect(await kinds(one, [again, ended])).toEqual(['conflict', 'ok'])
    expect(await one.takeDue(query)).toEqual([])
  })

  it('due work is taken once, by whoever comes', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url), await worker(url)]
    await workers[0]?.append(Array.from({ length: 300 }, (_, i) => first(delivery(`L${i}`), { standing: { state: 'waiting', dueAt: T0, why: '', recipient: 'a', batch: false } })))
    const taken = (await Promise.all(Array.from({ length: 30 }, (_, i) => workers[i % 3]?.takeDue({ ...query, limit: 10 }) ?? []))).flat()
    expect(new Set(taken.map((each) => each.delivery.id)).size).toBe(taken.length)
    expect(taken.length).toBeGreaterThan(200)
  })

  it('a cap, a permit and a counter are one over all', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url), await worker(url), await worker(url)]
    const cap = { kind: 'cap', recipient: 'a', counter: 'day', limit: 60, amount: 1 } as const
    // The counter is there, and each worker's group would fit by itself.
    expect(await kinds(workers[0]!, [first(delivery('L'), { claims: [cap] })])).toEqual(['ok'])
    const results = (await Promise.all(Array.from({ length: 100 }, (_, i) => kinds(workers[i % 4]!, [first(delivery(`L${i}`), { claims: [cap] })])))).flat()
    expect(results.filter((each) => each === 'ok')).toHaveLength(59)
    const permit = { kind: 'permit', recipient: 'a', name: 'trial:live:a', until: T0 + 1e6 } as const
    expect((await Promise.all(workers.map((each, i) => kinds(each, [first(delivery(`P${i}`), { claims: [permit] })])))).flat().toSorted()).toEqual(['ok', 'refused', 'refused', 'refused'])
    const tickets = await Promise.all(Array.from({ length: 200 }, (_, i) => workers[i % 4]!.draw('s')))
    expect(tickets.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  it('a circuit is folded by one after the other, and no answer is lost', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url), await worker(url), await worker(url)]
    const more = (before: string | null): string => String(Number(before ?? 0) + 1)
    expect(await workers[0]!.foldCircuit('a', 'live', more)).toBe('1')
    await Promise.all(Array.from({ length: 60 }, (_, i) => workers[i % 4]!.foldCircuit('a', 'live', more)))
    expect((await workers[0]!.recipientStates('live'))[0]?.circuit).toBe('61')
  })

  it('times of a rate are given once over all, by the clock of the database: as many as it counts, then the next stretch', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url), await worker(url)]
    const rate = { count: 10, perMs: 60_000 }
    const began = Date.now()
    const grants = await Promise.all(workers.map(async (each) => {
      const { inMs, nextInMs } = await each.holdStarts('a', 'live', rate, { fromMs: 100, withinMs: 2_000, wanted: 7 })
      const now = Date.now()
      return { at: inMs.map((ms) => now + ms), next: nextInMs === null ? null : now + nextInMs }
    }))
    const times = grants.flatMap(({ at }) => at).toSorted((a, b) => a - b)
    expect(times).toHaveLength(10)
    expect(new Set(times).size).toBe(10)
    // The next is told to those who had fewer than they wanted: a stretch after the first, or after the last that counts with it.
    const [earliest, latest] = [(times[0] ?? 0) + 61_000, (times.at(-1) ?? 0) + 61_000]
    for (const { next } of grants) if (next !== null) expect(next > earliest - 50 && next < latest + 50).toBe(true)
    expect(grants.filter(({ next }) => next !== null)).toHaveLength(2)
    expect(times[0]).toBeGreaterThan(began + 50)
    expect((await workers[0]?.holdStarts('a', 'test', rate, { fromMs: 0, withinMs: 2_000, wanted: 7 }))?.inMs).toHaveLength(7)
    expect((await workers[0]?.holdStarts('b', 'live', rate, { fromMs: 0, withinMs: 2_000, wanted: 7 }))?.inMs).toHaveLength(7)
  })

  it('the same lead taken in by two at once is one delivery, and one sale', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url)]
    const leads = Array.from({ length: 50 }, (_, i) => delivery(`L${i}`))
    const results = (await Promise.all(workers.map((each) => Promise.all(leads.map((lead) => kinds(each, [first(lead)])))))).flat(2)
    expect(results.toSorted()).toEqual([...Array.from({ length: 50 }, () => 'exists'), ...Array.from({ length: 50 }, () => 'ok')])
  })

  it('a lead that two sell to the same buyer in the same moment, by two targets, is booked once', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url)]
    const leads = Array.from({ length: 60 }, (_, i) => `L${i}`)
    const sales = workers.map((_, i) => leads.map((lead): Step => ({ deliveryId: delivery(lead, `t${i}`).id, version: 1, runId: 'r1', events: tried('/', 'a', 1, accepted), standing: { state: 'working' } })))
    await Promise.all(workers.map((each, i) => each.append(leads.map((lead) => first(delivery(lead, `t${i}`))))))
    const results = (await Promise.all(workers.map((each, i) => kinds(each, sales[i] ?? [])))).flat()
    expect(results.toSorted()).toEqual([...leads.map(() => 'booked'), ...leads.map(() => 'ok')])
  })

  it.each([['taken over', 'UPDATE deliveries SET fence = 99'], ['moved', 'UPDATE deliveries SET version = version + 1'], ['lost, by a replica that took over or a backup,', 'DELETE FROM deliveries']])('what was %s behind the back of a worker whose lease holds is not written over, and told', async (_what, change) => {
    const { url } = await freshStore()
    const one = await worker(url)
    await one.append([first(delivery('L1')), first(delivery('L2'))])
    await queryAt(url, `SET search_path = ${schemaOf(url)}; ${change} WHERE lead_id = 'L1'`)
    const step = (lead: string): Step => ({ deliveryId: delivery(lead).id, version: 1, runId: 'r1', events: tried('/', 'a', 1, accepted), standing: { state: 'working' } })
    await expect(one.append([step('L1'), step('L2')])).rejects.toMatchObject({ kind: 'put-back', help: expect.stringContaining('finalmile reconcile') })
    expect((await one.ofLead('L1'))[0]?.events.length ?? 1).toBe(1)
    expect((await one.ofLead('L2'))[0]?.events).toHaveLength(1)
  })

  it('a start at a recipient that a person paused is refused in the moment it is stored', async () => {
    const { url } = await freshStore()
    const [one, person] = [await worker(url), await openPostgresLedger({ url, use: 'touch' })]
    closing.unshift(() => person.close())
    const started = (lead: string): Step => first(delivery(lead), { events: [received(), ...tried('/', 'a', 1, null)] })
    expect(await kinds(one, [started('L1')])).toEqual(['ok'])
    await person.setPaused('a', 'live', { at: T0, reason: 'enough' })
    expect(await one.append([started('L2'), first(delivery('L3'))])).toMatchObject([{ kind: 'paused', recipient: 'a', reason: 'enough' }, { kind: 'ok' }])
    // Nor does it concern what was never sent, or a rehearsal.
    const rehearsed = { ...delivery('L4'), id: deliveryIdOf({ mode: 'test', to: 'a', leadId: 'L4', number: 1 }), mode: 'test' } as const
    expect(await kinds(one, [first(delivery('L5'), { events: [received(), ...tried('/', 'a', 1, broken)] }), first(rehearsed, { events: [received(), ...tried('/', 'a', 1, null)] })])).toEqual(['ok', 'ok'])
    await person.setPaused('a', 'live', null)
    await person.setPaused('a', 'test', { at: T0, reason: 'enough' })
    expect(await kinds(one, [started('L6')])).toEqual(['ok'])
  })

  it('a step that cannot be written does not take along what goes with it', async () => {
    const { url } = await freshStore()
    const one = await worker(url)
    // No column takes such a number.
    const number = 2 ** 40
    const [refused, beside] = await Promise.allSettled([one.append([first({ ...delivery('L1'), number, id: deliveryIdOf({ mode: 'live', to: 'a', leadId: 'L1', number }) })]), one.append([first(delivery('L2'))])])
    expect([refused.status, beside]).toMatchObject(['rejected', { value: [{ kind: 'ok' }] }])
    expect(await one.ofLead('L1')).toEqual([])
  })

  it('commits wait for the disk, whatever the server does by itself', async () => {
    const { url } = await freshStore()
    const db = openDatabase(readAddress(`${url}&options=${encodeURIComponent('-c synchronous_commit=off')}`))
    closing.unshift(() => db.close())
    expect([await db.query('SHOW synchronous_commit'), await db.transaction((run) => run('SHOW synchronous_commit'))]).toEqual([[{ synchronous_commit: 'off' }], [{ synchronous_commit: 'on' }]])
  })

  it.each(['takeBatch', 'takeDue'] as const)('a lead of two targets is fetched for a batch by one worker, by %s', async (claim) => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url)]
    const leads = Array.from({ length: 40 }, (_, i) => `L${i}`)
    await workers[0]?.append(['x', 'y'].flatMap((to) => leads.map((lead) => first(delivery(lead, to), { standing: { state: 'waiting', dueAt: T0, why: 'a batch', recipient: 'a', batch: true } }))))
    const fetched = await Promise.all(workers.map((each) => (claim === 'takeDue' ? each.takeDue({ ...query, limit: 40 }) : each.takeBatch({ mode: 'live', recipient: 'a', limit: 40 }))))
    const [one, other] = fetched.map((each) => new Set(each.map(({ delivery: { lead } }) => lead.id)))
    expect([...one ?? []].filter((lead) => other?.has(lead))).toEqual([])
    expect((one?.size ?? 0) + (other?.size ?? 0)).toBe(40)
  })

  it('of a batch that a worker left behind all is taken that nobody works, however few are asked for', async () => {
    const { url } = await freshStore()
    const [gone, one, other] = [await worker(url), await worker(url), await worker(url)]
    const started = tried('/', 'a', 1, null).map((event) => ({ ...event, batch: 'B-4' }))
    await gone.append(['L1', 'L2', 'L3', 'L4'].map((lead) => first(delivery(lead), { events: [received(), ...started] as Step['events'] })))
    await gone.close()
    expect((await one.takeOne(delivery('L2').id))?.delivery.lead.id).toBe('L2')
    expect((await other.takeAbandoned({ ...query, limit: 1 })).map((each) => each.delivery.lead.id)).toEqual(['L1', 'L3', 'L4'])
  })

  it('places are given to as many as there are, and come back from a worker that is gone', async () => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url), await worker(url)]
    const ask = (ledger: Ledger, recipient = 'a'): Promise<number> => ledger.holdPlaces(recipient, 'live', 4, { wanted: 9, used: 0 })
    for (const recipient of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const held = await Promise.all(workers.map((each) => ask(each, recipient)))
      expect(held.reduce((sum, each) => sum + each, 0)).toBe(4)
    }
    const [one, , other] = workers as [Ledger, Ledger, Ledger]
    await Promise.all([one.close(), expire(url, 2)])
    await other.takeAbandoned(query)
    expect(await ask(other)).toBe(4)
  })

  it('limits hold where transactions of this user see the store as it was when they began', async () => {
    const { url } = await freshStore()
    const isolated = `${url}&options=${encodeURIComponent('-c default_transaction_isolation=repeatable\\ read')}`
    const workers = await Promise.all([1, 2, 3, 4].map(() => worker(isolated)))
    for (const recipient of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const held = await Promise.all(workers.map((each) => each.holdPlaces(recipient, 'live', 4, { wanted: 9, used: 0 })))
      expect(held.reduce((sum, each) => sum + each, 0)).toBe(4)
    }
  })

  it('sessions that the server ends for idling are begun anew', async () => {
    const { url } = await freshStore()
    const ledger = await worker(`${url}&options=${encodeURIComponent('-c idle_session_timeout=20')}`)
    const results: string[] = []
    for (let i = 0; i < 40; i++) {
      results.push(...(await Promise.all([1, 2, 3, 4].map((n) => kinds(ledger, [first(delivery(`L${i}-${n}`))])))).flat())
      await new Promise((resolve) => setTimeout(resolve, 19 + (i % 5) / 2))
    }
    expect(results).toEqual(Array.from({ length: 160 }, () => 'ok'))
  })

  it('a statement that is cut off is begun anew', async () => {
    const { url } = await freshStore()
    const ledger = await worker(url)
    const lock = new pg.Client({ connectionString: url.replace(/\?.*/, '') })
    await lock.connect()
    await lock.query(`BEGIN; LOCK TABLE ${schemaOf(url)}.log IN EXCLUSIVE MODE`)
    const written = kinds(ledger, [first(delivery('L1'))])
    const cutOff = async (): Promise<number> => (await queryAt(url, `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${schemaOf(url)}.log %'`)).length
    await vi.waitFor(async () => expect(await cutOff()).toBe(1), { timeout: 10_000 })
    await lock.end()
    expect(await written).toEqual(['ok'])
  })

  it('a batch that is repeated is taken whole, however few are asked for', async () => {
    const { url } = await freshStore()
    const one = await worker(url)
    const joined = tried('/', 'a', 1, { kind: 'unknown', class: 'timeout', retry: true, reason: 'no answer' }).map((event) => ({ ...event, batch: 'B-3' }))
    await one.append(['L1', 'L2', 'L3'].map((lead) => first(delivery(lead), { events: [received(), ...joined] as Step['events'], standing: { state: 'waiting', dueAt: T0, why: 'a retry', recipient: 'a', batch: false } })))
    expect(await one.takeDue({ ...query, limit: 1 })).toHaveLength(3)
  })

  it.each(['takeDue', 'takeAbandoned'] as const)('a batch of which several workers ask for a few leads at once is taken by one of them: none waits for what another holds (%s)', async (how) => {
    const { url } = await freshStore()
    const workers = [await worker(url), await worker(url), await worker(url), await worker(url)]
    const begun = tried('/', 'a', 1, null).map((event) => ({ ...event, batch: 'B-200' }))
    await workers[0]!.append(Array.from({ length: 200 }, (_, i) => first(delivery(`L${i}`), { events: [received(), ...begun] as Step['events'], standing: { state: 'waiting', dueAt: T0, why: 'a retry', recipient: 'a', batch: false } })))
    if (how === 'takeAbandoned') await queryAt(url, `UPDATE ${schemaOf(url)}.deliveries SET state = 0, fence = 99`)
    const got = await Promise.all(workers.map((each) => each[how]({ ...query, limit: 5 })))
    expect(got.map((each) => each.length).sort()).toEqual([0, 0, 0, 200])
  })

  it('a lead that another works for its other target may be about to join the same batch: it is asked about before it goes', async () => {
    const { url } = await freshStore()
    const [one, other] = [await worker(url), await worker(url)]
    await one.append(['x', 'y'].map((to) => first(delivery('L1', to), { standing: { state: 'waiting', dueAt: T0, why: 'its call window', recipient: 'a', batch: false } })))
    const [mine] = await one.takeDue({ ...query, limit: 1 })
    const asked = { mode: 'live', recipient: 'a', deliveryIds: [mine!.delivery.id], now: T0 } as const
    expect(await one.onTheirWay(asked)).toEqual(new Map())
    await other.takeDue(query)
    expect(await one.onTheirWay(asked)).toEqual(new Map([[mine!.delivery.id, T0 + 1_000]]))
  })

  it('the first run ends with statistics, so that a report need not sort the whole log for each of its pages', async () => {
    const { url } = await freshStore()
    const ledger = await worker(url)
    await ledger.startRun({ id: 'r1', mode: 'live', to: 'a', startedAt: T0 }, null)
    await ledger.append([first(delivery('L1')), first(delivery('L2'))])
    await ledger.finishRun('r1', T0, '{}')
    expect(await queryAt(url, `SELECT reltuples FROM pg_class WHERE oid IN ('${schemaOf(url)}.log'::regclass, '${schemaOf(url)}.deliveries'::regclass)`)).toEqual([{ reltuples: 2 }, { reltuples: 2 }])
  })

  it('works behind a pooler in transaction mode', async () => {
    const { url } = await freshStore()
    const pooler = await startPooler(url)
    closing.push(() => pooler.close())
    const through = url.replace(/:\d+\//, `:${pooler.port}/`)
    const workers = [await worker(through), await worker(through)]
    const results = await Promise.all(Array.from({ length: 200 }, (_, i) => kinds(workers[i % 2]!, [first(delivery(`L${i}`), { standing: { state: 'waiting', dueAt: T0, why: '', recipient: 'a', batch: false } })])))
    expect(new Set(results.flat())).toEqual(new Set(['ok']))
    const taken = (await Promise.all(workers.map((each) => each.takeDue({ ...query, limit: 500 })))).flat()
    expect(new Set(taken.map((each) => each.delivery.id)).size).toBe(200)
    expect(pooler.served()).toBeGreaterThan(4)
  })

  it('a migration under a running worker: it goes on, and one that is too old is told so', async () => {
    const { url } = await freshStore()
    const one = await worker(url)
    const going = Promise.all(Array.from({ length: 100 }, (_, i) => new Promise((resolve) => setTimeout(resolve, i * 3)).then(() => kinds(one, [first(delivery(`L${i}`))]))))
    const address = readAddress(url)
    const db = openDatabase(address)
    await migrate(db, address.schema, [...MIGRATIONS, 'ALTER TABLE {s}.deliveries ADD COLUMN later text; CREATE INDEX deliveries_later ON {s}.deliveries (later)'])
    await db.close()
    expect(new Set((await going).flat())).toEqual(new Set(['ok']))
    await expect(openPostgresLedger({ url, use: 'read' })).rejects.toMatchObject({ kind: 'newer' })
  })

  it.each(['own', 'pgboss'])('a schema that was made for a user who may make none is used (queue=%s)', async (queue) => {
    const { url } = await freshStore()
    const [role, schema] = [`role_${schemaOf(url)}`, schemaOf(url)]
    await queryAt(url, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'; CREATE SCHEMA ${schema} AUTHORIZATION ${role}; CREATE SCHEMA ${schema}_queue AUTHORIZATION ${role}`)
    closing.push(() => queryAt(url, `DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`))
    const ledger = await worker(`${url.replace('finalmile:secret', `${role}:pw`)}&queue=${queue}`)
    expect(await kinds(ledger, [first(delivery('L1'))])).toEqual(['ok'])
  })

  it('a database that cannot hold what buyers answer is refused before anything is sent', async () => {
    const { url } = await freshStore()
    const name = `latin_${schemaOf(url)}`
    await queryAt(url, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
    closing.push(() => queryAt(url, `DROP DATABASE ${name}`))
    await expect(openPostgresLedger({ url: url.replace('/postgres?', `/${name}?`), use: 'write' })).rejects.toMatchObject({ kind: 'unsupported', message: expect.stringContaining('LATIN1'), help: expect.stringContaining('UTF8') })
  })

  it('a connection that ends with the very bytes that make it ready is an unreachable store, and no uncaught error', async () => {
    const message = (type: string, body: Buffer): Buffer => Buffer.concat([Buffer.from([type.charCodeAt(0), 0, 0, 0, body.length + 4]), body])
    const [welcome, ready, shutdown] = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I')), message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'))]
    const server = createServer((socket) => { socket.on('error', () => undefined).once('data', () => socket.end(Buffer.concat([welcome, ready, shutdown]))) }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const db = openDatabase(readAddress(`postgres://u@127.0.0.1:${port}/d`), { patienceMs: 50 })
    await expect(db.transaction(async (run) => run('SELECT 1'))).rejects.toMatchObject({ kind: 'unreachable' })
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ kind: 'unreachable' })
    await db.close()
    server.close()
  })

  it('a connection that never gets ready, as without a password, is ended with the store, and does not keep the process until the server gives up', async () => {
    const asks = (kind: number, text: string): Buffer => { const body = Buffer.concat([Buffer.from([0, 0, 0, kind]), Buffer.from(text)]); return Buffer.concat([Buffer.from([82, 0, 0, 0, body.length + 4]), body]) }
    const ended = Promise.withResolvers<void>()
    const server = createServer((socket) => {
      socket.on('error', () => undefined).on('close', () => ended.resolve())
      socket.once('data', () => { socket.write(asks(10, 'SCRAM-SHA-256\0\0')); socket.once('data', () => socket.write(asks(11, 'r=x,s=eA==,i=4096'))) })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    await expect(openPostgresLedger({ url: `postgres://u@127.0.0.1:${(server.address() as AddressInfo).port}/d`, use: 'read' })).rejects.toMatchObject({ kind: 'unreachable', help: expect.stringContaining('password') })
    await ended.promise
    server.close()
  })

  it('a store whose writes wait for something that never ends (a lock, a replica that is gone) ends the worker, whose end waits for nothing', async () => {
    const { url } = await freshStore()
    const one = await openPostgresLedger({ url, use: 'write', leaseMs: 1_000, patienceMs: 1_500 })
    await one.append([first(delivery('L1'))])
    const lock = new pg.Client({ connectionString: url.replace(/\?.*/, '') })
    await lock.connect()
    closing.unshift(() => lock.end())
    await lock.query(`BEGIN; LOCK TABLE ${schemaOf(url)}.workers IN ACCESS EXCLUSIVE MODE`)
    const begun = Date.now()
    await expect(one.append([first(delivery('L2'))])).rejects.toMatchObject({ kind: 'unreachable' })
    await one.close()
    expect(Date.now() - begun).toBeLessThan(15_000)
  })

  it.each([['for good', false], ['until the lease is over', true]])('a network that swallows everything %s keeps nobody waiting until TCP gives up', async (_how, comesBack) => {
    const { url } = await freshStore()
    const network = await startPassage(new URL(url))
    closing.unshift(() => network.close())
    const one = await openPostgresLedger({ url: network.url, use: 'write', leaseMs: 1_000, patienceMs: comesBack ? 5_000 : 100 })
    await one.append([first(delivery('L1'))])
    network.swallow(true)
    const writing = one.append([first(delivery('L2'))]).then((results) => results[0]?.kind, (error: unknown) => (error instanceof StoreError ? error.kind : error))
    await vi.waitFor(() => { expect(one.holdsLease()).toBe(false) }, 5_000)
    if (comesBack) network.swallow(false)
    expect(await writing).toBe(comesBack ? 'ok' : 'unreachable')
    await one.close()
    expect((await queryAt(url, `SELECT 1 FROM ${schemaOf(url)}.deliveries`)).length).toBe(comesBack ? 2 : 1)
  })

  it.each<[string, string, number]>([['goes on with it', '', 1], ['gives it up', 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = \'advisory\' AND query = \'COMMIT\'', 2]])('a connection that is cut while the server commits, which %s: nothing is lost nor done twice', async (_how, then, expected) => {
    const { url } = await freshStore()
    const address = readAddress(url)
    const db = openDatabase(address)
    closing.unshift(() => db.close())
    const s = address.schema
    // A commit that takes until this lock is given back.
    const lock = new pg.Client({ connectionString: address.url })
    await lock.connect()
    closing.unshift(() => lock.end())
    await lock.query(`SELECT pg_advisory_lock(hashtext('${s}'))`)
    await db.query(`CREATE SCHEMA ${s}; CREATE TABLE ${s}.done (n int); CREATE FUNCTION ${s}.waits() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(hashtext(''${s}'')); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON ${s}.done DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${s}.waits()`)
    const running = (what: string) => vi.waitFor(async () => { expect(await queryAt(url, `SELECT 1 FROM pg_stat_activity WHERE ${what}`)).toHaveLength(1) }, { timeout: 10_000, interval: 10 })
    let times = 0
    const writing = db.transaction(async (run) => { times += 1; await run(`INSERT INTO ${s}.done VALUES (1)`) })
    await running("query = 'COMMIT' AND wait_event = 'advisory'")
    db.cut()
    await running("query LIKE '%pg_xact_status%' AND query NOT LIKE '%pg_stat_activity%'")
    if (then !== '') await queryAt(url, then)
    await lock.query(`SELECT pg_advisory_unlock(hashtext('${s}'))`)
    await writing
    expect([times, await queryAt(url, `SELECT n FROM ${s}.done`)]).toEqual([expected, [{ n: 1 }]])
  })

  it.each<[string, (url: string) => Promise<() => Promise<unknown>>]>([
    ['to a replica that still only reads', async (url) => {
      await queryAt(url, 'ALTER DATABASE handover SET default_transaction_read_only = on')
      return () => queryAt(url, 'ALTER DATABASE handover RESET default_transaction_read_only')
    }],
    ['while its name leads nowhere', async () => {
      const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, _options: unknown, told: (error: Error) => void) => told(Object.assign(new Error('getaddrinfo ENOTFOUND localhost'), { code: 'ENOTFOUND' }))) as never)
      return async () => lookup.mockRestore()
    }],
  ])('a server that is handed over %s is waited for by whoever worked with it, and told at once to whoever comes', async (_how, handOver) => {
    const { url: anywhere } = await freshStore()
    await queryAt(anywhere, 'DROP DATABASE IF EXISTS handover')
    await queryAt(anywhere, 'CREATE DATABASE handover')
    const url = anywhere.replace('127.0.0.1', 'localhost').replace('/postgres?', '/handover?')
    const one = await worker(url)
    await one.append([first(delivery('L1'))])
    const comesBack = await handOver(anywhere)
    await queryAt(anywhere, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'handover'")
    const writing = one.append([first(delivery('L2'))])
    await expect(openPostgresLedger({ url, use: 'write' })).rejects.toThrow(/read-only|ENOTFOUND/)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await comesBack()
    expect((await writing)[0]?.kind).toBe('ok')
  })

  it('a server on this machine whose socket is gone while it restarts is waited for', async () => {
    const { url } = await freshStore()
    const [folder, to] = [mkdtempSync(join(tmpdir(), 'finalmile-socket-')), new URL(url)]
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      const onward = connect(Number(to.port), to.hostname)
      for (const each of [socket, onward]) { sockets.add(each); each.on('error', () => each.destroy()).on('close', () => { socket.destroy(); onward.destroy() }) }
      socket.pipe(onward).pipe(socket)
    })
    const listen = (): Promise<unknown> => once(server.listen(join(folder, '.s.PGSQL.5432')), 'listening')
    await listen()
    const one = await worker(`postgres:///postgres?host=${folder}&user=finalmile&password=secret&schema=${schemaOf(url)}`)
    await one.append([first(delivery('L1'))])
    server.close()
    for (const each of sockets) each.destroy()
    const writing = one.append([first(delivery('L2'))])
    await new Promise((resolve) => setTimeout(resolve, 300))
    await listen()
    expect((await writing)[0]?.kind).toBe('ok')
    await one.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a commit that the server which took over never heard of is made there', async () => {
    const { url } = await freshStore()
    const s = schemaOf(url)
    // Ours goes before the server's own function of this name.
    const db = openDatabase(readAddress(`${url}&options=-c%20search_path%3D${s},pg_catalog`))
    closing.unshift(() => db.close())
    await queryAt(url, `CREATE SCHEMA ${s}; CREATE TABLE ${s}.done (n int); CREATE SEQUENCE ${s}.commits;
      CREATE FUNCTION ${s}.pg_xact_status(xid8) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''transaction ID % is in the future'', $1 USING ERRCODE = ''22023''; END';
      CREATE FUNCTION ${s}.waits() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF nextval(''${s}.commits'') = 1 THEN PERFORM pg_sleep(30); END IF; RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON ${s}.done DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${s}.waits()`)
    const writing = db.transaction((run) => run(`INSERT INTO ${s}.done VALUES (1)`))
    await vi.waitFor(async () => { expect(await queryAt(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'PgSleep'")).toHaveLength(1) }, { timeout: 10_000, interval: 10 })
    await writing
    expect(await queryAt(url, `SELECT n FROM ${s}.done`)).toEqual([{ n: 1 }])
  })

  it('connections cut in the middle lose and double nothing', async () => {
    const { url } = await freshStore()
    const one = await worker(url)
    let over = false
    const cutting = (async () => { while (!over) { await queryAt(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'finalmile' AND random() < 0.5`); await new Promise((resolve) => setTimeout(resolve, 15)) } })()
    const results = await Promise.all(Array.from({ length: 150 }, (_, i) => new Promise((resolve) => setTimeout(resolve, i * 4)).then(() => kinds(one, [first(delivery(`L${i}`))]))))
    over = true
    await cutting
    // An answer of `exists` would mean that a commit whose answer was lost was made a second time.
    expect(new Set(results.flat())).toEqual(new Set(['ok']))
    expect((await one.counts('live')).working).toBe(150)
  })
})

describe('places over all workers', () => {
  const other = (fence: number, held: number, wanted: number) => ({ fence, held, wanted })
  it.each([
    ['alone: all that it wants', fairPlaces(10, [], { fence: 1, wanted: 7, used: 0 }, 0), 7],
    ['alone: not more than there are', fairPlaces(10, [], { fence: 1, wanted: 70, used: 0 }, 0), 10],
    ['beside a greedy one: what is free', fairPlaces(10, [other(2, 8, 50)], { fence: 1, wanted: 50, used: 0 }, 0), 2],
    ['the greedy one gives way', fairPlaces(10, [other(2, 2, 50)], { fence: 1, wanted: 50, used: 3 }, 0), 5],
    ['never fewer than are under way', fairPlaces(10, [other(2, 2, 50)], { fence: 1, wanted: 50, used: 8 }, 0), 8],
    ['what others do not want is free', fairPlaces(10, [other(2, 1, 1)], { fence: 1, wanted: 50, used: 0 }, 0), 9],
    ['fewer places than workers: by turns', [0, 3, 6].map((now) => fairPlaces(1, [other(2, 0, 5), other(3, 0, 5)], { fence: 1, wanted: 5, used: 0 }, now)).toSorted(), [0, 0, 1]],
  ])('%s', (_name, held, expected) => { expect(held).toEqual(expected) })
})
