import type { Verdict } from '../../core/verdict.ts'
import { statusText, unconfirmed } from '../judge/classify.ts'
import { Answer } from '../parse/answer.ts'
import { forAll, isContradicted, same } from './as-one.ts'
import { batchAnswer, rowsOfLeads, type BatchAnswer } from './rows.ts'

/** A status that refuses them all, above rows that say something else: a lead whose row says yes may be sold. */
export const readRefused = (batch: BatchAnswer): readonly Verdict[] => {
  const { rules: { parsing, judge, success }, reply, leads } = batch
  const whole = judge(batch.whole, reply.at)
  const rows = success ? rowsOfLeads(batchAnswer(batch.rules, { ...reply, status: 200 }, leads)) : null
  if (rows === null || rows.every((row) => row === undefined)) return same(isContradicted(batch, whole) ? unconfirmed(`${statusText(reply.status)}, but rows of the answer say otherwise, and nobody can tell whose they are: name their place as Batch: Results`) : forAll(batch, whole), leads)
  // Words of one row, found in a list of them, decide nothing about the others: the status does.
  const byStatus = whole.kind === 'failed' ? whole : judge(new Answer({ ...reply, body: new Uint8Array() }, parsing.format), reply.at)
  return rows.map((row) => {
    if (!row) return byStatus
    const own = judge(row, reply.at)
    if (own.kind === 'duplicate') return own
    if (own.kind === 'accepted' || (own.kind === 'unconfirmed' && success && success(row) === 'yes')) return { ...unconfirmed(`${statusText(reply.status)}, but the row of this lead says that it was accepted`), buyerLeadId: own.buyerLeadId ?? null }
    if (byStatus.kind !== 'failed' || own.said !== undefined || own.reason === null) return byStatus
    // What the buyer says of this one says more than the status.
    const { said: _said, ...failed } = byStatus
    return { ...failed, reason: own.reason }
  })
}
