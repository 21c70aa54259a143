import type { ValuePath } from '../../core/condition.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { isHttp } from '../../definitions/endpoint-type.ts'
import type { StatusRange } from '../../definitions/values/status-range.ts'
import { conditionText } from '../../wire/condition-text.ts'
import { pathText } from '../../wire/parse/path.ts'

/** How one kind of answer is known, or where something stands in an answer. */
export interface AnswerRule { readonly means: string; readonly when: string }

export const answerRulesOf = ({ parsing, responseCodes, retryOn, type }: EndpointDefinition): readonly AnswerRule[] => {
  const known = SERVICES[type]
  if (known) return known.map(([means, when]) => ({ means, when }))
  if (!isHttp(type)) return []
  const rule = (means: string, when: string | null): readonly AnswerRule[] => (when === null ? [] : [{ means, when }])
  const at = (means: string, path: ValuePath | null): readonly AnswerRule[] => rule(means, path && pathText(path))
  const optional = (name: string): string => (parsing.optional.includes(name) ? ' (may be missing)' : '')
  return [
    ...responseCodes.flatMap((row) => rule(row.text, [row.status === null ? null : statusWords(row.status), row.when && conditionText(row.when)].filter((each) => each !== null).join(' and '))),
    ...retryOn.flatMap(({ status, when }) => rule('tried again', [status && statusWords(status), when && conditionText(when)].filter((each) => each !== null).join(' where '))),
    ...rule('error', parsing.error && conditionText(parsing.error)), ...rule('duplicate', parsing.duplicate && conditionText(parsing.duplicate)),
    ...rule('rejected', parsing.rejected && conditionText(parsing.rejected)),
    ...rule('accepted', parsing.success ? conditionText(parsing.success) : responseCodes.some((row) => row.means === 'success') ? null : 'any status from 200 to 299'),
    ...at('bid', parsing.bid), ...at('ping id', parsing.pingId),
    ...at(`lead id${optional('lead id')}`, parsing.leadId), ...at(`price${optional('price')}`, parsing.price), ...at('message', parsing.message), ...at('redirect URL', parsing.redirectUrl),
    ...Object.entries(parsing.capture).flatMap(([name, path]) => at(name, path)),
  ]
}

/** Services that say it in codes of their own, whatever the file says. */
const SERVICES: Readonly<Partial<Record<EndpointDefinition['type'], readonly (readonly [means: string, when: string])[]>>> = {
  'salesforce.create_lead': [
    ['accepted', 'status 201 or 200 with success = true and an id; 204 of an update'],
    ['duplicate', 'DUPLICATES_DETECTED, DUPLICATE_VALUE'],
    ['tried again', 'UNABLE_TO_LOCK_ROW, status 5xx'],
    ['waits long, somebody is told', 'REQUEST_LIMIT_EXCEEDED'],
    ['a new token, once', 'status 401 INVALID_SESSION_ID'],
    ['paused, somebody is told', 'a second 401, INSUFFICIENT_ACCESS…, API_DISABLED_FOR_ORG, errors of the token host'],
    ['invalid data', 'REQUIRED_FIELD_MISSING, INVALID_FIELD and other codes; several records with one external id (300)'],
    ['lead id', 'id'],
  ],
  'hubspot.create_or_update_contact': [
    ['accepted', 'a result with an id (new or updated); of many, each by itself (207)'],
    ['updated instead', 'status 409 CONFLICT'],
    ['waits 10 seconds', 'status 429 with a policyName other than DAILY'],
    ['waits an hour, somebody is told', 'status 429 with policyName DAILY'],
    ['tried again', 'status 423, 477, 5xx'],
    ['paused, somebody is told', 'status 401, 403'],
    ['invalid data', 'status 400 VALIDATION_ERROR'],
    ['lead id', 'results[0].id'],
  ],
}

const statusWords = ({ from, to }: StatusRange): string => (from === to ? `status ${from}` : `status ${from} to ${to}`)
