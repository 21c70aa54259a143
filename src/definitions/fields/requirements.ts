import { placeOfPart, type Place } from '../../base/diagnostic.ts'
import { DAY, parseDuration } from '../../base/time.ts'
import type { Requirement } from '../../core/policy.ts'
import { parseLeadCondition } from '../conditions/lead-condition.ts'
import { suggest } from '../suggest.ts'
import { parsed, refused, type Parsed } from '../values/parsed.ts'
import { textOf, textual, type Kind, type Reading } from './field.ts'
import { partsOf } from './plain.ts'

/** A named check or a condition is enforced; other text is documentation. */
type RequirementLine =
  | { readonly kind: 'check'; readonly requirement: Requirement }
  | { readonly kind: 'prose'; readonly text: string }

/** A certificate is kept 90 days unless its claim is extended (facts about TrustedForm). */
const CERTIFICATE_AGE_MS = 90 * DAY

const check = (reason: string, what: Requirement['check']): Parsed<RequirementLine> => parsed({ kind: 'check', requirement: { reason, check: what } })

const parseRequirement = (text: string, place: Place): Parsed<RequirementLine> => {
  const mobile = /^(?:the\s+)?([\w.]*phone[\w.]*)\s+(?:must\s+be|is|has\s+to\s+be)\s+(?:a\s+)?(?:mobile|cell)(?:[\s-]*capable|[\s-]*phone|\s+number)?$/i.exec(text) ?? (/^mobile(?:\s+phones?)?\s+only$/i.test(text) ? ['', 'phone'] : null)
  if (mobile) return check(text, { kind: 'mobile-phone', field: (mobile[1] ?? '').replace(/^lead\./i, '').replace(/^phone$/i, 'phone') })
  // `TrustedForm certificate required`
  const asked = text.replace(/^(.*?\S)\s+(?:is\s+|are\s+)?(?:required|mandatory)$/i, 'requires $1')
  if (/^(?:include|includes|requires?|must\s+include|with)\s+(?:an?\s+)?trusted\s*form(?:\s+certificate|\s+url|\s+cert)?$/i.test(asked)) return check(text, { kind: 'trusted-form', maxAgeMs: CERTIFICATE_AGE_MS })
  const young = /^(?:(?:include|includes|requires?|must\s+include|with)\s+(?:an?\s+)?)?trusted\s*form(?:\s+certificate|\s+url|\s+cert)?,?\s+(?:within|(?:not|no)\s+older\s+than|(?:at\s+most|up\s+to|younger\s+than))\s+(\S.*?)(?:\s+old)?$/i.exec(text)
  if (young) {
    const age = parseDuration(young[1] ?? '')
    return age.ok ? check(text, { kind: 'trusted-form', maxAgeMs: age.ms }) : refused(place, 'bad-duration', `got "${young[1] ?? ''}", expected a length of time`, 'write TrustedForm within 3 days')
  }
  if (/^(?:include|includes|requires?|must\s+include|with)\s+(?:an?\s+)?(?:jornaya(?:\s+(?:lead\s*id|token|certificate))?|universal\s+leadid|leadid\s+token)$/i.test(asked)) return check(text, { kind: 'jornaya' })
  if (/^(?:only\s+(?:in|during)\s+)?business\s+hours(?:\s+only)?$/i.test(text)) return check(text, { kind: 'business-hours' })
  if (!looksLikeCondition(text)) return parsed({ kind: 'prose', text })
  const condition = parseLeadCondition(text, place)
  return condition.ok ? check(text, { kind: 'condition', condition: condition.value }) : condition
}

/** A path in braces (told to stand without them), a comparison sign, or a word of the grammar behind a single path; behind a plain word only where what follows is no prose. */
const looksLikeCondition = (text: string): boolean =>
  /^(?:not\s+)?\(*\s*\{\{/.test(text)
  || /^(?:not\s+)?\(*\s*(?:[\w.]|\[[^\]]*\])+\s*(?:==?|!=|<>|>=?|<=?)/.test(text)
  || /^(?:not\s+)?\(*\s*(?:lead\.)?[\w.]*[_.][\w.]*\s+(?:not\s+)?(?:contains|starts[\s-]with|ends[\s-]with|matches|in|exists)\b/i.test(text)
  || /^(?:not\s+)?\w+\s+(?:not\s+)?(?:exists$|in\s*[([]|matches\s*["/]|contains\s+["']|(?:starts|ends)(?:-with\s|\s+with\s+["'\d@]))/i.test(text)

/** A condition may hold commas: only a YAML list is several. */
const REQUIREMENT_TEXT = textual('a named check, a condition, or text', parseRequirement)
const REQUIREMENT: Kind<RequirementLine> = {
  ...REQUIREMENT_TEXT,
  read: (node, reading) => {
    const line = REQUIREMENT_TEXT.read(node, reading)
    if (line?.kind === 'prose') tellOfUnchecked(line.text, node.place, reading)
    return line
  },
}
const NAMED_CHECKS = ['phone is mobile', 'phone is mobile-capable', 'phone must be mobile', 'Include TrustedForm', 'Include Jornaya', 'Business hours only']
/** Text that is meant to keep leads back, and is neither a check nor a condition. */
const tellOfUnchecked = (text: string, place: Place, reading: Reading): void => {
  const near = suggest(text, NAMED_CHECKS)
  const help = near !== null ? `did you mean "${near}"?`
    : /trusted\s*form|jornaya|leadid|\bmobile\b/i.test(text) ? 'the checks are written Include TrustedForm, TrustedForm within 3 days, Include Jornaya, phone is mobile'
    : /\b(?:business|office|working)\s+(?:hours|days)\b|\bweek(?:days?|ends?)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\d\s*[ap]\.?m\b/i.test(text) ? 'hours are kept by the line Business hours only, others by Call Window: 9am-5pm with Days: Mon-Fri and a Timezone'
    : /\bwithin\s+(?:the\s+)?(?:last\s+|past\s+)?\d+\s*(?:hour|day|week|month|year)/i.test(text) ? 'repeats are kept out by Duplicate Check: phone_1 within 30 days; how long ago a date of the lead lies is not asked here'
    : /[\w\])]\s*(?:[<>]=?|[!=]?=)\s*["']?\w|\bbetween\s+\$?\d|^\w+\s+in\s+[A-Z]{2}\b|^(?:not\s+)?(?:lead|source)\.\w/.test(text) ? 'a condition begins with one field: lead.loan_amount > 5000, or lead["Loan Amount"] > 5000' : null
  if (help !== null) reading.tell(place, 'not-enforced', `"${text}" is taken as documentation, and keeps no lead back`, help, 'warning')
}
export const REQUIREMENTS: Kind<readonly RequirementLine[]> = {
  takes: 'named checks (`phone is mobile-capable`, `Include TrustedForm`, `Include Jornaya`, `Business hours only`) and conditions, as a YAML list; other text is documentation',
  schema: { type: ['string', 'array'], items: { type: 'string' } },
  read: (node, reading) => {
    if (node.kind === 'list') return node.items.flatMap((item) => REQUIREMENT.read(item, reading) ?? [])
    const text = textOf(node, 'a requirement, or a list of them', reading)
    if (text === undefined) return undefined
    return partsOf(text).flatMap((part) => REQUIREMENT.read({ kind: 'scalar', value: part.text, text: part.text, quoted: false, place: placeOfPart(node.place, text, part.at, part.text.length) }, reading) ?? [])
  },
}
