import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDatabase } from '../../../src/adapters/ledger/sqlite/database.ts'
import { takeLease } from '../../../src/adapters/ledger/sqlite/lease.ts'
import { pack } from '../../../src/adapters/ledger/packing.ts'
import { createStore } from '../../../src/adapters/ledger/sqlite/store.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import { money } from '../../../src/base/money.ts'
import type { Standing, Step } from '../../../src/ports.ts'
import { T0, accepted, received, tried } from '../../core/given.ts'

let folder = ''
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'finalmile-failpoints-')) })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The database with something done before each statement that writes, begins or commits. */
const watched = (db: DatabaseSync, before: () => void): DatabaseSync => {
  const watchedStatement = (statement: StatementSync): StatementSync => new Proxy(statement, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (...args: unknown[]): unknown => { if (name === 'run') before(); return Reflect.apply(value, target, args) } : value
    },
  })
  return new Proxy(db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (name === 'prepare') return (sql: string) => watchedStatement(target.prepare(sql))
      return typeof value === 'function' ? (...args: unknown[]): unknown => { if (name === 'exec') before(); return Reflect.apply(value, target, args) } : value
    },
  })
}

const settled: Standing = { state: 'settled', at: T0, outcome: 'accepted', recipient: 'a', buyerLeadId: 'B', revenue: money(450_000), cost: null, attempts: 1, reason: null }
const idOf = (leadId: string): string => deliveryIdOf({ mode: 'live', to: 'a', leadId, number: 1 })
const start = (leadId: string): Step => ({
  deliveryId: idOf(leadId), version: 0, runId: 'r', events: [received(), tried('/', 'a', 1, accepted)[0]!], standing: { state: 'working' }, claims: [{ kind: 'cap', recipient: 'a', counter: 'day', limit: 9, amount: 1 }],
  create: { id: idOf(leadId), mode: 'live', to: 'a', number: 1, lead: { id: leadId, fields: {} }, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p' },
})
const finish = (leadId: string): Step => ({ deliveryId: idOf(leadId), version: 2, runId: 'r', events: [tried('/', 'a', 1, accepted)[1]!], standing: settled })

/** What a process would find that starts after a crash: the files as they are at this moment. */
const afterCrash = (path: string, copy: string) => {
  for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end)
  const db = openDatabase(copy, 'write')
  const one = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0]
  const found = {
    sound: one('PRAGMA integrity_check'),
    deliveries: one('SELECT count(*) FROM deliveries'), settled: one('SELECT count(*) FROM deliveries WHERE state = 2'), revenue: one('SELECT coalesce(sum(revenue), 0) FROM deliveries'),
    events: one('SELECT coalesce(sum(count), 0) FROM log'), versions: one('SELECT coalesce(sum(version), 0) FROM deliveries'),
    sales: one('SELECT count(*) FROM sales'), counted: one("SELECT coalesce(sum(value), 0) FROM counters WHERE name = 'day'"),
  }
  db.close()
  return found
}

it('a crash before any statement leaves each group whole or not at all: result, revenue, sale, cap and log together', () => {
  const path = join(folder, 'store.db')
  const real = openDatabase(path, 'write')
  let crashes = 0
  const states: string[] = []
  const look = (): void => { states.push(JSON.stringify(afterCrash(path, join(folder, `crash-${crashes++}.db`)))) }
  const db = watched(real, look)
  const taken = takeLease(real, 60_000, T0)
  if (!('lease' in taken)) throw new Error('no lease')
  const store = createStore(db, taken.lease)
  expect(store.append([pack(start('L1')), pack(start('L2'))])).toEqual([1, 3])
  expect(store.append([pack(finish('L1')), pack(finish('L2'))])).toEqual([5, 6])
  look()
  const state = (deliveries: number, sold: number): string => JSON.stringify({
    sound: 'ok', deliveries, settled: sold, revenue: sold * 450_000, events: deliveries * 2 + sold, versions: deliveries * 2 + sold, sales: sold, counted: deliveries,
  })
  // Runs of equal states: nothing, both begun, both sold. No other was ever on the disk.
  expect(states.filter((each, i) => each !== states[i - 1])).toEqual([state(0, 0), state(2, 0), state(2, 2)])
  expect(crashes).toBeGreaterThan(14)
  real.close()
})

it('a statement that fails takes its group with it, and the store goes on', () => {
  const path = join(folder, 'store.db')
  const real = openDatabase(path, 'write')
  const taken = takeLease(real, 60_000, T0)
  if (!('lease' in taken)) throw new Error('no lease')
  let left = Infinity
  const store = createStore(watched(real, () => { if (left-- === 0) throw new Error('failpoint') }), taken.lease)
  let failures = 0
  for (let at = 0; ; at++) {
    left = at
    try {
      store.append([pack(start('L1')), pack(start('L2'))])
      break
    } catch (error) {
      expect(String(error)).toContain('failpoint')
      expect(real.prepare('SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM log) + (SELECT count(*) FROM counters) + (SELECT count(*) FROM runs) AS n').get()).toEqual({ n: 0 })
      left = Infinity
      failures += 1
    }
  }
  left = Infinity
  expect(failures).toBeGreaterThan(6)
  expect(store.append([pack(finish('L1')), pack(finish('L2'))])).toEqual([5, 6])
  expect(store.load(idOf('L1'))?.runId).toBe('r')
  real.close()
})
