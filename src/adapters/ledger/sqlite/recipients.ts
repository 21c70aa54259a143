import type { DatabaseSync } from 'node:sqlite'
import type { Mode } from '../../../core/event.ts'
import type { RecipientState } from '../../../ports.ts'
import { recipientStateOf } from '../rows.ts'
import { inTransaction } from './transaction.ts'

/**
 * What is known of recipients: pauses, closings, circuits, tokens. What a person does about them beside a running delivery is
 * unfenced: short, and not about any delivery's history.
 */
export const createRecipients = (db: DatabaseSync) => {
  const statement = {
    recipients: db.prepare('SELECT * FROM recipients WHERE mode = ?'),
    pause: db.prepare('INSERT INTO recipients (recipient, mode, paused_at, paused_reason) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET paused_at = excluded.paused_at, paused_reason = excluded.paused_reason'),
    close: db.prepare('INSERT INTO recipients (recipient, mode, closed_until) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET closed_until = CASE WHEN excluded.closed_until IS NULL THEN NULL ELSE max(coalesce(closed_until, 0), excluded.closed_until) END'),
    circuit: db.prepare('INSERT INTO recipients (recipient, mode, circuit) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET circuit = excluded.circuit'),
    token: db.prepare('SELECT sealed FROM tokens WHERE recipient = ? AND mode = ?'),
    keepToken: db.prepare('INSERT INTO tokens (recipient, mode, sealed) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed'),
    dropToken: db.prepare('DELETE FROM tokens WHERE recipient = ? AND mode = ?'),
    wake: db.prepare('UPDATE deliveries SET due_at = ? WHERE state = 1 AND mode = ? AND (recipient = ? OR due_at IS NULL)'),
  }
  return {
    recipientStates: (mode: Mode): readonly RecipientState[] => statement.recipients.all(mode).map(recipientStateOf),
    setPaused: (recipient: string, mode: Mode, paused: RecipientState['paused']): void => inTransaction(db, () => { statement.pause.run(recipient, mode, paused?.at ?? null, paused?.reason ?? null) }),
    setClosedUntil: (recipient: string, mode: Mode, until: number | null): void => inTransaction(db, () => { statement.close.run(recipient, mode, until) }),
    setCircuit: (recipient: string, mode: Mode, circuit: string | null): void => inTransaction(db, () => { statement.circuit.run(recipient, mode, circuit) }),
    sealedToken: (recipient: string, mode: Mode): string | null => {
      const row = statement.token.get(recipient, mode)
      return row ? String(row['sealed']) : null
    },
    setSealedToken: (recipient: string, mode: Mode, sealed: string | null): void => inTransaction(db, () => { if (sealed === null) statement.dropToken.run(recipient, mode); else statement.keepToken.run(recipient, mode, sealed) }),
    wake: (recipient: string, mode: Mode, now: number): number => inTransaction(db, () => Number(statement.wake.run(now, mode, recipient).changes)),
  }
}
