import { openSqliteLedger } from '../../../src/adapters/ledger/sqlite.ts'
import { deliveryIdOf } from '../../../src/core/delivery-id.ts'
import type { Delivery } from '../../../src/ports.ts'
import { T0, accepted, received, tried } from '../../core/given.ts'

/**
 * A writer for tests to kill: `node appender.ts STORE [LEASE-MS]`. Takes the lease, prints `open`, then appends two steps
 * a lead as fast as it can, and prints each lead's id when its sale is acknowledged.
 */
const [path = '', leaseMs = '60000'] = process.argv.slice(2)
const ledger = await openSqliteLedger({ path, use: 'write', leaseMs: Number(leaseMs) })
console.log('open')
let next = 0
const settled = { state: 'settled', at: T0, outcome: 'accepted', recipient: 'a', buyerLeadId: 'B', revenue: null, cost: null, attempts: 1, reason: null } as const
const deliver = async (): Promise<void> => {
  for (;;) {
    const leadId = `${process.pid}-${next++}`
    const delivery: Delivery = { id: deliveryIdOf({ mode: 'live', to: 'a', leadId, number: 1 }), mode: 'live', to: 'a', lead: { id: leadId, fields: {} }, number: 1, receivedAt: T0, source: {}, vars: {}, cost: null, planHash: 'p' }
    const [start, finish] = tried('/', 'a', 1, accepted)
    await ledger.append([{ deliveryId: delivery.id, version: 0, create: delivery, runId: 'r', events: [received(), start!], standing: { state: 'working' } }])
    const [result] = await ledger.append([{ deliveryId: delivery.id, version: 2, runId: 'r', events: [finish!], standing: settled }])
    if (result?.kind !== 'ok') throw new Error(`refused: ${result?.kind}`)
    process.stdout.write(`${leadId}\n`)
  }
}
await Promise.all(Array.from({ length: 50 }, deliver)).catch((error: unknown) => {
  process.stdout.write(`stopped ${error instanceof Error ? error.name : String(error)}\n`)
  process.exit(3)
})
