import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../../../ports.ts'
import { refuseNewer, refuseOlder } from '../versions.ts'
import { inTransaction } from './transaction.ts'

/**
 * Numbered and append-only: a store is brought up by the ones it lacks, each in a transaction of its own, so that a
 * crash between or within them leaves a store that the next start brings up. Never change one that has been released.
 *
 * The log is the truth; the columns of `deliveries` are a projection for queues and reports. Rows are found by the
 * lead's own key and not by a hash: keys come in the order of the file, so that a commit touches few pages.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, mode TEXT NOT NULL, target TEXT, plan_hash TEXT, started_at INTEGER NOT NULL, finished_at INTEGER, summary TEXT);
  CREATE TABLE plans (hash TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE deliveries (
    n INTEGER PRIMARY KEY,
    lead_id TEXT NOT NULL, target TEXT NOT NULL, mode TEXT NOT NULL, number INTEGER NOT NULL,
    lead TEXT NOT NULL, received_at INTEGER NOT NULL, source TEXT, vars TEXT, given_cost INTEGER, given_currency TEXT, plan_hash TEXT NOT NULL,
    run INTEGER NOT NULL, version INTEGER NOT NULL, fence INTEGER NOT NULL,
    state INTEGER NOT NULL,
    due_at INTEGER, why TEXT, recipient TEXT, batch INTEGER,
    settled_at INTEGER, outcome TEXT, buyer_lead_id TEXT, revenue INTEGER, currency TEXT, cost INTEGER, cost_currency TEXT, attempts INTEGER, reason TEXT
  );
  CREATE UNIQUE INDEX deliveries_key ON deliveries (lead_id, target, mode, number);
  CREATE INDEX deliveries_working ON deliveries (n) WHERE state = 0;
  CREATE INDEX deliveries_due ON deliveries (mode, due_at) WHERE state = 1;
  CREATE INDEX deliveries_batch ON deliveries (mode, recipient, due_at) WHERE state = 1 AND batch = 1;

  CREATE TABLE log (seq INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, run INTEGER NOT NULL, count INTEGER NOT NULL, events TEXT NOT NULL);
  CREATE INDEX log_delivery ON log (delivery);

  CREATE TABLE sales (lead_id TEXT NOT NULL, recipient TEXT NOT NULL, mode TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (lead_id, recipient, mode, number)) WITHOUT ROWID;

  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE permits (name TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE recipients (recipient TEXT NOT NULL, mode TEXT NOT NULL, paused_at INTEGER, paused_reason TEXT, closed_until INTEGER, circuit TEXT, PRIMARY KEY (recipient, mode)) WITHOUT ROWID;
  CREATE TABLE lease (one INTEGER PRIMARY KEY CHECK (one = 1), fence INTEGER NOT NULL, holder TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL);
  INSERT INTO lease VALUES (1, 0, '', 0, '', 0, 0);
  `,
  'CREATE TABLE tokens (recipient TEXT NOT NULL, mode TEXT NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (recipient, mode)) WITHOUT ROWID;',
  // A run asks for its own: without it, it would look through all that wait.
  'CREATE INDEX deliveries_due_of_run ON deliveries (run, due_at) WHERE state = 1;',
]

/** Brings a store up to this version; refuses one that a newer finalmile has brought further. */
export const migrate = (db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void => {
  refuseNewer(versionOf(db), migrations.length)
  while (versionOf(db) < migrations.length) {
    inTransaction(db, () => {
      // Another process may have done it while this one waited for the lock.
      const at = versionOf(db)
      if (at >= migrations.length) return
      db.exec(migrations[at] ?? '')
      db.exec(`PRAGMA user_version = ${at + 1}`)
    })
  }
}

/** For who only looks: it must not change the store. */
export const requireCurrent = (db: DatabaseSync): void => {
  if (versionOf(db) === 0) throw new StoreError('unreachable', 'there is nothing in this store yet: nothing has been delivered from here', 'finalmile deliver fills it; --store sqlite:PATH names another')
  refuseNewer(versionOf(db), MIGRATIONS.length)
  refuseOlder(versionOf(db), MIGRATIONS.length)
}

const versionOf = (db: DatabaseSync): number => Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
