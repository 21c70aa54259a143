import { grantStarts, type Given } from '../../../core/rate.ts'
import type { Ledger } from '../../../ports.ts'
import type { Database } from './database.ts'

/** Limits over all workers that are not counted with a step: how many attempts may be under way, and when one may start. */
export const createLimits = (db: Database, s: string, fence: number) => ({ holdPlaces: createPlaces(db, s, fence), holdStarts: createStarts(db, s) })

const createPlaces = (db: Database, s: string, fence: number): Ledger['holdPlaces'] =>
  /** A fair part of the places, never more over all workers than there are. */
  (recipient, mode, limit, { wanted, used }) =>
    db.transaction(async (run) => {
      await run('SELECT pg_advisory_xact_lock(hashtext($1))', [`${s} places ${mode} ${recipient}`])
      // Places of a worker that is lost may still be in use at the buyer until its lease has run out; then nobody sends.
      await run(`DELETE FROM ${s}.places p WHERE recipient = $1 AND mode = $2 AND NOT EXISTS (SELECT 1 FROM ${s}.workers w WHERE w.fence = p.fence AND NOT w.lost)`, [recipient, mode])
      const rows = (await run(`SELECT fence, held, wanted, extract(epoch FROM clock_timestamp()) AS now FROM ${s}.places WHERE recipient = $1 AND mode = $2 ORDER BY fence`, [recipient, mode]))
        .map((row) => ({ fence: Number(row['fence']), held: Number(row['held']), wanted: Number(row['wanted']), now: Number(row['now']) }))
      const others = rows.filter((each) => each.fence !== fence)
      const held = fairPlaces(limit, others, { fence, wanted, used }, rows[0]?.now ?? 0)
      if (wanted === 0 && held === 0) await run(`DELETE FROM ${s}.places WHERE recipient = $1 AND mode = $2 AND fence = $3`, [recipient, mode, fence])
      else await run(`INSERT INTO ${s}.places VALUES ($1, $2, $3, $4, $5) ON CONFLICT (recipient, mode, fence) DO UPDATE SET held = excluded.held, wanted = excluded.wanted`, [recipient, mode, fence, held, wanted])
      return held
    })

/** Times are given away by the clock of the database, which is the same for all workers. */
const createStarts = (db: Database, s: string): Ledger['holdStarts'] => {
  const clock = createStoreClock()
  return async (recipient, mode, rate, { fromMs, withinMs, wanted }) => {
    const grant = await db.transaction(async (run) => {
      const [row] = await run(`INSERT INTO ${s}.starts AS t VALUES ($1, $2, '[]') ON CONFLICT (recipient, mode) DO UPDATE SET given = t.given RETURNING given`, [recipient, mode])
      // On its own, and short: by its round trip the two clocks are compared.
      const asked = performance.now()
      const [time] = await run('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now')
      const now = Number(time?.['now'])
      clock.compare(asked, now, performance.now())
      const grant = grantStarts(JSON.parse(String(row?.['given'])) as Given, rate, { from: now + fromMs, until: now + withinMs, wanted })
      await run(`UPDATE ${s}.starts SET given = $3 WHERE recipient = $1 AND mode = $2`, [recipient, mode, JSON.stringify(grant.given)])
      return grant
      // What leaves at such a time is recorded in a commit after this one, and the log keeps their order: this one need not wait for the disk.
    }, 'SET LOCAL synchronous_commit = off')
    const now = clock.at(performance.now())
    return { inMs: grant.starts.map((at) => at - now), nextInMs: grant.next === null ? null : grant.next - now }
  }
}

interface Holder { readonly fence: number; readonly held: number; readonly wanted: number }

/** Where there are fewer places than workers, they go round: a turn lasts this long. */
const TURN_SECONDS = 3

/** How many places a worker holds from now on: its part among those who want some, at most what is free, at least what it uses. */
export const fairPlaces = (limit: number, others: readonly Holder[], own: { readonly fence: number; readonly wanted: number; readonly used: number }, nowSeconds: number): number => {
  const free = Math.max(0, limit - others.reduce((sum, each) => sum + each.held, 0))
  const wanting = [...others.filter((each) => each.wanted > 0).map((each) => each.fence), own.fence].sort((a, b) => a - b)
  const turn = Math.floor(nowSeconds / TURN_SECONDS)
  const rank = (wanting.indexOf(own.fence) + turn) % wanting.length
  const share = Math.floor(limit / wanting.length) + (rank < limit % wanting.length ? 1 : 0)
  const unwanted = others.reduce((sum, each) => sum + each.wanted, 0)
  // What the others do not want is nobody's part.
  const part = Math.max(share, limit - unwanted)
  return Math.max(own.used, Math.min(own.wanted, part, free))
}

interface Sample { readonly takenAt: number; readonly tripMs: number; readonly aheadMs: number }

/** What the database's clock says, as this process knows it: from the shortest round trip of the last seconds. By `performance.now()`. */
const createStoreClock = () => {
  let samples: Sample[] = []
  return {
    /** `storeNow` was read between `asked` and `answered`. */
    compare: (asked: number, storeNow: number, answered: number): void => {
      samples = samples.filter((each) => each.takenAt > answered - REMEMBERS_MS)
      samples.push({ takenAt: answered, tripMs: answered - asked, aheadMs: storeNow - (asked + answered) / 2 })
    },
    at: (now: number): number => now + (samples.reduce<Sample | null>((best, each) => (best && best.tripMs < each.tripMs ? best : each), null)?.aheadMs ?? 0),
  }
}

/** Clocks part by less than a millisecond within that. */
const REMEMBERS_MS = 10_000
