import type { Condition } from '../../core/condition.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { isOptional } from '../judge/acceptance.ts'
import type { Judge } from '../judge/post.ts'
import type { Answer } from '../parse/answer.ts'
import { compileRows, sameKey } from '../parse/bulk.ts'
import { namesStatus, pathsOf, readsBody } from '../parse/path.ts'
import { compileProbe, compileSilence, compileText } from '../parse/probe.ts'

export type BatchRules = ReturnType<typeof compileBatchRules>

/** A recipient's rules as they go for the rows of one answer to many leads, compiled once. */
export const compileBatchRules = (definition: EndpointDefinition, judge: Judge, hasPriceFallback: boolean) => {
  const { parsing, batch } = definition
  const match = batch?.match ?? null
  const foundBy = match && compileText({ kind: 'path', text: match.result }, 1_000)
  const yes = ruleOf(definition, 'success')
  const no = ruleOf(definition, 'rejected')
  return {
    parsing, judge, match,
    rowsOf: compileRows(batch?.results ?? null),
    /** Of a row: by what it finds its lead; null where rows go by position. */
    keyOfRow: foundBy && ((row: Answer) => { const key = foundBy(row); return key === null ? null : sameKey(key) }),
    /** By which key the recipient promises rows. */
    promise: batch?.results ? 'Results' as const : match ? 'Match' as const : null,
    /** Success alone, where it looks at no status: one that does says itself that a row under another is no yes. */
    success: parsing.success && !namesStatus(parsing.success) ? compileProbe(parsing.success) : null,
    saysYes: yes && compileProbe(yes),
    /** What says yes looks at all words of a text. */
    readsText: yes !== null && pathsOf(yes).some(readsBody),
    /** A row that has nothing where they look; null where what says yes looks at nothing in particular. */
    isSilent: yes && compileSilence(yes),
    refuses: no && compileProbe(no),
    needsPrice: parsing.price !== null && !hasPriceFallback && !isOptional(parsing, 'price') && !isOptional(parsing, 'revenue'),
  }
}

/** What says yes, or no, of a row: the rule of Response Parsing, and the rows of Response Codes that look into the body. */
const ruleOf = ({ parsing, responseCodes }: EndpointDefinition, means: 'success' | 'rejected'): Condition | null => {
  const terms = [parsing[means], ...responseCodes.map((row) => (row.means === means ? row.when : null))].filter((each) => each !== null)
  return terms.length === 0 ? null : { kind: 'or', terms }
}
