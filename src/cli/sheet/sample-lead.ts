import type { Lead, LeadValue } from '../../core/lead.ts'
import type { RenderInput } from '../../wire/endpoint.ts'

/** A person who does not exist, with every field that leads usually have; 555-01xx numbers are nobody's. */
const FIELDS: Readonly<Record<string, LeadValue>> = {
  id: 'L-1001', first_name: 'Dana', last_name: 'Okafor', email: 'dana.okafor@example.com', phone_1: '4155550101', phone: '4155550101', phone_2: '4155550102',
  address_1: '12 Example Street', address: '12 Example Street', city: 'San Francisco', state: 'CA', postal_code: '94110', zip: '94110', country: 'US',
  dob: '1984-05-17', date_of_birth: '1984-05-17', age: 42, gender: 'F', score: 88, product_interest: 'auto', loan_amount: '250000', credit_range: 'good',
  timezone: 'America/Los_Angeles', ip_address: '203.0.113.7', user_agent: 'Mozilla/5.0', landing_page: 'https://quotes.example.com/auto', comments: 'Please call in the evening',
  consent: 'yes', company: 'Example Ltd', timestamp: '2026-11-24T08:02:11Z', received_at: '2026-11-24T08:02:11Z',
  trustedform_cert_url: 'https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567', universal_leadid: '01234567-89AB-CDEF-0123-456789ABCDEF', jornaya_leadid: '01234567-89AB-CDEF-0123-456789ABCDEF',
  campaign_id: '1200', source: { name: 'search', campaign_id: 'gs-7' },
}

/** What examples are made of: the lead, and a stand-in for each field that a template names and the lead does not have. */
export const sampleLead = (names: Iterable<string>): Lead => {
  const known = new Map(Object.entries(FIELDS))
  // `Phone 1` of a CRM's export is its `phone_1`.
  const standIn = (name: string): LeadValue => known.get(name) ?? known.get(name.toLowerCase().replaceAll(' ', '_')) ?? `(${name.replaceAll('_', ' ')})`
  const fields = { ...FIELDS, ...Object.fromEntries([...names].map((name) => [name, standIn(name)])) }
  return { id: 'L-1001', fields }
}

/** `captured`: what the ping brought, by its names. */
export const sampleInput = (lead: Lead, captured: Readonly<Record<string, string>>, at: number): RenderInput => ({
  lead, source: {}, vars: {}, runId: 'run-1', deliveryId: 'delivery-1', deliveryNumber: 1, attempt: 1, phase: 'post', now: at, key: 'one-key-for-each-lead', target: 'endpoint', token: '(token)',
  ping: { id: '(ping id)', bid: { amount: 450_000, currency: 'USD' }, captured },
})
