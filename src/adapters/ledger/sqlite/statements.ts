import type { DatabaseSync } from 'node:sqlite'
import { TAKEN_BESIDE } from '../../../core/had.ts'
import { DELIVERY_COLUMNS, STANDING_COLUMNS } from '../rows.ts'

export const SELECT_DELIVERY = 'SELECT d.*, r.id AS run_id FROM deliveries d JOIN runs r ON r.n = d.run'

/** What the writer of a store asks and says again and again, prepared once. */
export const statements = (db: DatabaseSync) => {
  const columns = [...DELIVERY_COLUMNS, 'run', 'version', 'fence', ...STANDING_COLUMNS]
  return {
    addWorking: db.prepare(`INSERT INTO deliveries (${[...DELIVERY_COLUMNS, 'run', 'version', 'fence'].join(', ')}, state, batch) VALUES (${[...DELIVERY_COLUMNS, 'run', 'version', 'fence'].map(() => '?').join(', ')}, 0, 0) ON CONFLICT DO NOTHING`),
    addDelivery: db.prepare(`INSERT INTO deliveries (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`),
    setStanding: db.prepare(`UPDATE deliveries SET ${STANDING_COLUMNS.map((each) => `${each} = ?`).join(', ')}, run = ?, version = ?, fence = ? WHERE n = ?`),
    takeOver: db.prepare('UPDATE deliveries SET state = 0, fence = ? WHERE n = ?'),
    byKey: db.prepare('SELECT * FROM deliveries WHERE lead_id = ? AND target = ? AND mode = ? AND number = ?'),
    others: db.prepare(`${SELECT_DELIVERY} WHERE d.lead_id = ? AND d.mode = ? AND d.number = ? AND d.n <> ?`),
    highest: db.prepare('SELECT max(number) AS number FROM deliveries WHERE lead_id = ? AND target = ? AND mode = ?'),
    had: db.prepare(`SELECT recipient, NULL AS n FROM sales WHERE lead_id = ? AND mode = ? AND number = ? UNION ALL
      SELECT CASE outcome WHEN 'held' THEN recipient END, CASE WHEN outcome = 'held' THEN NULL ELSE n END FROM deliveries d WHERE lead_id = ? AND mode = ? AND number = ? AND target <> ?
        AND (outcome = 'held' OR EXISTS (SELECT 1 FROM log l WHERE l.delivery = d.n AND (${TAKEN_BESIDE.map((each) => `instr(l.events, '${each}') > 0`).join(' OR ')})))`),
    addSale: db.prepare('INSERT INTO sales VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    dropSale: db.prepare('DELETE FROM sales WHERE lead_id = ? AND recipient = ? AND mode = ? AND number = ?'),
    addLog: db.prepare('INSERT INTO log (seq, delivery, run, count, events) VALUES (?, ?, ?, ?, ?)'),
    logOf: db.prepare('SELECT l.seq, l.events, r.id AS run_id FROM log l JOIN runs r ON r.n = l.run WHERE delivery = ? ORDER BY seq'),
    addRun: db.prepare('INSERT INTO runs (id, mode, target, plan_hash, started_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    runNumber: db.prepare('SELECT n FROM runs WHERE id = ?'),
    endRun: db.prepare('UPDATE runs SET finished_at = ?, summary = ? WHERE id = ?'),
    addPlan: db.prepare('INSERT INTO plans (hash, json) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    counter: db.prepare('SELECT value FROM counters WHERE name = ?'),
    count: db.prepare('INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value'),
    permit: db.prepare('SELECT until FROM permits WHERE name = ?'),
    allow: db.prepare('INSERT INTO permits (name, until) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET until = excluded.until'),
  }
}
