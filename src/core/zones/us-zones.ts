import { phoneDigits } from '../../base/phone.ts'
import { stateCodeOf } from '../../base/us-states.ts'
import { AREA_CODES } from './us-area-codes.ts'
import { POSTAL_PREFIXES } from './us-postal.ts'

const E = 'America/New_York'
const C = 'America/Chicago'
const M = 'America/Denver'
const P = 'America/Los_Angeles'

/**
 * Zones of the US states as of November 2026 (49 CFR 71 and the IANA database). States with several are listed with all:
 * without a postal code nobody knows which.
 */
export const STATE_ZONES: Readonly<Record<string, readonly string[]>> = {
  AL: [C], AK: ['America/Anchorage', 'America/Adak'], AZ: ['America/Phoenix', M], AR: [C], CA: [P], CO: [M], CT: [E], DE: [E], DC: [E], FL: [E, C],
  GA: [E], HI: ['Pacific/Honolulu'], ID: ['America/Boise', P], IL: [C], IN: ['America/Indiana/Indianapolis', C], IA: [C], KS: [C, M], KY: [E, C], LA: [C],
  ME: [E], MD: [E], MA: [E], MI: ['America/Detroit', C], MN: [C], MS: [C], MO: [C], MT: [M], NE: [C, M], NV: [P], NH: [E], NJ: [E], NM: [M], NY: [E], NC: [E],
  ND: [C, M], OH: [E], OK: [C], OR: [P, 'America/Boise'], PA: [E], RI: [E], SC: [E], SD: [C, M], TN: [C, E], TX: [C, M], UT: [M], VT: [E], VA: [E], WA: [P],
  WV: [E], WI: [C], WY: [M], PR: ['America/Puerto_Rico'], VI: ['America/St_Thomas'], GU: ['Pacific/Guam'],
}

/** By a state's code or its name. */
export const zonesOfState = (state: string): readonly string[] => STATE_ZONES[stateCodeOf(state) ?? ''] ?? []

/** By the first three digits of a ZIP code; those that span a border name both sides. */
export const zonesOfPostalCode = (code: string): readonly string[] => {
  const range = rangeOf(code)
  return range ? (range.zones ?? zonesOfState(range.state)) : []
}

export const stateOfPostalCode = (code: string): string | null => rangeOf(code)?.state ?? null

/** `z:02134` in Meta's files. */
const rangeOf = (code: string) => {
  const digits = /^(?:z:)?(\d{5})(-?\d{4})?$/.exec(code.trim())?.[1]
  if (digits === undefined) return undefined
  const prefix = Number(digits.slice(0, 3))
  return POSTAL_PREFIXES.find((each) => each.from <= prefix && prefix <= each.to)
}

/** By the area code of a North American number, with or without the leading 1. */
export const zonesOfAreaCode = (phone: string): readonly string[] => {
  const state = stateOfAreaCode(phone)
  return state === null ? [] : zonesOfState(state)
}

export const stateOfAreaCode = (phone: string): string | null => {
  const digits = phoneDigits(phone)
  return digits.length === 10 ? (AREA_CODES[digits.slice(0, 3)] ?? null) : null
}
