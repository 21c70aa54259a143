import { utcText, type Instant } from '../base/time.ts'
import { shellWord } from '../base/shell.ts'
import { wallText } from '../base/zone.ts'
import { capReached, counterOf } from './caps.ts'
import { circuitGate, type Circuit } from './circuit.ts'
import type { Mode } from './event.ts'
import type { Lead } from './lead.ts'
import { stateOfLead, zonesOfLead, zonesOfWindow } from './lead-zone.ts'
import type { CallWindow, Policy } from './policy.ts'
import { windowState } from './window.ts'

/** What is known now of one recipient, beside its policy; shared by all leads. */
export interface RecipientFacts {
  readonly paused: { readonly reason: string } | null
  /** It asked for a wait longer than its `Max Wait`. */
  readonly closedUntil: Instant | null
  readonly circuit?: Circuit
  /** Counters of caps that are used up. */
  readonly full?: ReadonlySet<string>
}

export type Gate =
  | { readonly open: true; /** the one trial of a circuit: to be claimed */ readonly trial: boolean }
  /** `until` null: until a person acts. `why` is a sentence for the ledger and the terminal. `asked`: the recipient itself asked to be tried later. */
  | { readonly open: false; readonly until: Instant | null; readonly why: string; readonly asked?: true }

const OPEN: Gate = { open: true, trial: false }
const shut = (until: Instant | null, why: string): Gate => ({ open: false, until, why })

/** Whether a recipient may be sent to now (contract, section 5: closed): paused, asked to wait, outside its window, at a cap, or its circuit open. */
export const gate = (policy: Policy, facts: RecipientFacts | undefined, lead: Lead, mode: Mode, now: Instant): Gate => {
  if (facts?.paused) return shut(null, `${policy.name} is paused (${facts.paused.reason}); \`finalmile unpause ${shellWord(policy.recipient)}${mode === 'test' ? ' --test' : ''}\` opens it`)
  if (facts?.closedUntil != null && facts.closedUntil > now) return { open: false, until: facts.closedUntil, why: `${policy.name} asked for a longer wait, until ${utcText(facts.closedUntil)}`, asked: true }
  const ofBusiness = policy.requirements.some(({ check }) => check.kind === 'business-hours') ? BUSINESS_HOURS : null
  const outside = windowGate(policy, policy.window, lead, now) ?? callingGate(policy, lead, now) ?? windowGate(policy, ofBusiness, lead, now)
  if (outside) return outside
  if (facts?.full && facts.full.size > 0) {
    for (const cap of policy.caps) {
      if (!facts.full.has(counterOf(policy, cap, mode, now))) continue
      const { until, why } = capReached(policy, cap, now)
      return shut(until, why)
    }
  }
  if (facts?.circuit && facts.circuit.kind !== 'closed') {
    const circuit = circuitGate(facts.circuit, now)
    return circuit.open ? { open: true, trial: circuit.trial } : shut(circuit.until, `${policy.name}: ${circuit.why}`)
  }
  return OPEN
}

/** Monday to Friday, 9 to 5, in the zone that its Timezone says. */
const BUSINESS_HOURS: CallWindow = { spans: [{ fromMinute: 9 * 60, toMinute: 17 * 60 }], days: [1, 2, 3, 4, 5] }

const windowGate = (policy: Policy, window: CallWindow | null, lead: Lead, now: Instant): Gate | null =>
  window && outsideOf(policy, [window], zonesOfWindow(lead, policy.zone), now, { kept: 'call window', outside: 'its window', never: 'opens' })

/** By the law of the lead's state, and by its own clock, whatever zone the recipient's days are counted in. */
const callingGate = (policy: Policy, lead: Lead, now: Instant): Gate | null => {
  if (!policy.callingHours) return null
  const { byState, elsewhere } = policy.callingHours
  const state = stateOfLead(lead)
  const own = state === null ? undefined : byState[state]
  return outsideOf(policy, own ?? elsewhere, zonesOfLead(lead, policy.zone), now, { kept: 'calling hours', outside: `the calling hours${own ? ` of ${state}` : ''}`, never: 'open' })
}

const outsideOf = (policy: Policy, windows: readonly CallWindow[], zones: readonly string[], now: Instant, words: { readonly kept: string; readonly outside: string; readonly never: string }): Gate | null => {
  const [zone] = zones
  if (zone === undefined) return shut(null, `${policy.name}: the lead's time zone is not known, so that its ${words.kept} cannot be kept`)
  const state = windowState(windows, zones, now)
  if (state.open) return null
  return shut(state.until, `${policy.name}: outside ${words.outside} (${zones.join(' and ')}), ${state.until === null ? `which never ${words.never}` : `opens ${wallText(state.until, zone)}`}`)
}
