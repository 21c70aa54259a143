import type { Place } from '../../base/diagnostic.ts'
import type { Condition, ValuePath } from '../../core/condition.ts'
import type { ParsingDefinition, ResponseCodeRow } from '../answer-definition.ts'

/** The answer is a page with status 200 in every case; this hidden field says how it went, and without it the page says nothing. */
const FIVE9_CODE: ValuePath = { kind: 'css', selector: '#F9errCode', attribute: 'value' }
const FIVE9_WORDS: ValuePath = { kind: 'css', selector: '#F9errDesc', attribute: 'value' }

const isOneOf = (...codes: readonly number[]): Condition => ({ kind: 'in', path: FIVE9_CODE, values: codes })

/** Web2Campaign's own table, as one public integration lists it; a code that is not in it, and 708 (several records match), refuse this lead alone. */
const CODES: readonly { readonly codes: readonly number[]; readonly means: ResponseCodeRow['means']; readonly text: string; readonly retry?: true; readonly pause?: true }[] = [
  { codes: [715], means: 'rate-limited', text: 'Five9 took too many requests (715)', retry: true },
  { codes: [716, 718], means: 'auth', text: 'the Five9 domain is disabled or unknown (716, 718)', pause: true },
  { codes: [600, 700, 709, 710, 711, 712, 713, 714], means: 'invalid-data', text: 'Five9 refused a field' },
]

export const five9Rows = (place: Place): readonly ResponseCodeRow[] =>
  CODES.map(({ codes, means, text, retry, pause }) => ({ status: { from: 200, to: 299 }, when: isOneOf(...codes), means, retry: retry ?? null, pause: pause ?? false, text, place }))

/** What the author's own Response Parsing says goes before this. */
export const five9Parsing = (own: ParsingDefinition): ParsingDefinition => ({
  ...own,
  format: own.format ?? 'html',
  success: own.success ?? isOneOf(0, 602),
  duplicate: own.duplicate ?? isOneOf(603),
  message: own.message ?? FIVE9_WORDS,
  proof: own.proof ?? FIVE9_CODE,
})
