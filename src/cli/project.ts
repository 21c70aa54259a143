/** The files of `finalmile init`: two buyers, a pattern that tries one after the other, and a pool for what nobody took. */
export const EXAMPLE_PROJECT: Readonly<Record<string, string>> = {
  'recipients/acme-insurance.yaml': `# A buyer that takes JSON and says what it pays.
Recipient: Acme Insurance
Settings:
  Endpoint: https://api.acme-insurance.example/leads
  Format: JSON
  Timeout: 10 seconds
Auth: Bearer \${ACME_TOKEN}
Field Mapping:
  firstName: {{lead.first_name}}
  lastName: {{lead.last_name}}
  email: {{lower lead.email}}
  phone: {{format lead.phone_1 "(###) ###-####"}}
  address:
    state: {{lead.state}}
    zip: {{lead.postal_code}}
  {{#if lead.score > 70}}
  priority: "HIGH"
  {{else}}
  priority: "NORMAL"
  {{/if}}
  source: {{source.name}}
Accept When: lead.state in (CA, NV, OR, WA)
Expected Response:
  - Response: '{"status": "accepted", "leadId": "A-1001", "price": 45.00}'
    Means: accepted
  - Response: '{"status": "rejected", "message": "outside our territory"}'
    Means: rejected
Response Parsing:
  Success: status = "accepted"
  Duplicate: status = "duplicate"
  Lead ID: leadId
  Price: price
  Message: message
Retries: 3 with exponential backoff
Caps: 500 per day
Test Settings:
  Responses: Simulated success/failure
  Accept Rate: 60%
`,
  'recipients/brightpath.yaml': `# A buyer that takes XML and pays a fixed price.
Recipient: Brightpath
Settings:
  Endpoint: https://post.brightpath.example/xml
  Format: XML
  Root: lead
  Timeout: 5 seconds
Headers:
  X-Partner-ID: "\${BRIGHTPATH_PARTNER_ID}"
Field Mapping:
  name: {{lead.first_name}} {{lead.last_name}}
  email: {{lower lead.email}}
  phone: {{format lead.phone_1 "##########"}}
  state: {{state lead.state "name"}}
  received: {{format now "YYYY-MM-DD HH:mm:ss" tz="America/New_York"}}
Expected Response: |
  <response><result>accepted</result><id>12345</id></response>
Response Parsing:
  Success: //result = "accepted"
  Duplicate: //result = "duplicate"
  Lead ID: //id
  Message: //error
Price: $28.00
Test Settings:
  Responses: Simulated success/failure
  Accept Rate: 70%
`,
  'recipients/remediation-pool.yaml': `# Leads that nobody took wait here for a person: finalmile review list
Recipient: Remediation Pool
Type: pool
`,
  'recipients/auto-waterfall.yaml': `# The best price first; the next one on a rejection, a duplicate, a skip or an error.
Recipient: Auto Waterfall
Pattern: Waterfall
Cost: $15.00
Try:
  - Acme Insurance ($45)
  - Brightpath ($28)
Finally: Remediation Pool
`,
  'leads.csv': `id,first_name,last_name,email,phone_1,state,postal_code,score,source.name
L-1001,Dana,Okafor,dana.okafor@example.com,5555550101,CA,94110,88,search
L-1002,Luis,Marín,luis.marin@example.com,5555550102,NV,89101,64,search
L-1003,Mary,O'Brien,mary.obrien@example.com,5555550103,WA,98101,91,social
L-1004,Jin,Park,jin.park@example.com,5555550104,TX,75201,72,social
L-1005,Aisha,Khan,aisha.khan@example.com,5555550105,OR,97201,55,partner
L-1006,Tom,Weber,tom.weber@example.com,5555550106,NY,10001,79,partner
`,
  '.env.example': `# Copy to .env; it stays out of git. Values are shown as •••• wherever finalmile prints them.
ACME_TOKEN=
BRIGHTPATH_PARTNER_ID=
`,
  '.env': `ACME_TOKEN=replace-with-the-token-of-acme
BRIGHTPATH_PARTNER_ID=replace-with-your-partner-id
`,
  '.gitignore': `.env
.finalmile/
runs/
`,
  'README.md': `# Lead delivery

| file | what it is |
|---|---|
| \`recipients/\` | one file for each buyer or pattern; \`finalmile reference\` explains every key |
| \`leads.csv\` | example leads; the people do not exist |
| \`.env\` | tokens and passwords, not in git |

\`\`\`sh
finalmile check                                         # are all recipient files right?
finalmile plan leads.csv --to auto-waterfall            # what would be sent, exactly
finalmile deliver leads.csv --to auto-waterfall --test  # a rehearsal against simulated buyers
finalmile explain L-1001                                # what happened to one lead
finalmile report --test                                 # what it would have earned; without --test: what was earned
\`\`\`

Without \`--test\` leads go to the addresses in \`recipients/\`, and money is earned.
`,
}
