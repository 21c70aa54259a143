import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import type { DeliveryEvent, EventOf } from '../../../src/core/event.ts'
import { LEDGER_COLUMNS, RESULT_COLUMNS, confirmedRow, ledgerRow, resultRow, rowObject } from '../../../src/core/report/rows.ts'
import { salesIn } from '../../../src/core/sale.ts'

const context = { seq: 7, runId: 'r1', leadId: 'L-1', mode: 'live' } as const
const sale: DeliveryEvent = {
  type: 'attemptFinished', at: 0, path: '/0', recipient: 'acme', phase: 'post', attempt: 2, key: 'k', httpStatus: 200, durationMs: 41,
  verdict: { kind: 'accepted', price: null, reason: 'welcome', buyerLeadId: 'B-9' }, revenue: money(450_000),
}
const settled = (over: Partial<EventOf<'settled'>['outcome']> = {}, cost = money(100_000)): EventOf<'settled'> =>
  ({ type: 'settled', at: 0, cost, outcome: { kind: 'accepted', recipient: 'acme', path: '/0', buyerLeadId: 'B-9', revenue: money(450_000), reason: null, class: null, ...over } })

describe('ledgerRow', () => {
  it('has a cell for every column', () => {
    expect(rowObject(LEDGER_COLUMNS, ledgerRow(context, sale) ?? [])).toEqual({
      seq: 7, at: '1970-01-01T00:00:00.000Z', run_id: 'r1', lead_id: 'L-1', path: '/0', recipient: 'acme', phase: 'post', attempt: 2, idempotency_key: 'k', mode: 'live',
      http_status: 200, verdict: 'accepted', reason: 'welcome', class: null, buyer_lead_id: 'B-9', revenue: '45.00', currency: 'USD', duration_ms: 41,
    })
  })
  it('records no revenue in test mode', () => expect(ledgerRow({ ...context, mode: 'test' }, sale)?.[15]).toBe('0.00'))
  it('names the class of a failure, and no revenue', () => {
    const row = rowObject(LEDGER_COLUMNS, ledgerRow(context, { ...sale, verdict: { kind: 'failed', class: 'network', retry: true, reason: 'refused' }, revenue: null, httpStatus: null }) ?? [])
    expect(row).toMatchObject({ verdict: 'failed', class: 'network', revenue: null, currency: null, http_status: null })
  })
  it('names an acceptance beyond what was for sale as surplus, without revenue', () => {
    expect(rowObject(LEDGER_COLUMNS, ledgerRow(context, { ...sale, revenue: null, surplus: true }) ?? [])).toMatchObject({ verdict: 'accepted', class: 'surplus', revenue: null })
  })
  it('has a row for a sale that a person confirmed beside another', () => {
    const [confirmed] = salesIn([{ type: 'reviewed', at: 0, decision: 'accept', note: 'by phone', sale: { path: '/0', recipient: 'b', buyerLeadId: 'B1', revenue: money(200_000) } }])
    const row = confirmed ? confirmedRow(context, confirmed) : null
    expect(rowObject(LEDGER_COLUMNS, row ?? [])).toMatchObject({ lead_id: 'L-1', path: '/0', recipient: 'b', attempt: 0, verdict: 'accepted', reason: 'accepted in review: by phone', buyer_lead_id: 'B1', revenue: '20.00', currency: 'USD' })
    expect(ledgerRow(context, { type: 'reviewed', at: 0, decision: 'drop', note: null })).toBeNull()
  })
  it('has a row for a recipient passed by, and none for other events', () => {
    const row = ledgerRow(context, { type: 'chose', at: 0, path: '/1', choice: { kind: 'pass', recipient: 'b', reason: 'cap reached' } })
    expect(rowObject(LEDGER_COLUMNS, row ?? [])).toMatchObject({ recipient: 'b', attempt: 0, verdict: 'skipped', reason: 'cap reached', revenue: null })
    expect(row?.length).toBe(LEDGER_COLUMNS.length)
    expect(ledgerRow(context, { type: 'chose', at: 0, path: '/', choice: { kind: 'pass', recipient: null, reason: 'x' } })).toBeNull()
    expect(ledgerRow(context, { type: 'chose', at: 0, path: '/', choice: { kind: 'queue' } })).toBeNull()
    expect(ledgerRow(context, settled())).toBeNull()
  })
})

describe('resultRow', () => {
  const row = (event: EventOf<'settled'>, mode: 'live' | 'test' = 'live') => rowObject(RESULT_COLUMNS, resultRow({ leadId: 'L-1', mode, attempts: 2 }, event, 'USD'))
  it('of a sale', () => expect(row(settled())).toEqual({
    lead_id: 'L-1', outcome: 'accepted', recipient: 'acme', buyer_lead_id: 'B-9', revenue: '45.00', cost: '10.00', margin: '35.00', currency: 'USD', attempts: 2, reason: null, settled_at: '1970-01-01T00:00:00.000Z',
  }))
  it('of a refusal costs all the same', () => expect(row(settled({ kind: 'rejected', revenue: null, reason: 'no' }))).toMatchObject({ revenue: '0.00', cost: '10.00', margin: '-10.00', reason: 'no' }))
  it('of a test earns nothing', () => expect(row(settled(), 'test')).toMatchObject({ revenue: '0.00', margin: '-10.00' }))
  it('with two currencies has no margin', () => expect(row(settled({}, money(100_000, 'EUR')))).toMatchObject({ revenue: '45.00', cost: '10.00 EUR', margin: null, currency: 'USD' }))
})
