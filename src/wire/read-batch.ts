import type { Condition } from '../core/condition.ts'
import type { Lead } from '../core/lead.ts'
import { resolveLead } from '../core/lead-path.ts'
import type { Verdict } from '../core/verdict.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import { statusText, unconfirmed, verdictOfFault } from './judge/classify.ts'
import type { Judge } from './judge/post.ts'
import { isOptional } from './judge/acceptance.ts'
import { namesStatus, pathsOf, readsBody } from './parse/path.ts'
import { Answer, type Row } from './parse/answer.ts'
import { compileRows, namesRefused, rowsByName, sameKey, scatteredRows, textRows } from './parse/bulk.ts'
import { compileProbe, compileSilence, compileText } from './parse/probe.ts'
import type { AnyReply, AnswerReply } from './request.ts'
import { verdictOfHandover } from './types/handover.ts'

/**
 * One verdict per lead, in the order of `leads`. Trouble with the whole request is everyone's trouble, but of a lead whose
 * row says yes all the same, which is in doubt; else each row is read by the recipient's own rules with the row as the root. A lead that no row speaks of is in doubt; where rows go by
 * position, so are all once there are more or fewer rows than leads.
 */
export const createBatchReader = (definition: EndpointDefinition, judge: Judge, hasPriceFallback: boolean): ((reply: AnyReply, leads: readonly Lead[]) => readonly Verdict[]) => {
  const { parsing } = definition
  const rowsOf = compileRows(definition.batch?.results ?? null)
  const match = definition.batch?.match ?? null
  const promise = definition.batch?.results ? 'Results' : match ? 'Match' : null
  // One that names the status says itself that a row under another is no yes.
  const success = parsing.success && !namesStatus(parsing.success) && compileProbe(parsing.success)
  const yes = ruleOf(definition, 'success')
  const saysYes = yes && compileProbe(yes)
  const readsText = yes !== null && pathsOf(yes).some(readsBody)
  const isSilent = yes && compileSilence(yes)
  const no = ruleOf(definition, 'rejected')
  const refuses = no && compileProbe(no)
  const foundBy = match && compileText({ kind: 'path', text: match.result }, 1_000)
  const keyOfRow = foundBy && ((row: Answer): string | null => { const key = foundBy(row); return key === null ? null : sameKey(key) })
  const needsPrice = parsing.price !== null && !hasPriceFallback && !isOptional(parsing, 'price') && !isOptional(parsing, 'revenue')

  const isSaidAbove = (whole: Answer, rows: readonly (Answer | undefined)[]): boolean => saysYes?.(whole) === 'yes' && rows.every((row) => !row || saysYes(row) !== 'yes')

  /** `saidAbove`: the answer says yes once for all, and none of its rows does; that a row says nothing is no refusal then. */
  const readRow = (reply: AnswerReply, answer: Answer | undefined, saidAbove: boolean): Verdict => {
    if (!answer) return unconfirmed('the answer has no row for this lead')
    const verdict = judge(answer, reply.at)
    return saidAbove && verdict.kind === 'rejected' && isSilent?.(answer) !== false && refuses?.(answer) !== 'yes' ? unconfirmed('Success holds for the answer as a whole, and this row has nothing where it looks: let it look at what each row says') : verdict
  }

  const asAnswer = (reply: AnswerReply) => (row: Row): Answer => new Answer(reply, parsing.format, row)

  /** The rows of a map by the leads' names; null where there is none. */
  const namedRows = (whole: Answer, reply: AnswerReply, leads: readonly Lead[]): readonly (Answer | undefined)[] | null =>
    rowsByName(whole, leads.map((lead) => keyOfLead(lead, match?.lead ?? 'id')))?.map((row) => row && asAnswer(reply)(row)) ?? null

  /**
   * What the lines of a text say of several leads, where one of them says yes. A line for each lead goes for that lead, but one
   * that no rule refuses may be about all of them; of more or fewer lines nobody can tell whose they are.
   */
  const ofLines = (whole: Answer, reply: AnswerReply, leads: readonly Lead[]): readonly Verdict[] | null => {
    const lines = promise === null && readsText && leads.length > 1 ? textRows(whole).map(asAnswer(reply)) : []
    const says = lines.map((line) => saysYes?.(line))
    if (lines.length < 2 || !says.includes('yes')) return null
    if (lines.length === leads.length) {
      return lines.map((line, i) => {
        const verdict = judge(line, reply.at)
        return verdict.kind === 'rejected' && refuses?.(line) !== 'yes' ? unconfirmed(`line ${i + 1} of the answer says neither yes nor no: name what refuses as Rejected`) : verdict
      })
    }
    const isMixed = saysYes?.(whole) !== 'yes' || lines.some((line) => ['duplicate', 'failed'].includes(judge(line, reply.at).kind) || refuses?.(line) === 'yes')
    return isMixed ? same(unconfirmed(`the answer has ${lines.length} lines for ${leads.length} leads: nobody can tell whose they are`), leads) : null
  }

  /** The row of each lead, of several the one that says yes; null where the answer has none, or nobody can tell whose they are. */
  const rowsOfLeads = (whole: Answer, reply: AnswerReply, leads: readonly Lead[]): readonly (Answer | undefined)[] | null => {
    const named = namedRows(whole, reply, leads)
    if (named) return named
    const answers = reply.truncated ? null : rowsOf(whole)?.map(asAnswer(reply)) ?? null
    if (answers === null || !match || !keyOfRow) return answers?.length === leads.length ? answers : null
    const byKey = Map.groupBy(answers, keyOfRow)
    return leads.map((lead) => {
      const key = keyOfLead(lead, match.lead)
      const own = key === null ? [] : byKey.get(key) ?? []
      return own.find((row) => success && success(row) === 'yes') ?? own[0]
    })
  }

  /**
   * Whether something in a list that was not known as the rows says yes under a no for all, or no under a yes: it may be the
   * row of a lead. Of a rule that looks at all words, those of a list that says yes nowhere are no refusals.
   */
  const contradicted = (reply: AnswerReply, whole: Answer, { kind }: Verdict): boolean => {
    const data = saysYes && kind !== 'unconfirmed' ? whole.data() : null
    if (!saysYes || data === null) return false
    const said = scatteredRows(data).map(asAnswer(reply)).filter((row) => isSilent?.(row) !== true).map(saysYes)
    return kind === 'accepted' ? said.includes('no') && (isSilent !== null || said.includes('yes')) : said.includes('yes')
  }

  /** A status that refuses them all, above rows that say something else: a lead whose row says yes may be sold. */
  const refused = (reply: AnswerReply, leads: readonly Lead[]): readonly Verdict[] => {
    const answer = new Answer(reply, parsing.format)
    const whole = judge(answer, reply.at)
    const asRead = { ...reply, status: 200 }
    const rows = success ? rowsOfLeads(new Answer(asRead, parsing.format), asRead, leads) : null
    if (rows === null || rows.every((row) => row === undefined)) return same(contradicted(reply, answer, whole) ? unconfirmed(`${statusText(reply.status)}, but rows of the answer say otherwise, and nobody can tell whose they are: name their place as Batch: Results`) : forAll(whole, leads.length, needsPrice), leads)
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

  return (reply, leads) => {
    if (reply.kind === 'fault') return leads.map(() => verdictOfFault(reply))
    if (reply.kind !== 'answer') return same(verdictOfHandover(reply), leads)
    if (reply.status < 200 || reply.status > 299) return refused(reply, leads)
    const whole = new Answer(reply, parsing.format)
    const named = namedRows(whole, reply, leads)
    if (named) {
      const above = isSaidAbove(whole, named)
      return named.map((row) => readRow(reply, row, above))
    }
    const byLine = ofLines(whole, reply, leads)
    if (byLine) return byLine
    // An answer to one lead may be the row itself.
    const answers = reply.truncated ? null : rowsOf(whole)?.map(asAnswer(reply)) ?? (promise === 'Match' && keyOfRow?.(whole) ? [whole] : null)
    if (answers === null) {
      const verdict = judge(whole, reply.at)
      const data = verdict.kind === 'accepted' && saysYes ? whole.data() : null
      if (promise === null && data && namesRefused(data)) return same(unconfirmed('the answer counts or lists some that were not taken, and nobody can tell whose they are: name the place of the rows as Batch: Results'), leads)
      return same(promise !== null ? noRows(verdict, whole, promise) : contradicted(reply, whole, verdict) ? unconfirmed('the answer has rows of its own that say otherwise than it does as a whole: name their place as Batch: Results') : forAll(verdict, leads.length, needsPrice), leads)
    }
    // One row too few or too many may stand anywhere: all behind it would be read as their neighbours'.
    if (!match && answers.length !== leads.length) return same(unconfirmed(`the answer has ${answers.length} ${answers.length === 1 ? 'row' : 'rows'} for ${leads.length === 1 ? 'one lead' : `${leads.length} leads`}: without Batch: Match nobody can tell whose`), leads)
    const saidAbove = isSaidAbove(whole, answers)
    if (!match || !keyOfRow) return leads.map((_lead, i) => readRow(reply, answers[i], saidAbove))
    const byKey = new Map<string, Answer[]>()
    for (const answer of answers) {
      const key = keyOfRow(answer)
      if (key === null) continue
      const known = byKey.get(key)
      if (known) known.push(answer)
      else byKey.set(key, [answer])
    }
    // Equal keys are served in order, so that two leads never share one row.
    const keys = leads.map((lead) => keyOfLead(lead, match.lead))
    const verdicts = keys.map((key) => readRow(reply, key === null ? undefined : byKey.get(key)?.shift(), saidAbove))
    return verdicts.map((verdict, i) => {
      const more = byKey.get(keys[i] ?? '') ?? []
      return more.some((answer) => judge(answer, reply.at).kind !== verdict.kind) ? unconfirmed('the answer has several rows for this lead, which contradict each other') : verdict
    })
  }
}

/** What says yes, or no, of a row: the rule of Response Parsing, and the rows of Response Codes that look into the body. */
const ruleOf = ({ parsing, responseCodes }: EndpointDefinition, means: 'success' | 'rejected'): Condition | null => {
  const terms = [parsing[means], ...responseCodes.map((row) => (row.means === means ? row.when : null))].filter((each) => each !== null)
  return terms.length === 0 ? null : { kind: 'or', terms }
}

const keyOfLead = (lead: Lead, path: string): string | null => {
  const value = resolveLead(lead, { kind: 'path', text: path })[0] ?? (path === 'lead.id' || path === 'id' ? lead.id : null)
  return value === null || value === undefined ? null : sameKey(String(value).trim())
}

const same = (verdict: Verdict, leads: readonly Lead[]): readonly Verdict[] => leads.map(() => verdict)

/** Rows were promised and none came: only an answer to the whole that sells nothing may stand for all. */
const noRows = (verdict: Verdict, whole: Answer, promise: 'Results' | 'Match'): Verdict =>
  verdict.kind === 'failed' || verdict.kind === 'duplicate' ? verdict
  : unconfirmed(whole.isEmpty() ? `the answer is empty, where Batch: ${promise} promises rows` : promise === 'Results' ? 'the answer has no rows at Batch: Results' : 'the answer has no rows, where Batch: Match promises them')

/** One answer for many: what it says of acceptance goes for each, one lead id or price cannot. */
const forAll = (verdict: Verdict, count: number, needsPrice: boolean): Verdict => {
  if (verdict.kind !== 'accepted' || count < 2 || verdict.price === null) return verdict
  if (needsPrice) return unconfirmed(`the answer gives one price for ${count} leads`)
  return { ...verdict, price: null }
}
