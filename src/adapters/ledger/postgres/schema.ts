import { StoreError } from '../../../ports.ts'
import { refuseNewer, refuseOlder } from '../versions.ts'
import type { Database, Run } from './database.ts'

/**
 * Numbered and append-only, as the SQLite store's; `{s}` is the store's schema. Workers of the version before go on
 * while one of these runs, so that each must leave what they read and write as it is: columns and tables are added,
 * never renamed. Never change one that has been released.
 *
 * The log is the truth; the columns of `deliveries` are a projection for queues and reports.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE {s}.runs (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, mode text NOT NULL, target text, plan_hash text, started_at bigint NOT NULL, finished_at bigint, summary text);
  CREATE TABLE {s}.plans (hash text PRIMARY KEY, json text NOT NULL);

  -- Who works here, by fencing number; \`until\` is by the clock of the database. Lost: another has taken its work over.
  CREATE TABLE {s}.workers (fence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, host text NOT NULL, pid integer NOT NULL, since timestamptz NOT NULL DEFAULT clock_timestamp(), until timestamptz NOT NULL, lost boolean NOT NULL DEFAULT false);

  CREATE TABLE {s}.deliveries (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead_id text NOT NULL, target text NOT NULL, mode text NOT NULL, number integer NOT NULL,
    lead text NOT NULL, received_at bigint NOT NULL, source text, vars text, given_cost bigint, given_currency text, plan_hash text NOT NULL,
    run bigint NOT NULL, version integer NOT NULL, fence bigint NOT NULL,
    state smallint NOT NULL,
    due_at bigint, why text, recipient text, batch smallint,
    -- The batch that its last attempt went with, and would be repeated with.
    joined text,
    settled_at bigint, outcome text, buyer_lead_id text, revenue bigint, currency text, cost bigint, cost_currency text, attempts integer, reason text
  );
  CREATE UNIQUE INDEX deliveries_key ON {s}.deliveries (lead_id, target, mode, number);
  CREATE INDEX deliveries_working ON {s}.deliveries (fence, n) WHERE state = 0;
  CREATE INDEX deliveries_due ON {s}.deliveries (mode, due_at, n) WHERE state = 1;
  CREATE INDEX deliveries_joined ON {s}.deliveries (joined) WHERE state < 2 AND joined IS NOT NULL;
  CREATE INDEX deliveries_batch ON {s}.deliveries (mode, recipient, due_at, n) WHERE state = 1 AND batch = 1;

  -- A commit takes whole blocks of 256 numbers, so that the events of one step are numbered one after the other.
  CREATE SEQUENCE {s}.log_block INCREMENT BY 256;
  CREATE TABLE {s}.log (seq bigint PRIMARY KEY, delivery bigint NOT NULL, run bigint NOT NULL, count integer NOT NULL, events text NOT NULL);
  CREATE INDEX log_delivery ON {s}.log (delivery);

  CREATE TABLE {s}.sales (lead_id text NOT NULL, recipient text NOT NULL, mode text NOT NULL, number integer NOT NULL, PRIMARY KEY (lead_id, recipient, mode, number));

  CREATE TABLE {s}.counters (name text PRIMARY KEY, value bigint NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE {s}.permits (name text PRIMARY KEY, until bigint NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE {s}.recipients (recipient text NOT NULL, mode text NOT NULL, paused_at bigint, paused_reason text, closed_until bigint, circuit text, PRIMARY KEY (recipient, mode)) WITH (fillfactor = 50);

  CREATE TABLE {s}.tokens (recipient text NOT NULL, mode text NOT NULL, sealed text NOT NULL, PRIMARY KEY (recipient, mode));

  -- Who may have how many attempts under way, of a limit over all workers.
  CREATE TABLE {s}.places (recipient text NOT NULL, mode text NOT NULL, fence bigint NOT NULL, held integer NOT NULL, wanted integer NOT NULL, PRIMARY KEY (recipient, mode, fence)) WITH (fillfactor = 50);
  `,
  `
  -- Times of a rate over all workers that were given away: JSON, by the clock of the database.
  CREATE TABLE {s}.starts (recipient text NOT NULL, mode text NOT NULL, given text NOT NULL, PRIMARY KEY (recipient, mode)) WITH (fillfactor = 50);
  `,
  `
  -- A run asks for its own: without it, it would look through all that wait.
  CREATE INDEX deliveries_due_of_run ON {s}.deliveries (run, due_at, n) WHERE state = 1;
  `,
  `
  -- 1: its lead had no other delivery when it was taken in. Of two workers that take one lead in for two targets in one moment the second finds the first.
  ALTER TABLE {s}.deliveries ADD COLUMN sole smallint NOT NULL DEFAULT 0;
  CREATE UNIQUE INDEX deliveries_sole ON {s}.deliveries (lead_id, mode, number) WHERE sole = 1 AND state = 0;
  `,
]

/** Brings a store up to this version, one process at a time; refuses one that a newer finalmile has brought further. */
export const migrate = async (db: Database, schema: string, migrations: readonly string[] = MIGRATIONS): Promise<void> => {
  const known = await versionOf(db, schema)
  refuseNewer(known, migrations.length)
  if (known === migrations.length) return
  for (let done = false; !done;) {
    done = await db.transaction(async (run) => {
      // Held to the end of this transaction only, so that it works behind a pooler.
      await run('SELECT pg_advisory_xact_lock(hashtext($1))', [`finalmile migrations of ${schema}`])
      // IF NOT EXISTS asks for CREATE on the database even where the schema is there, made by whoever keeps the database.
      const [there] = await run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
      if (there === undefined) await run(`CREATE SCHEMA ${schema}`)
      await run(`CREATE TABLE IF NOT EXISTS ${schema}.version (one integer PRIMARY KEY CHECK (one = 1), version integer NOT NULL)`)
      await run(`INSERT INTO ${schema}.version VALUES (1, 0) ON CONFLICT DO NOTHING`)
      const at = await readVersion(run, schema)
      const next = migrations[at]
      if (next === undefined) return true
      for (const statement of statementsOf(next)) await run(statement.replaceAll('{s}', schema))
      await run(`UPDATE ${schema}.version SET version = $1`, [at + 1])
      return at + 1 >= migrations.length
    })
  }
}

/** Without any statistics the planner takes all leads of a mode for a few, and sorts the whole log for each page of a report. */
export const analyze = async (run: Run, schema: string): Promise<void> => {
  await run(`ANALYZE ${['log', 'deliveries', 'sales', 'runs'].map((each) => `${schema}.${each}`).join(', ')}`)
}

/** For who only looks: it must not change the store. */
export const requireCurrent = async (db: Database, schema: string): Promise<void> => {
  const known = await versionOf(db, schema)
  refuseNewer(known, MIGRATIONS.length)
  if (known === 0) throw new StoreError('unreachable', `there is no store in the schema ${schema} of this database yet: nothing has been delivered from here`, 'finalmile deliver makes one; `?schema=NAME` in --store names another')
  refuseOlder(known, MIGRATIONS.length)
}

const versionOf = async (db: Database, schema: string): Promise<number> => {
  const [there] = await db.query(`SELECT to_regclass($1)::text AS name, current_setting('server_encoding') AS encoding`, [`${schema}.version`])
  const encoding = String(there?.['encoding'])
  // What a buyer answered could not be written down, and would be sent again.
  if (!HOLDS_ANY_TEXT.includes(encoding)) throw new StoreError('unsupported', `the database is encoded in ${encoding}, which cannot hold every name and answer`, `make one in UTF8: CREATE DATABASE leads ENCODING 'UTF8' TEMPLATE template0`)
  return there?.['name'] === null ? 0 : readVersion(db.query, schema)
}

const HOLDS_ANY_TEXT: readonly string[] = ['UTF8', 'SQL_ASCII']

const readVersion = async (run: Run, schema: string): Promise<number> => Number((await run(`SELECT version FROM ${schema}.version`))[0]?.['version'] ?? 0)

const statementsOf = (migration: string): readonly string[] =>
  migration.replace(/--.*$/gm, '').split(';').map((each) => each.trim()).filter((each) => each !== '')
