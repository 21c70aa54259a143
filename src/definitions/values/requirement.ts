import type { Place } from '../../base/diagnostic.ts'
import { DAY, parseDuration } from '../../base/time.ts'
import type { Requirement } from '../../core/policy.ts'
import { parseLeadCondition } from '../conditions/lead-condition.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

/** A named check or a condition is enforced; other text is documentation. */
export type RequirementLine =
  | { readonly kind: 'check'; readonly requirement: Requirement }
  | { readonly kind: 'prose'; readonly text: string }

/** A certificate is kept 90 days unless its claim is extended (facts about TrustedForm). */
const CERTIFICATE_AGE_MS = 90 * DAY

const check = (reason: string, what: Requirement['check']): Parsed<RequirementLine> => parsed({ kind: 'check', requirement: { reason, check: what } })

export const parseRequirement = (text: string, place: Place): Parsed<RequirementLine> => {
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
