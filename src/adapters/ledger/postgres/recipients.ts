import type { Mode } from '../../../core/event.ts'
import type { Ledger, RecipientState } from '../../../ports.ts'
import { recipientStateOf } from '../rows.ts'
import type { Database } from './database.ts'

type Recipients = Pick<Ledger, 'recipientStates' | 'setPaused' | 'setClosedUntil' | 'setCircuit' | 'foldCircuit' | 'sealedToken' | 'setSealedToken' | 'wake'>

/** What is known of recipients, as all workers know it: pauses, closings, circuits, tokens. None of it needs a lease. */
export const createRecipients = (db: Database, s: string): Recipients => {
  const setRecipient = async (recipient: string, mode: Mode, values: Readonly<Record<string, string | number | null>>): Promise<void> => {
    const names = Object.keys(values)
    await db.query(
      `INSERT INTO ${s}.recipients (recipient, mode, ${names.join(', ')}) VALUES ($1, $2, ${names.map((_, i) => `$${i + 3}`).join(', ')})
       ON CONFLICT (recipient, mode) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`, [recipient, mode, ...Object.values(values)])
  }

  return {
    recipientStates: async (mode) => (await db.query(`SELECT * FROM ${s}.recipients WHERE mode = $1 ORDER BY recipient`, [mode])).map((row): RecipientState => recipientStateOf(row)),
    setPaused: (recipient, mode, paused) => setRecipient(recipient, mode, { paused_at: paused?.at ?? null, paused_reason: paused?.reason ?? null }),
    setClosedUntil: async (recipient, mode, until) => {
      if (until === null) return setRecipient(recipient, mode, { closed_until: null })
      await db.query(`INSERT INTO ${s}.recipients AS r (recipient, mode, closed_until) VALUES ($1, $2, $3) ON CONFLICT (recipient, mode) DO UPDATE SET closed_until = GREATEST(r.closed_until, excluded.closed_until)`, [recipient, mode, until])
    },
    setCircuit: (recipient, mode, circuit) => setRecipient(recipient, mode, { circuit }),
    foldCircuit: (recipient, mode, fold) => db.transaction(async (run) => {
      await run(`INSERT INTO ${s}.recipients (recipient, mode) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [recipient, mode])
      const [row] = await run(`SELECT circuit FROM ${s}.recipients WHERE recipient = $1 AND mode = $2 FOR UPDATE`, [recipient, mode])
      const before = row?.['circuit'] === null || row?.['circuit'] === undefined ? null : String(row['circuit'])
      const circuit = fold(before)
      if (circuit !== before) await run(`UPDATE ${s}.recipients SET circuit = $3 WHERE recipient = $1 AND mode = $2`, [recipient, mode, circuit])
      return circuit
    }),
    sealedToken: async (recipient, mode) => { const [row] = await db.query(`SELECT sealed FROM ${s}.tokens WHERE recipient = $1 AND mode = $2`, [recipient, mode]); return row ? String(row['sealed']) : null },
    setSealedToken: async (recipient, mode, sealed) => {
      if (sealed === null) await db.query(`DELETE FROM ${s}.tokens WHERE recipient = $1 AND mode = $2`, [recipient, mode])
      else await db.query(`INSERT INTO ${s}.tokens VALUES ($1, $2, $3) ON CONFLICT (recipient, mode) DO UPDATE SET sealed = excluded.sealed`, [recipient, mode, sealed])
    },
    wake: async (recipient, mode, now) => (await db.query(`UPDATE ${s}.deliveries SET due_at = $1 WHERE state = 1 AND mode = $2 AND (recipient = $3 OR due_at IS NULL) RETURNING n`, [now, mode, recipient])).length,
  }
}
