import type { Verdict } from '../../core/verdict.ts'
import { unconfirmed } from '../judge/classify.ts'
import { textRows } from '../parse/bulk.ts'
import { same } from './as-one.ts'
import { asAnswer, type BatchAnswer } from './rows.ts'

/**
 * What the lines of a text say of several leads, where one of them says yes. A line for each lead goes for that lead, but one
 * that no rule refuses may be about all of them; of more or fewer lines nobody can tell whose they are.
 */
export const readLines = (batch: BatchAnswer): readonly Verdict[] | null => {
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
