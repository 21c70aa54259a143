import { expect, it } from 'vitest'
import type { Lead } from '../../src/core/lead.ts'
import { stateOfLead, zonesOfLead } from '../../src/core/lead-zone.ts'

const lead = (fields: Lead['fields']): Lead => ({ id: 'L', fields })

it.each<[string, Lead['fields'], readonly string[]]>([
  ['its own zone', { timezone: 'America/Denver', state: 'CA' }, ['America/Denver']],
  ['a zone that does not exist counts for nothing', { timezone: 'Mars/One', state: 'CA' }, ['America/Los_Angeles']],
  ['its own zone as Americans call it: EST is no zone without summer time', { timezone: 'EST', state: 'CA' }, ['America/New_York']],
  ['the same in full', { timezone: ' US Central Daylight Time ' }, ['America/Chicago']], ['PT', { timezone: 'pt' }, ['America/Los_Angeles']], ['Mountain', { timezone: 'Mountain' }, ['America/Denver']],
  ['Alaska', { timezone: 'AKDT' }, ['America/Anchorage']], ['AST, which is Puerto Rico\'s and not Alaska\'s', { timezone: 'AST' }, ['America/Puerto_Rico']], ['American Samoa', { timezone: 'SST' }, ['Pacific/Pago_Pago']],
  ['its state, where its zone is one of the names that mean two', { timezone: 'BST', state: 'CA' }, ['America/Los_Angeles']], ['a short name of IANA\'s', { timezone: 'CET' }, ['CET']],
  ['MST, which Arizona says all year', { timezone: 'MST' }, ['America/Denver', 'America/Phoenix']],
  ['Windows\' name of Arizona\'s zone', { timezone: 'US Mountain Standard Time' }, ['America/Denver', 'America/Phoenix']], ['Arizona', { timezone: 'Arizona' }, ['America/Phoenix']], ['Hawaii', { timezone: 'Hawaiian Standard Time' }, ['Pacific/Honolulu']],
  ['its own zone as Rails and Windows show it', { timezone: 'Eastern Time (US & Canada)', state: 'CA' }, ['America/New_York']], ['the same with its offset', { timezone: '(GMT-06:00) Central Time (US & Canada)', state: 'CA' }, ['America/Chicago']], ['not the same in Mexico', { timezone: 'Central Standard Time (Mexico)', state: 'CA' }, ['America/Los_Angeles']],
  ['another country than its postal code seems to say', { country: 'DE', postal_code: '10115' }, []], ['another, and its own zone', { country: 'Germany', timezone: 'Europe/Berlin', postal_code: '10115' }, ['Europe/Berlin']],
  ['the country that it says', { country: 'U.S.A.', postal_code: '10115' }, ['America/New_York']], ['no country', { country: '', state: 'CA' }, ['America/Los_Angeles']],
  ['its postal code, where the prefix spans a border: Goodland in Kansas', { zip: '67735' }, ['America/Chicago', 'America/Denver']], ['Marfa in Texas', { zip: '79843' }, ['America/Chicago', 'America/Denver']], ['Hardinsburg in Kentucky', { zip: '40143' }, ['America/New_York', 'America/Chicago']],
  ['Port St. Joe in Florida', { zip: '32456' }, ['America/New_York', 'America/Chicago']], ['Crab Orchard in Tennessee', { zip: '37723' }, ['America/Chicago', 'America/New_York']], ['Riggins in Idaho', { zip: '83549' }, ['America/Boise', 'America/Los_Angeles']], ['West Wendover in Nevada', { zip: '89883' }, ['America/Los_Angeles', 'America/Denver']],
  ['its postal code, beside those', { zip: '66002' }, ['America/Chicago']], ['El Paso', { zip: '79901' }, ['America/Denver']], ['Pensacola', { zip: '32501' }, ['America/Chicago']],
  ['its postal code before its state', { postal_code: '10001', state: 'CA' }, ['America/New_York']],
  ['its own zone by another name', { time_zone: 'America/Denver', state: 'CA' }, ['America/Denver']], ['the shortest name', { tz: 'CST', zip_code: '10001' }, ['America/Chicago']],
  ['its postal code by another name', { zip_code: '10001', state: 'CA' }, ['America/New_York']], ['as JSON has it', { zipcode: 10001 }, ['America/New_York']], ['an empty one beside it', { zip: '', zip_code: '10001' }, ['America/New_York']],
  ["its postal code as Meta's files have it", { zip_code: 'z:10001' }, ['America/New_York']], ["as Salesforce's", { 'Zip/Postal Code': '10001' }, ['America/New_York']],
  ["its state as Salesforce's reports have it", { 'State/Province': 'CA' }, ['America/Los_Angeles']], ['in capitals', { STATE: 'CA' }, ['America/Los_Angeles']],
  ["its phone as Meta's files have it", { phone_number: 'p:+14155550100' }, ['America/Los_Angeles']], ["as HubSpot's", { 'Phone Number': '', 'Mobile Phone': '(415) 555-0100' }, ['America/Los_Angeles']],
  ['another country, in capitals', { Country: 'Germany', Zip: '10115' }, []], ['the name that is written exactly so, before others', { State: 'CA', state: 'NY' }, ['America/New_York']],
  ['its state', { state: 'ca' }, ['America/Los_Angeles']],
  ['its state, written out', { state: 'California' }, ['America/Los_Angeles']],
  ['a state of two zones', { state: ' north  dakota' }, ['America/Chicago', 'America/Denver']],
  ['its area code', { phone_1: '+1 (415) 555-0100' }, ['America/Los_Angeles']],
  ['a place that is no state', { state: 'Bavaria' }, []],
  ['nothing', {}, []],
])('a lead lives in the zone of %s', (_case, fields, zones) => expect(zonesOfLead(lead(fields), { kind: 'lead' })).toEqual(zones))

it.each<[Lead['fields'], string | null]>([[{ state: 'FL' }, 'FL'], [{ State: 'FL', phone_1: '4155550100' }, 'FL'], [{ state: 'Florida' }, 'FL'], [{ state: 'Ontario', phone_1: '4155550100' }, 'CA'], [{ zip: '33101' }, 'FL'], [{ zip_code: '33101' }, 'FL'], [{ country: 'DE', zip: '33101' }, null], [{}, null]])(
  'the state of %o is %s', (fields, state) => expect(stateOfLead(lead(fields))).toBe(state))
