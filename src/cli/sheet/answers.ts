import type { ValuePath } from '../../core/condition.ts'
import type { EndpointDefinition } from '../../definitions/types.ts'
import { conditionText } from '../../wire/condition-text.ts'
import { pathText } from '../../wire/parse/path.ts'

/** How one kind of answer is known, or where something stands in an answer. */
export interface AnswerRule { readonly means: string; readonly when: string }

export const answerRulesOf = ({ parsing, responseCodes, retryOn, type }: EndpointDefinition): readonly AnswerRule[] => {
  if (type === 'email' || type === 'sftp' || type === 'file' || type === 'pool') return []
  const rule = (means: string, when: string | null): readonly AnswerRule[] => (when === null ? [] : [{ means, when }])
  const at = (means: string, path: ValuePath | null): readonly AnswerRule[] => rule(means, path && pathText(path))
  const optional = (name: string): string => (parsing.optional.includes(name) ? ' (may be missing)' : '')
  return [
    ...responseCodes.flatMap((row) => rule(row.text, [row.status === null ? null : statusWords(row.status), row.when && conditionText(row.when)].filter((each) => each !== null).join(' and '))),
    ...retryOn.flatMap(({ status, when }) => rule('tried again', [status && statusWords(status), when && conditionText(when)].filter((each) => each !== null).join(' where '))),
    ...rule('error', parsing.error && conditionText(parsing.error)), ...rule('duplicate', parsing.duplicate && conditionText(parsing.duplicate)),
    ...rule('rejected', parsing.rejected && conditionText(parsing.rejected)),
    ...rule('accepted', parsing.success ? conditionText(parsing.success) : responseCodes.some((row) => row.means === 'success') || type === 'salesforce.create_lead' || type === 'hubspot.create_or_update_contact' ? null : 'any status from 200 to 299'),
    ...at(`lead id${optional('lead id')}`, parsing.leadId), ...at(`price${optional('price')}`, parsing.price), ...at('message', parsing.message), ...at('redirect URL', parsing.redirectUrl),
    ...Object.entries(parsing.capture).flatMap(([name, path]) => at(name, path)),
  ]
}

const statusWords = ({ from, to }: { readonly from: number; readonly to: number }): string => (from === to ? `status ${from}` : `status ${from} to ${to}`)
