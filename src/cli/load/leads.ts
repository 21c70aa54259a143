import type { Lead } from '../../core/lead.ts'

const FIRST = ['Maria', 'James', 'Aisha', 'Liam', 'Sofía', 'Noah', 'Mei', "D'Arcy"]
const LAST = ['González', 'Smith', 'Khan', 'Nguyễn', 'Rossi', "O'Brien", 'Silva', 'Cohen-Levy']
const PLACES = [['CA', 'San Jose', '95112'], ['TX', 'Austin', '78701'], ['NY', 'Albany', '12207'], ['FL', 'Tampa', '33602'], ['OH', 'Dayton', '45402'], ['WA', 'Spokane', '99201'], ['IL', 'Peoria', '61602'], ['AZ', 'Tempe', '85281']] as const

/** A made-up lead, the same for the same number: nobody's name, address or number, and never the same person twice. */
export const loadLead = (n: number): Lead => {
  const [state, city, postal] = PLACES[n % PLACES.length] ?? PLACES[0]
  const id = `LT-${String(n + 1).padStart(7, '0')}`
  return {
    id,
    fields: {
      id, first_name: FIRST[n % FIRST.length] ?? '', last_name: LAST[(n >> 3) % LAST.length] ?? '', email: `lead${n + 1}@example.com`,
      phone_1: `${200 + ((n * 7 + Math.floor(n / 10_000)) % 700)}555${String(n % 10_000).padStart(4, '0')}`, address_1: `${1 + (n % 900)} Main Street`, city, state, postal_code: postal,
      score: n % 100, age: 18 + (n % 60), birth_date: `${1950 + (n % 50)}-0${1 + (n % 9)}-1${n % 10}`, loan_amount: 5_000 + (n % 50) * 500, credit_range: 'good', product_interest: 'auto',
      ip_address: `203.0.113.${n % 250}`, trustedform_cert_url: `https://cert.trustedform.com/${String(n).padStart(40, '0')}`, 'source.name': 'loadtest', 'source.campaign_id': 'loadtest',
    },
  }
}
