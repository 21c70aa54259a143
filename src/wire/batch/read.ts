import type { Lead } from '../../core/lead.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { statusText, unconfirmed, verdictOfFault } from '../judge/classify.ts'
import type { Judge } from '../judge/post.ts'
import { Answer } from '../parse/answer.ts'
import { namesRefused, scatteredRows, textRows } from '../parse/bulk.ts'
import type { AnyReply } from '../request.ts'
import { verdictOfHandover } from '../types/handover.ts'
import { asAnswer, batchAnswer, keyOfLead, namedRows, rowsIn, rowsOfLeads, type BatchAnswer } from './rows.ts'
import { compileBatchRules } from './rules.ts'

/**
 * One verdict per lead, in the order of `leads`. Trouble with the whole request is everyone's trouble, but of a lead whose
 * row says yes all the same, which is in doubt; else each row is read by the recipient's own rules with the row as the root.
 * A lead that no row speaks of is in doubt; where rows go by position, so are all once there are more or fewer rows than leads.
 */
export const createBatchReader = (definition: EndpointDefinition, judge: Judge, hasPriceFallback: boolean): ((reply: AnyReply, leads: readonly Lead[]) => readonly Verdict[]) => {
  const rules = compileBatchRules(definition, judge, hasPriceFallback)
  return (reply, leads) => {
    if (reply.kind === 'fault') return leads.map(() => verdictOfFault(reply))
    if (reply.kind !== 'answer') return same(verdictOfHandover(reply), leads)
    const batch = batchAnswer(rules, reply, leads)
    return reply.status < 200 || reply.status > 299 ? readRefused(batch) : readTaken(batch)
  }
}

const readTaken = (batch: BatchAnswer): readonly Verdict[] => {
  const named = namedRows(batch)
  if (named) return inTurn(batch, named)
  const byLine = readLines(batch)
  if (byLine) return byLine
  const { rules: { promise, match, keyOfRow }, reply, leads, whole } = batch
  // An answer to one lead may be the row itself.
  const rows = rowsIn(batch) ?? (!reply.truncated && promise === 'Match' && keyOfRow?.(whole) ? [whole] : null)
  if (rows === null) return readAsOne(batch)
  if (match && keyOfRow) return matched(batch, rows, leads.map((lead) => keyOfLead(lead, match.lead)), keyOfRow)
  // One row too few or too many may stand anywhere: all behind it would be read as their neighbours'.
  if (rows.length !== leads.length) return same(unconfirmed(`the answer has ${rows.length} ${rows.length === 1 ? 'row' : 'rows'} for ${leads.length === 1 ? 'one lead' : `${leads.length} leads`}: without Batch: Match nobody can tell whose`), leads)
  return inTurn(batch, rows)
}

/** A row for each lead, in their order. */
const inTurn = (batch: BatchAnswer, rows: readonly (Answer | undefined)[]): readonly Verdict[] => {
  const saidAbove = isSaidAbove(batch, rows)
  return rows.map((row) => readRow(batch, row, saidAbove))
}

/** By the key of each lead. Equal keys are served in order, so that two leads never share one row. */
const matched = (batch: BatchAnswer, rows: readonly Answer[], keys: readonly (string | null)[], keyOfRow: (row: Answer) => string | null): readonly Verdict[] => {
  const saidAbove = isSaidAbove(batch, rows)
  const left = new Map([...Map.groupBy(rows, keyOfRow)].filter(([key]) => key !== null))
  const verdicts = keys.map((key) => readRow(batch, key === null ? undefined : left.get(key)?.shift(), saidAbove))
  return verdicts.map((verdict, i) => {
    const more = left.get(keys[i] ?? '') ?? []
    return more.some((row) => batch.rules.judge(row, batch.reply.at).kind !== verdict.kind) ? unconfirmed('the answer has several rows for this lead, which contradict each other') : verdict
  })
}

/** The answer says yes once for all, and none of its rows does: that a row says nothing is no refusal then. */
const isSaidAbove = ({ rules: { saysYes }, whole }: BatchAnswer, rows: readonly (Answer | undefined)[]): boolean =>
  saysYes?.(whole) === 'yes' && rows.every((row) => !row || saysYes(row) !== 'yes')

const readRow = ({ rules: { judge, isSilent, refuses }, reply }: BatchAnswer, row: Answer | undefined, saidAbove: boolean): Verdict => {
  if (!row) return unconfirmed('the answer has no row for this lead')
  const verdict = judge(row, reply.at)
  return saidAbove && verdict.kind === 'rejected' && isSilent?.(row) !== false && refuses?.(row) !== 'yes' ? unconfirmed('Success holds for the answer as a whole, and this row has nothing where it looks: let it look at what each row says') : verdict
}

/**
 * What the lines of a text say of several leads, where one of them says yes. A line for each lead goes for that lead, but one
 * that no rule refuses may be about all of them; of more or fewer lines nobody can tell whose they are.
 */
const readLines = (batch: BatchAnswer): readonly Verdict[] | null => {
  const { rules: { judge, promise, readsText, saysYes, refuses }, reply, leads, whole } = batch
  const lines = promise === null && readsText && leads.length > 1 ? textRows(whole).map(asAnswer(batch)) : []
  if (!saysYes || lines.length < 2 || !lines.map(saysYes).includes('yes')) return null
  if (lines.length === leads.length) {
    return lines.map((line, i) => {
      const verdict = judge(line, reply.at)
      return verdict.kind === 'rejected' && refuses?.(line) !== 'yes' ? unconfirmed(`line ${i + 1} of the answer says neither yes nor no: name what refuses as Rejected`) : verdict
    })
  }
  const isMixed = saysYes(whole) !== 'yes' || lines.some((line) => ['duplicate', 'failed'].includes(judge(line, reply.at).kind) || refuses?.(line) === 'yes')
  return isMixed ? same(unconfirmed(`the answer has ${lines.length} lines for ${leads.length} leads: nobody can tell whose they are`), leads) : null
}

/** A status that refuses them all, above rows that say something else: a lead whose row says yes may be sold. */
const readRefused = (batch: BatchAnswer): readonly Verdict[] => {
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

const same = (verdict: Verdict, leads: readonly Lead[]): readonly Verdict[] => leads.map(() => verdict)

/** What an answer without rows says of all its leads at once. */
const readAsOne = (batch: BatchAnswer): readonly Verdict[] => {
  const { rules: { judge, promise, saysYes }, reply, leads, whole } = batch
  const verdict = judge(whole, reply.at)
  if (promise !== null) return same(noRows(verdict, whole, promise), leads)
  const data = verdict.kind === 'accepted' && saysYes ? whole.data() : null
  if (data && namesRefused(data)) return same(unconfirmed('the answer counts or lists some that were not taken, and nobody can tell whose they are: name the place of the rows as Batch: Results'), leads)
  return same(isContradicted(batch, verdict) ? unconfirmed('the answer has rows of its own that say otherwise than it does as a whole: name their place as Batch: Results') : forAll(batch, verdict), leads)
}

/** Rows were promised and none came: only an answer to the whole that sells nothing may stand for all. */
const noRows = (verdict: Verdict, whole: Answer, promise: 'Results' | 'Match'): Verdict =>
  verdict.kind === 'failed' || verdict.kind === 'duplicate' ? verdict
  // In its words: maintenance, or a log-in.
  : verdict.kind === 'unconfirmed' && whole.isPage() ? { kind: 'unconfirmed', class: 'unreadable', reason: verdict.reason, ...(verdict.said === undefined ? {} : { said: verdict.said }) }
  : unconfirmed(whole.isEmpty() ? `the answer is empty, where Batch: ${promise} promises rows` : promise === 'Results' ? 'the answer has no rows at Batch: Results' : 'the answer has no rows, where Batch: Match promises them')

/**
 * Whether something in a list that was not known as the rows says yes under a no for all, or no under a yes: it may be the
 * row of a lead. Of a rule that looks at all words, those of a list that say yes nowhere are no refusals.
 */
const isContradicted = (batch: BatchAnswer, { kind }: Verdict): boolean => {
  const { rules: { saysYes, isSilent }, whole } = batch
  const data = saysYes && kind !== 'unconfirmed' ? whole.data() : null
  if (!saysYes || data === null) return false
  const said = scatteredRows(data).map(asAnswer(batch)).filter((row) => isSilent?.(row) !== true).map(saysYes)
  return kind === 'accepted' ? said.includes('no') && (isSilent !== null || said.includes('yes')) : said.includes('yes')
}

/** One answer for many: what it says of acceptance goes for each, one lead id or price cannot. */
const forAll = ({ rules: { needsPrice }, leads }: BatchAnswer, verdict: Verdict): Verdict => {
  if (verdict.kind !== 'accepted' || leads.length < 2 || verdict.price === null) return verdict
  if (needsPrice) return unconfirmed(`the answer gives one price for ${leads.length} leads`)
  return { ...verdict, price: null }
}
