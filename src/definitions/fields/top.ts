import type { EndpointType } from '../endpoint-type.ts'
import { PARSING } from '../read-parsing.ts'
import { BATCH } from './batch.ts'
import { LEAD_CONDITION } from './conditions.ts'
import type { Field } from './field.ts'
import { IDEMPOTENCY } from './idempotency.ts'
import { BODY_MAPPING, HEADERS, TABLES } from './mapping.ts'
import { PING } from './ping.ts'
import { oneOf, PROSE, TEXT, WORDS, YES_NO } from './plain.ts'
import { CIRCUIT_BREAKER } from './circuit-breaker.ts'
import { CALL_WINDOW, DAYS, ZONE } from './hours.ts'
import { ALERT_RULES, CAPS, DUPLICATE_CHECK } from './limits.ts'
import { REQUIREMENTS } from './requirements.ts'
import { RESPONSE_CODES } from './response-codes.ts'
import { RETRY_ON } from './retry-on.ts'
import { RETRIES } from './retry-rule.ts'
import { RETRY_STRATEGY } from './retry-strategy.ts'
import { SAMPLES } from './samples.ts'
import { block } from './section.ts'
import { TEST_SETTINGS } from './test-settings.ts'
import { CURRENCY, MONEY, NOTIFY } from './values.ts'

/** HubSpot's lists and workflow, as the subject document prints them. */
const LISTS = block('Lists', {
  addTo: { key: 'Add to', aliases: ['Add'], kind: TEXT, doc: 'The list that the contact joins', example: 'New Leads - {{lead.product_interest}}' },
  workflow: { key: 'Workflow', kind: TEXT, doc: 'The workflow that it enters', example: 'Welcome Series - {{lead.state}}' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => values, {
  takes: 'the name of a list',
  read: (node, reading) => { const addTo = TEXT.read(node, reading); return addTo === undefined ? undefined : { addTo } },
})

export const TYPES: Readonly<Record<string, EndpointType>> = {
  'Custom Integration': 'custom', 'webhook.post': 'webhook.post', 'salesforce.create_lead': 'salesforce.create_lead',
  'hubspot.create_or_update_contact': 'hubspot.create_or_update_contact', 'five9.add_to_list': 'five9.add_to_list',
  email: 'email', sftp: 'sftp', file: 'file', pool: 'pool',
}

/** What every recipient says of itself, endpoint or pattern. */
export const ABOUT = {
  recipient: { key: 'Recipient', kind: WORDS, doc: 'The display name; the id is the name of the file without its ending', example: '"ABC Insurance Buyers"' },
  version: { key: 'Version', kind: WORDS, doc: 'Kept with every attempt, so that versions can be compared in a report', example: '"2026-11"' },
  buyer: { key: 'Buyer', kind: PROSE, doc: 'Shown by `describe`', example: 'ABC Insurance' },
  contact: { key: 'Contact', kind: PROSE, doc: 'Shown by `describe`', example: 'John Doe' },
  documentation: { key: 'Documentation', kind: PROSE, doc: 'Shown by `describe`', example: 'https://docs.buyer.example' },
  notes: { key: 'Notes', kind: PROSE, doc: 'Shown by `describe`', example: 'The token is renewed monthly' },
  description: { key: 'Description', kind: PROSE, doc: 'Shown among the Notes', example: 'Auto insurance, California' },
  benefits: { key: 'Benefits', kind: PROSE, doc: 'Shown among the Notes', example: 'Lower overhead' },
  prevents: { key: 'Prevents', kind: PROSE, doc: 'Shown among the Notes', example: 'Duplicate delivery on retry' },
  trackPerRecipient: { key: 'Track Per Recipient', kind: PROSE, doc: 'Shown among the Notes: `report` has these figures', example: '[Success rate, Revenue per lead]' },
  deliveryConfirmedWhen: { key: 'Delivery Confirmed When', kind: PROSE, doc: 'Shown among the Notes', example: 'Buyer lead ID captured' },
  acceptWhen: { key: 'Accept When', kind: LEAD_CONDITION, doc: 'A lead for which it does not hold is skipped, with that reason, and nothing is sent', example: 'lead.score >= 60' },
  cost: { key: 'Cost', kind: MONEY, doc: 'What a lead costs, whatever its outcome, where neither the lead nor --cost says so', example: '$15.00' },
  currency: { key: 'Currency', kind: CURRENCY, doc: 'The currency of amounts that name none, or by a sign that is its own ($ in CAD)', example: 'EUR', default: "Price's, else USD; of a pattern, what its recipients have together" },
  testSettings: { key: 'Test Settings', kind: TEST_SETTINGS, doc: 'What `deliver --test` does; those of a pattern count for its recipients that have none of their own', example: '{Responses: Simulated success/failure, Accept Rate: 60%}', default: 'the built-in sandbox answers' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

export const ENDPOINT_TOP = {
  ...ABOUT,
  type: { key: 'Type', kind: oneOf<EndpointType>('a type', TYPES, { custom: 'custom', webhook: 'webhook.post', salesforce: 'salesforce.create_lead', hubspot: 'hubspot.create_or_update_contact', five9: 'five9.add_to_list', 'e-mail': 'email' }), doc: 'What the recipient is; a pool keeps leads for a person', example: 'webhook.post', default: 'Custom Integration' },
  headers: { key: 'Headers', kind: HEADERS, doc: 'HTTP headers; names stay exact, values may be templates', example: '{X-Partner-ID: "LC-12345"}' },
  fieldMapping: { key: 'Field Mapping', aliases: ['Mapping', 'Fields'], kind: BODY_MAPPING, doc: "The buyer's fields, and what of the lead goes into each; a dot nests (name.first), one behind a backslash is a dot of the name (ownerid@odata\\.bind)", example: '{firstName: "{{lead.first_name}}"}', default: 'the whole lead' },
  tables: { key: 'Tables', kind: TABLES, doc: 'Tables for the helper lookup', example: '{products: {auto: AUTO_INS}}' },
  responseParsing: { key: 'Response Parsing', aliases: ['Parsing'], kind: PARSING, doc: 'What an answer means', example: '{Success: status = "accepted", Lead ID: leadId}', default: 'any 2xx is an acceptance' },
  responseCodes: { key: 'Response Codes', kind: RESPONSE_CODES, doc: 'What statuses, words in the body and other conditions mean (`429`, `5xx`, `200 + "DUP" in body`, `//error contains "zip"`); read from the top, before Response Parsing and the defaults; a row may say how often and when it is tried again (`retry 5x`, `retry after 60 seconds`)', example: '{429: Rate limited (retry with backoff)}' },
  expectedResponse: { key: 'Expected Response', aliases: ['Expected Responses', 'Sample Response'], kind: SAMPLES, doc: 'Sample answers of the buyer\'s documentation; `check` says what each would mean', example: '{"status": "success"}' },
  price: { key: 'Price', aliases: ['Revenue'], kind: MONEY, doc: 'What is earned when the buyer returns no price', example: '$45.00' },
  retries: { key: 'Retries', aliases: ['Retry', 'Max Retries'], kind: RETRIES, doc: 'How often a failure that may pass is tried again', example: '3 with exponential backoff', default: 'by class: 3, rate limited 10' },
  retryStrategy: { key: 'Retry Strategy', kind: RETRY_STRATEGY, doc: 'Retries by class of failure', example: '{Server Errors: {Retry: 3 times, Backoff: exponential}}', default: 'as in the table of the contract' },
  retryOn: { key: 'Retry On', kind: RETRY_ON, doc: 'Failures that are retried although their class is not', example: '400 where errorCode = "UNABLE_TO_LOCK_ROW"' },
  idempotency: { key: 'Idempotency', kind: IDEMPOTENCY, doc: 'The header that tells a repeated request from a new one', example: '{Header: X-Idempotency-Key, Key: "{{lead.id}}-{{delivery_attempt}}"}', default: 'Idempotency-Key, one key per lead, recipient and delivery' },
  batch: { key: 'Batch', kind: BATCH, doc: 'Many leads in one request', example: '{Accumulate: 100 leads or 5 minutes, Format: CSV}' },
  callWindow: { key: 'Call Window', aliases: ['Hours'], kind: CALL_WINDOW, doc: 'The hours in which leads may be delivered', example: '9am-8pm', default: 'always' },
  days: { key: 'Days', kind: DAYS, doc: 'The weekdays on which they may', example: 'Mon-Fri', default: 'all' },
  timezone: { key: 'Timezone', kind: ZONE, doc: 'Whose clock that is: an IANA name, a template, or `lead` (found from the lead)', example: 'America/New_York', default: 'UTC' },
  callingHours: { key: 'Calling Hours', kind: YES_NO, doc: "Whether the lead is delivered only when people may be called in its state, by its own clock: a dated table, printed below, which a file `calling-hours.yaml` among the recipients replaces state by state", example: 'yes', default: 'no' },
  requirements: { key: 'Requirements', aliases: ['Special Requirements', 'Requirement'], kind: REQUIREMENTS, doc: 'Checks on the lead, by name or as a condition; other text is documentation', example: '[phone is mobile-capable, Include TrustedForm]' },
  caps: { key: 'Caps', aliases: ['Cap'], kind: CAPS, doc: "The most sales in a time, counted in the recipient's time zone; one in money is kept exactly where Price says what a sale earns at most", example: '100 per day, 20 per hour, $5,000 per month', default: 'none' },
  duplicateCheck: { key: 'Duplicate Check', kind: DUPLICATE_CHECK, doc: 'A lead with the same value is not offered twice in that time; yes or no is an option of Salesforce', example: 'phone_1 within 30 days', default: 'none' },
  circuitBreaker: { key: 'Circuit Breaker', kind: CIRCUIT_BREAKER, doc: 'Stops sending to a buyer that fails, or whose answers cannot be read (a maintenance page with status 200), and tries again with one lead', example: '{Error Rate: "> 50%", Over: 100 attempts, Wait: 5 minutes}', default: 'on: > 50% of 100 attempts, 5 minutes, at most 1 hour' },
  onUnknown: { key: 'On Unknown', kind: oneOf('what to do', { next: 'next', hold: 'hold' } as const), doc: 'What follows when no answer came and retries are used up', example: 'hold', default: 'next' },
  whenClosed: { key: 'When Closed', kind: oneOf('what to do', { wait: 'wait', skip: 'skip' } as const), doc: 'Whether a lead waits while the recipient is paused, full or outside its hours', example: 'skip', default: 'passed by where the pattern has another, else waited for' },
  alertWhen: { key: 'Alert When', aliases: ['Alerts'], kind: ALERT_RULES, doc: 'When somebody is told; judged of each run at its end, and of one that goes on (`resume --watch`, `worker`) each hour', example: 'success rate < 90%, response time > 2s' },
  notify: { key: 'Notify', kind: NOTIFY, doc: 'Whom: a webhook URL or an e-mail address', example: 'ops@example.com' },
  ping: { key: 'Ping', kind: PING, doc: 'How the recipient is asked for a bid', example: '{Endpoint: https://api.buyer.example/ping, Fields: state, Response Parsing: {Bid: price}}' },
  lists: { key: 'Lists', kind: LISTS, doc: 'HubSpot: the list that a contact joins', example: '{Add to: New Leads}' },
  workflow: { key: 'Workflow', kind: WORDS, doc: 'HubSpot: the workflow that it enters', example: 'Welcome Series' },
  delivery: { key: 'Delivery', kind: oneOf('a way', { Immediate: 'immediate' } as const), doc: 'Immediate is how leads are delivered; see Batch and Call Window for other ways', example: 'Immediate' },
} as const satisfies Readonly<Record<string, Field<unknown>>>
