import { FORMATS, type Format } from '../endpoint-type.ts'
import { AUTH } from '../read-auth.ts'
import { parsed, refused } from '../values/parsed.ts'
import { ENDPOINTS } from './endpoints.ts'
import { textual, type Field, type Kind } from './field.ts'
import { MAPPING } from './mapping.ts'
import { listOf, oneOf, PROSE, TEXT, WORDS, YES_NO, yesNo } from './plain.ts'
import { block } from './section.ts'
import { BYTES, COUNT, DURATION, KEEP_ALIVE, RATE, SPAN } from './values.ts'

const TLS = block('TLS', {
  ca: { key: 'CA', aliases: ['Certificate Authority'], kind: WORDS, doc: "Who signed the buyer's certificate", example: 'certs/buyer-ca.pem' },
  certificate: { key: 'Certificate', aliases: ['Cert'], kind: WORDS, doc: 'Our certificate, where the buyer asks for one', example: 'certs/us.pem' },
  key: { key: 'Key', aliases: ['Private Key'], kind: WORDS, doc: 'Its private key', example: '${TLS_KEY}' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ ca: values.ca ?? null, certificate: values.certificate ?? null, key: values.key ?? null }))

const ENCODINGS = { gzip: 'gzip', identity: 'none', none: 'none' } as const

/** The subject document's way of writing `Compression: gzip`. */
const REQUEST = block('Request', {
  encoding: { key: 'Content-Encoding', aliases: ['Compression'], kind: oneOf('an encoding', ENCODINGS), doc: 'Compresses what is sent', example: 'gzip' },
  body: { key: 'Body', kind: PROSE, doc: 'A remark', example: 'Compressed JSON' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ compression: values.encoding ?? null }))

/** `gzip, br`: what can be unpacked. */
const CODINGS: Kind<string> = textual('encodings that can be unpacked: gzip, deflate, br', (text, place) => {
  const names = text.toLowerCase().split(',').map((each) => each.replace(/;.*$/, '').trim())
  const unknown = names.find((each) => !['gzip', 'deflate', 'br', 'identity'].includes(each))
  return unknown === undefined ? parsed(text.toLowerCase()) : refused(place, 'bad-encoding', `"${unknown}" cannot be unpacked`, 'write gzip, deflate or br')
})

const RESPONSE = block('Response', {
  encoding: { key: 'Accept-Encoding', kind: CODINGS, doc: 'Asks for compressed answers, by the header of that name; what comes compressed is unpacked in any case', example: 'gzip' },
  process: { key: 'Process', kind: PROSE, doc: 'A remark', example: 'Decompress automatically' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ acceptEncoding: values.encoding ?? null }))

const FORMAT_NAMES = Object.fromEntries(FORMATS.map((each) => [each === 'json' || each === 'xml' || each === 'csv' || each === 'soap' ? each.toUpperCase() : `${each[0]?.toUpperCase()}${each.slice(1)}`, each])) as Readonly<Record<string, Format>>
const METHODS = { POST: 'POST', GET: 'GET', PUT: 'PUT', PATCH: 'PATCH', DELETE: 'DELETE' } as const
const COMPRESSIONS = { gzip: 'gzip', none: 'none', off: 'none', no: 'none' } as const

const ASSIGNMENT_RULES = textual<boolean | string>('yes, no, or the id of an assignment rule', (text, place) => {
  const said = yesNo(text)
  if (said !== null) return parsed(said)
  return /^01Q[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/.test(text) ? parsed(text) : refused(place, 'bad-value', `got "${text}", expected yes, no, or the id of an assignment rule`, 'write yes, or an id such as 01QD0000000EqAn')
}, { type: ['boolean', 'string'] })

/** How requests are made and sent. All of them may also stand at the top level. */
export const SETTINGS = {
  endpoint: { key: 'Endpoint', aliases: ['URL'], kind: TEXT, doc: 'Where leads are sent; a template may stand in it. `email`, `sftp` and `file` have addresses of their own kinds', example: 'https://api.buyer.example/leads' },
  method: { key: 'Method', kind: oneOf('a method', METHODS), doc: 'The HTTP method', example: 'POST', default: 'POST; GET for Query' },
  format: { key: 'Format', kind: oneOf('a format', FORMAT_NAMES), doc: 'How the lead is written', example: 'JSON', default: 'by the Content-Type among Headers, else JSON' },
  timeout: { key: 'Timeout', kind: SPAN, doc: 'How long an answer is waited for', example: '10 seconds', default: '10 seconds' },
  connectTimeout: { key: 'Connect Timeout', kind: SPAN, doc: 'How long a connection is waited for', example: '5 seconds', default: '5 seconds' },
  connections: { key: 'Connections', aliases: ['Pool Size'], kind: COUNT, doc: 'Connections that are kept to the buyer', example: '10 connections', default: '10' },
  keepAlive: { key: 'Keep Alive', kind: KEEP_ALIVE, doc: 'How long an idle connection is kept; no for a new one each time', example: '300 seconds', default: '300 seconds' },
  reuseFor: { key: 'Reuse For', kind: DURATION, doc: 'The same as a duration of Keep Alive', example: '300 seconds' },
  compression: { key: 'Compression', aliases: ['Content Encoding'], kind: oneOf('a compression', COMPRESSIONS), doc: 'Compresses what is sent', example: 'gzip', default: 'none' },
  request: { key: 'Request', kind: REQUEST, doc: 'The compression of requests, written as a block', example: '{Content-Encoding: gzip}' },
  response: { key: 'Response', kind: RESPONSE, doc: 'Asks for compressed answers; they are unpacked, up to Maximum Response', example: '{Accept-Encoding: gzip}' },
  root: { key: 'Root', aliases: ['Root Element'], kind: WORDS, doc: 'The name of the XML root element', example: 'lead', default: "the mapping's only top-level key where it holds a block, else lead" },
  bodyParameter: { key: 'Body Parameter', kind: WORDS, doc: 'The JSON or XML goes as this one field of a form', example: 'payload' },
  extraFields: { key: 'Extra Fields', kind: MAPPING, doc: 'Form fields beside the Body Parameter', example: '{api_key: "${KEY}"}' },
  charset: { key: 'Charset', aliases: ['Encoding'], kind: WORDS, doc: 'The character set of what is sent: utf-8, iso-8859-1 or us-ascii', example: 'iso-8859-1', default: 'by the Content-Type among Headers, else utf-8' },
  followRedirects: { key: 'Follow Redirects', kind: YES_NO, doc: 'Whether a 3xx is followed, a 301 and a 302 of a GET only, since those would lose the lead of a POST; to another host without the headers that hold credentials or keys', example: 'no', default: 'no' },
  proxy: { key: 'Proxy', kind: WORDS, doc: 'A proxy to send through. That of the environment is used only where it is named here, as ${HTTPS_PROXY}', example: 'http://proxy.example:3128' },
  tls: { key: 'TLS', kind: TLS, doc: 'Certificates: files, or their text', example: '{CA: certs/buyer.pem}' },
  includeAllFields: { key: 'Include All Fields', kind: YES_NO, doc: 'Sends every field of the lead beside the mapped ones', example: 'yes', default: 'no; yes without a Field Mapping' },
  omitEmpty: { key: 'Omit Empty', kind: YES_NO, doc: 'Leaves out fields whose value is an empty text, also inside a value that the lead has whole', example: 'yes', default: 'no' },
  backupEndpoint: { key: 'Backup Endpoint', aliases: ['Backup URL', 'Backup'], kind: TEXT, doc: 'Tried, with the same idempotency key, when the endpoint fails', example: 'https://backup.buyer.example/leads' },
  endpoints: { key: 'Endpoints', aliases: ['Regional Endpoints'], kind: ENDPOINTS, doc: 'Endpoints by the lead: the first whose When holds; the last has none', example: '[{When: lead.state = "CA", Use: "https://west.buyer.example"}, {Use: "https://east.buyer.example"}]' },
  allowPrivateNetwork: { key: 'Allow Private Network', kind: YES_NO, doc: 'Whether a templated or redirected address may be a private one', example: 'no', default: 'no' },
  maximumResponse: { key: 'Maximum Response', aliases: ['Max Response'], kind: BYTES, doc: 'How much of an answer is read', example: '1 MB', default: '1 MB' },
  inDoubtWindow: { key: 'In Doubt Window', kind: COUNT, doc: 'How many attempts may be recorded as started and not yet answered', example: '200', default: 'a few per connection' },
  rate: { key: 'Rate', aliases: ['Rate Limit'], kind: RATE, doc: 'The most requests in a time', example: '50 per second' },
  concurrency: { key: 'Concurrency', kind: COUNT, doc: 'The most requests at once', example: '5', default: 'as many as Connections' },
  auth: { key: 'Auth', aliases: ['Authentication', 'Authorization'], kind: AUTH, doc: 'How requests prove who sends them', example: 'Bearer ${ABC_TOKEN}', default: 'none' },
  soapVersion: { key: 'SOAP Version', kind: oneOf('a version', { 1.1: '1.1', 1.2: '1.2' } as const), doc: 'SOAP: the version of the envelope', example: '1.2', default: '1.1' },
  soapAction: { key: 'SOAP Action', aliases: ['Action'], kind: TEXT, doc: 'SOAP: the action that is named to the service', example: 'urn:partner:SubmitLead' },
  namespace: { key: 'Namespace', kind: TEXT, doc: 'SOAP: the namespace of the operation', example: 'urn:partner' },
  security: { key: 'Security', kind: WORDS, doc: "SOAP: Auth's user name and password go into the envelope", example: 'WS-Security Digest', default: 'none' },
  instance: { key: 'Instance', kind: TEXT, doc: 'Salesforce: the host of the organisation (My Domain), where tokens are asked for; requests go where the token says', example: 'acme.my.salesforce.com' },
  apiVersion: { key: 'API Version', kind: WORDS, doc: 'Salesforce: the version of its REST API. HubSpot: the generation of its API, v3 or a date', example: 'v68.0', default: 'v68.0; HubSpot 2026-09' },
  externalId: { key: 'External ID', kind: WORDS, doc: 'Salesforce: the mapped field by whose value a record is known. With it records are made or updated, and a request that is repeated after no answer makes no second one', example: 'Lead_Id__c' },
  object: { key: 'Object', kind: WORDS, doc: 'Salesforce: the object that is made', example: 'Lead', default: 'Lead' },
  portalId: { key: 'Portal ID', kind: WORDS, doc: 'HubSpot: the portal, for people: the token decides which one it is', example: '12345678' },
  domain: { key: 'Domain', kind: TEXT, doc: 'Five9: the domain (F9domain)', example: '${FIVE9_DOMAIN}' },
  list: { key: 'List', aliases: ['List Name'], kind: TEXT, doc: 'Five9: the dialing list that the lead joins (F9list)', example: 'New Leads' },
  recordKey: { key: 'Record Key', aliases: ['F9key'], kind: listOf(TEXT), doc: 'Five9: the contact fields by which a record is known (F9key)', example: 'number1', default: 'number1' },
  updateCrm: { key: 'Update CRM', aliases: ['F9updateCRM'], kind: YES_NO, doc: 'Five9: whether a record that is known gets the new values (F9updateCRM)', example: 'yes', default: "as the domain is set" },
  from: { key: 'From', kind: TEXT, doc: 'E-mail: the sender', example: 'leads@example.com' },
  to: { key: 'To', kind: TEXT, doc: 'E-mail: the receivers', example: 'intake@buyer.example' },
  cc: { key: 'Cc', kind: TEXT, doc: 'E-mail: receivers of a copy', example: 'desk@example.com' },
  replyTo: { key: 'Reply To', kind: TEXT, doc: 'E-mail: where answers go', example: '{{lead.email}}' },
  subject: { key: 'Subject', kind: TEXT, doc: 'E-mail: the subject', example: 'New lead {{lead.id}}' },
  body: { key: 'Body', kind: TEXT, doc: 'E-mail: the text', example: 'Name: {{lead.first_name}} {{lead.last_name}}' },
  attach: { key: 'Attach', kind: oneOf('an attachment', { none: 'none', CSV: 'csv', ADF: 'adf' } as const), doc: 'E-mail: how the lead is attached', example: 'CSV', default: 'none' },
  fileName: { key: 'File Name', kind: TEXT, doc: 'SFTP: the name of the file', example: 'leads-{{format now "YYYY-MM-DD"}}.csv' },
  key: { key: 'Key', aliases: ['Private Key'], kind: TEXT, doc: 'SFTP: the private key', example: '${SFTP_KEY}' },
  hostKey: { key: 'Host Key', kind: WORDS, doc: "SFTP: the server's key", example: 'SHA256:…' },
  path: { key: 'Path', kind: TEXT, doc: 'File: where it is written, each lead to a file of its own (with Batch, many to one); a folder ends with a slash', example: 'out/{{lead.id}}.csv' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

/** What a service does with the lead; `Call Window` and `Timezone` are kept by finalmile itself. All may stand at the top level. */
export const SERVICE_OPTIONS = {
  assignmentRules: { key: 'Assignment Rules', kind: ASSIGNMENT_RULES, doc: 'Salesforce: whether assignment rules run, or the id of the one that does (Sforce-Auto-Assign)', example: 'true', default: 'as Salesforce does: they run' },
  triggerWorkflows: { key: 'Trigger Workflows', kind: YES_NO, doc: 'Salesforce: yes; REST cannot keep triggers, flows and workflows from running', example: 'true' },
  maxAttempts: { key: 'Max Attempts', kind: COUNT, doc: 'The most requests for one lead, whatever the retry rules allow. How often the dialer then calls is set in its campaign: no insert call of a dialer takes it', example: '3', default: 'by the retry rules' },
  callAsap: { key: 'Call ASAP', aliases: ['F9CallASAP', 'Call Now'], kind: YES_NO, doc: 'Five9: whether the lead is called before others (F9CallASAP)', example: 'yes', default: 'no' },
  scheduleCalls: { key: 'Schedule Calls', kind: YES_NO, doc: 'Five9: outside the Call Window the lead is sent at once, with the time at which the window next opens (F9TimeToCall, F9TimeFormat), instead of being held here', example: 'yes', default: 'no: finalmile holds the lead' },
} as const satisfies Readonly<Record<string, Field<unknown>>>
