import type { Lead } from '../../core/lead.ts'
import { resolveLead } from '../../core/lead-path.ts'
import { Answer, type Row } from '../parse/answer.ts'
import { rowsByName, sameKey } from '../parse/bulk.ts'
import type { AnswerReply } from '../request.ts'
import type { BatchRules } from './rules.ts'

/** One answer to many leads, and the rules that it is read by. */
export interface BatchAnswer { readonly rules: BatchRules; readonly reply: AnswerReply; readonly leads: readonly Lead[]; readonly whole: Answer }

export const batchAnswer = (rules: BatchRules, reply: AnswerReply, leads: readonly Lead[]): BatchAnswer => ({ rules, reply, leads, whole: new Answer(reply, rules.parsing.format) })

/** A row as an answer of its own. */
export const asAnswer = ({ rules, reply }: BatchAnswer) => (row: Row): Answer => new Answer(reply, rules.parsing.format, row)

/** All rows, in the order of the answer; null where it has none to be found. */
export const rowsIn = (batch: BatchAnswer): readonly Answer[] | null =>
  (batch.reply.truncated ? null : batch.rules.rowsOf(batch.whole)?.map(asAnswer(batch)) ?? null)

/** The rows of a map by the leads' names; null where there is none. */
export const namedRows = (batch: BatchAnswer): readonly (Answer | undefined)[] | null =>
  rowsByName(batch.whole, batch.leads.map((lead) => keyOfLead(lead, batch.rules.match?.lead ?? 'id')))?.map((row) => row && asAnswer(batch)(row)) ?? null

/** The row of each lead, of several the one that says yes; null where the answer has none, or nobody can tell whose they are. */
export const rowsOfLeads = (batch: BatchAnswer): readonly (Answer | undefined)[] | null => {
  const named = namedRows(batch)
  if (named) return named
  const { rules: { match, keyOfRow, success }, leads } = batch
  const rows = rowsIn(batch)
  if (rows === null || !match || !keyOfRow) return rows?.length === leads.length ? rows : null
  const byKey = Map.groupBy(rows, keyOfRow)
  return leads.map((lead) => {
    const key = keyOfLead(lead, match.lead)
    const own = key === null ? [] : byKey.get(key) ?? []
    return own.find((row) => success && success(row) === 'yes') ?? own[0]
  })
}

export const keyOfLead = (lead: Lead, path: string): string | null => {
  const value = resolveLead(lead, { kind: 'path', text: path })[0] ?? (path === 'lead.id' || path === 'id' ? lead.id : null)
  return value === null || value === undefined ? null : sameKey(String(value).trim())
}
