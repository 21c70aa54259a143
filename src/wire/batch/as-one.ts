import type { Lead } from '../../core/lead.ts'
import type { Verdict } from '../../core/verdict.ts'
import { unconfirmed } from '../judge/classify.ts'
import type { Answer } from '../parse/answer.ts'
import { namesRefused, scatteredRows } from '../parse/bulk.ts'
import { asAnswer, type BatchAnswer } from './rows.ts'

export const same = (verdict: Verdict, leads: readonly Lead[]): readonly Verdict[] => leads.map(() => verdict)

/** What an answer without rows says of all its leads at once. */
export const readAsOne = (batch: BatchAnswer): readonly Verdict[] => {
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
export const isContradicted = (batch: BatchAnswer, { kind }: Verdict): boolean => {
  const { rules: { saysYes, isSilent }, whole } = batch
  const data = saysYes && kind !== 'unconfirmed' ? whole.data() : null
  if (!saysYes || data === null) return false
  const said = scatteredRows(data).map(asAnswer(batch)).filter((row) => isSilent?.(row) !== true).map(saysYes)
  return kind === 'accepted' ? said.includes('no') && (isSilent !== null || said.includes('yes')) : said.includes('yes')
}

/** One answer for many: what it says of acceptance goes for each, one lead id or price cannot. */
export const forAll = ({ rules: { needsPrice }, leads }: BatchAnswer, verdict: Verdict): Verdict => {
  if (verdict.kind !== 'accepted' || leads.length < 2 || verdict.price === null) return verdict
  if (needsPrice) return unconfirmed(`the answer gives one price for ${leads.length} leads`)
  return { ...verdict, price: null }
}
