import { stateCodeOf } from '../base/us-states.ts'
import type { Lead } from './lead.ts'
import { firstTextNamed, textAt } from './lead-path.ts'
import type { ZoneSource } from './policy.ts'
import { zoneNamed } from './zones/us-zone-names.ts'
import { stateOfAreaCode, stateOfPostalCode, STATE_ZONES, zonesOfAreaCode, zonesOfPostalCode, zonesOfState } from './zones/us-zones.ts'

/**
 * The IANA zones a lead may live in, from the first that tells: an explicit zone, its postal code, its state, its area
 * code (contract, section 3, Timezone). Several where that is not certain: a window must then be open in all. None where
 * nothing tells: the lead is not delivered for calling.
 */
export const zonesOfLead = (lead: Lead, source: ZoneSource): readonly string[] => {
  const explicit = source.kind === 'field' ? textAt(lead, source.path) : firstTextNamed(lead, ZONE_FIELDS)
  const named = explicit === null ? [] : zonesNamed(explicit)
  if (named.length > 0 || !mayBeInUs(lead)) return named
  const candidates = [
    () => zonesOfPostalCode(firstTextNamed(lead, POSTAL_FIELDS) ?? ''),
    () => zonesOfState(firstTextNamed(lead, STATE_FIELDS) ?? ''),
    () => zonesOfAreaCode(firstTextNamed(lead, PHONE_FIELDS) ?? ''),
  ]
  for (const zones of candidates) {
    const found = zones()
    if (found.length > 0) return found
  }
  return []
}

/** The zones that a window is read in: the recipient's, where it names one, else the lead's. */
export const zonesOfWindow = (lead: Lead, source: ZoneSource): readonly string[] => (source.kind === 'zone' ? [source.name] : zonesOfLead(lead, source))

/** By the names that leads have for each in forms, CRMs and ads, the likeliest first. */
const ZONE_FIELDS = ['timezone', 'time_zone', 'tz']
const POSTAL_FIELDS = ['postal_code', 'zip', 'zip_code', 'zipcode', 'postcode', 'zip_postal_code']
const STATE_FIELDS = ['state', 'state_province', 'state_code']
/** Of the number to be called. */
export const PHONE_FIELDS = ['phone_1', 'phone', 'phone_number', 'primary_phone', 'mobile_phone', 'mobile']
const COUNTRY_FIELDS = ['country', 'country_code']

/** Arizona says MST as well (and Windows calls its zone US Mountain Standard Time), and has no summer time: both must be open then. */
const zonesNamed = (name: string): readonly string[] => {
  const zone = zoneNamed(name)
  return zone === null ? [] : /^\s*(?:mst|us mountain standard time)\s*$/i.test(name) ? [zone, 'America/Phoenix'] : [zone]
}

/** Postal codes of five digits and codes of two letters are in use elsewhere: 10115 is in Berlin. */
const mayBeInUs = (lead: Lead): boolean => {
  const country = firstTextNamed(lead, COUNTRY_FIELDS)
  return country === null || /^(?:u\.?\s?s\.?(?:\s?a\.?)?|(?:the )?united states(?: of america)?|america|840|1|pr|puerto rico|gu|guam|vi|u\.?s\.? virgin islands|as|mp)$/i.test(country)
}

/** The US state a lead is in: as it says, else by its postal code, else by its area code; null where nothing tells. */
export const stateOfLead = (lead: Lead): string | null => {
  if (!mayBeInUs(lead)) return null
  const said = stateCodeOf(firstTextNamed(lead, STATE_FIELDS) ?? '')
  if (said !== null && said in STATE_ZONES) return said
  return stateOfPostalCode(firstTextNamed(lead, POSTAL_FIELDS) ?? '') ?? stateOfAreaCode(firstTextNamed(lead, PHONE_FIELDS) ?? '')
}
