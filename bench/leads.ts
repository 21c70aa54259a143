import { createWriteStream } from 'node:fs'
import { once } from 'node:events'

const FIRST = ['Maria', 'James', 'Aisha', 'Liam', 'Sofia', 'Noah', 'Mei', 'Omar']
const LAST = ['Gonzalez', 'Smith', 'Khan', 'Nguyen', 'Rossi', 'Brown', 'Silva', 'Cohen']
const STATES = ['CA', 'TX', 'NY', 'FL', 'OH', 'WA', 'IL', 'AZ']

/** Lead `i`, the same on every machine: ten fields that a buyer's mapping uses. */
export const leadAt = (i: number) => ({
  id: `L${String(i).padStart(7, '0')}`,
  first_name: FIRST[i % 8] ?? '', last_name: LAST[(i >> 3) % 8] ?? '', email: `lead${i}@example.com`,
  phone_1: `512555${String(i % 10_000).padStart(4, '0')}`, state: STATES[i % 8] ?? '', city: 'Springfield',
  postal_code: String(10_000 + (i % 89_999)), score: String(i % 100), timestamp: '2026-11-24T12:00:00Z',
})

/** The body that the bench recipient's mapping makes of it. */
export const bodyOf = (lead: ReturnType<typeof leadAt>): string => JSON.stringify({
  firstName: lead.first_name, lastName: lead.last_name, email: lead.email, phoneNumber: lead.phone_1, stateCode: lead.state,
  address: { city: lead.city, zip: lead.postal_code }, score: Number(lead.score), submitted: lead.timestamp.slice(0, 10), leadId: lead.id,
})

export const RECIPIENT = (url: string): string => `Recipient: Bench Buyer
Settings:
  Endpoint: ${url}
  Method: POST
  Format: JSON
Auth: Bearer token-of-the-bench
Field Mapping:
  firstName: {{lead.first_name}}
  lastName: {{lead.last_name}}
  email: {{lead.email}}
  phoneNumber: {{format lead.phone_1 "##########"}}
  stateCode: {{lead.state}}
  address:
    city: {{lead.city}}
    zip: {{lead.postal_code}}
  score: {{number lead.score}}
  submitted: {{format lead.timestamp "YYYY-MM-DD"}}
  leadId: {{lead.id}}
Response Parsing:
  Success: status = "accepted"
  Lead ID: leadId
  Price: price
`

/** Writes a file line by line without holding it. */
export const writeLines = async (path: string, count: number, line: (i: number) => string, header?: string): Promise<void> => {
  const file = createWriteStream(path)
  if (header !== undefined) file.write(`${header}\n`)
  for (let i = 0; i < count; i += 1000) {
    let chunk = ''
    for (let j = i; j < Math.min(count, i + 1000); j++) chunk += `${line(j)}\n`
    if (!file.write(chunk)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'finish')
}
