import { barePhone, phoneDigits } from '../base/phone.ts'
import { durationWords, type Instant } from '../base/time.ts'
import type { Lead } from './lead.ts'
import { PHONE_FIELDS } from './lead-zone.ts'
import { firstTextNamed, holdsFor, textAt, type LeadAndSource } from './lead-path.ts'
import type { Policy, Requirement } from './policy.ts'

/** Why a lead does not meet a recipient's requirements; null where it meets all. Nothing is sent to find out. */
export const unmetRequirement = (policy: Policy, of: LeadAndSource, receivedAt: Instant, now: Instant): string | null => {
  for (const requirement of policy.requirements) {
    const problem = problemOf(requirement, of, receivedAt, now)
    if (problem !== null) return `${policy.name} requires: ${requirement.reason} (${problem})`
  }
  return null
}

const problemOf = ({ check }: Requirement, of: LeadAndSource, receivedAt: Instant, now: Instant): string | null => {
  const { lead } = of
  switch (check.kind) {
    case 'condition': return holdsFor(check.condition, of) ? null : 'the lead does not'
    case 'mobile-phone': return mobileProblem(lead, check.field)
    case 'trusted-form': return certificateProblem(lead, check.maxAgeMs, now - receivedAt)
    case 'jornaya': return leadIdProblem(lead)
    // A matter of when, not whether: the recipient's window keeps it.
    case 'business-hours': return null
  }
}

const mobileProblem = (lead: Lead, field: string): string | null => {
  const phones = field === 'phone' ? PHONE_FIELDS : [field]
  const problem = phoneProblem((field === 'phone' ? firstTextNamed(lead, phones) : textAt(lead, field)) ?? '')
  if (problem !== null) return problem
  const said = firstTextNamed(lead, [...phones.flatMap((each) => [`${each}_type`, `${each}_line_type`]), ...(field === 'phone' ? ['line_type'] : [])])
  return said !== null && /^(?:land[\s_-]*line|fixed[\s_-]*line)$/i.test(said.trim()) ? `the lead says that it is a ${said.trim()}` : null
}

const TOLL_FREE = /^(800|833|844|855|866|877|888|900)/

/** A North American number says nothing of mobile or landline; what cannot be a mobile is refused: no number, toll-free, premium, impossible. */
const phoneProblem = (phone: string): string | null => {
  const digits = phoneDigits(phone)
  if (digits === '') return 'there is no phone number'
  if (/^\s*\+(?!1)/.test(barePhone(phone))) return digits.length >= 8 && digits.length <= 15 ? null : 'the number is too short or too long'
  if (!/^[2-9]\d{2}[2-9]\d{6}$/.test(digits)) return 'the number cannot be dialled'
  return TOLL_FREE.test(digits) ? 'the number is toll-free or premium' : null
}

/** Where forms and partners put it (facts: TrustedForm). */
const CERTIFICATE_FIELDS = ['trustedform_cert_url', 'trusted_form_cert_url', 'xxTrustedFormCertUrl', 'trusted_form_url', 'trustedform_url', 'trustedform']

const certificateProblem = (lead: Lead, maxAgeMs: number, ageMs: number): string | null => {
  const url = firstTextNamed(lead, CERTIFICATE_FIELDS)
  if (url === null) return 'the lead has no TrustedForm certificate'
  if (!/^https:\/\/cert\.trustedform\.com\/[A-Za-z0-9_-]{1,255}$/.test(url)) return 'its certificate is no address of cert.trustedform.com'
  return ageMs > maxAgeMs ? `its certificate is ${durationWords(ageMs)} old, and may be ${durationWords(maxAgeMs)} at most` : null
}

/** As pages, partners and LeadConduit name it (facts: Jornaya LeadiD). */
const LEADID_FIELDS = ['leadid_token', 'universal_leadid', 'jornaya_leadid', 'leadid.token']

const leadIdProblem = (lead: Lead): string | null => {
  const token = firstTextNamed(lead, LEADID_FIELDS)
  if (token === null) return 'the lead has no Jornaya LeadiD'
  return /^[\dA-F]{8}-(?:[\dA-F]{4}-){3}[\dA-F]{12}$/i.test(token) ? null : 'its Jornaya LeadiD is not one of 36 characters, such as 01234567-89AB-CDEF-0123-456789ABCDEF'
}
