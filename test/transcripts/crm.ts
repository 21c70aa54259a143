import { failed, limited, startHubspot, type Hubspot, type HubspotOptions } from '../world/crm/hubspot.ts'
import type { Said } from '../world/crm/json-service.ts'
import { startSalesforce, type Salesforce, type SalesforceOptions } from '../world/crm/salesforce.ts'
import type { Stage } from './servers.ts'
import { LEAD, NOON, play, storyOf, tableOf, type Scene } from './transcript.ts'

const error = (status: number, errorCode: string, message: string, headers: Record<string, string> = {}): Said => ({ status, body: [{ message, errorCode, fields: [] }], headers })
const people = (count: number, change: (i: number) => Record<string, string> = () => ({})) =>
  Array.from({ length: count }, (_, i) => ({ id: `L${i + 1}`, fields: { ...LEAD.fields, id: `L${i + 1}`, email: `lead${i + 1}@example.com`, ...change(i) } }))

export const crm = async (stage: Stage): Promise<Readonly<Record<string, string>>> => ({ ...await salesforce(stage), ...await hubspot(stage) })

const salesforce = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const org = async (more = '', mapping = '', options: SalesforceOptions = {}, ready: (service: Salesforce) => void = () => undefined): Promise<string> => {
    const service = await stage.open(startSalesforce({ now: () => NOON, ...options }))
    ready(service)
    return `Type: salesforce.create_lead\nSettings: {Endpoint: "${service.url}"}\nAuth: {Client ID: client-id, Client Secret: client-secret-1}\nField Mapping:\n  FirstName: {{lead.first_name}}\n  LastName: {{lead.last_name}}\n  Company: Individual\n  Email: {{lead.email}}\n${mapping}${more}`
  }
  const meets = (...said: readonly Said[]) => (service: Salesforce) => service.meet(...said)
  const scenes: readonly Scene[] = [
    { title: 'makes the lead', files: { r: await org() } },
    { title: 'finds a duplicate by a rule', files: { r: await org('Concurrency: 1\n') }, leads: people(2, () => ({ email: 'mary.obrien@example.com' })), about: 'L2' },
    { title: 'has that unique value already', files: { r: await org('', '', {}, meets(error(400, 'DUPLICATE_VALUE', 'duplicate value found: Lead_Id__c duplicates value on record with id: 00Qxx'))) } },
    { title: 'misses a required field', files: { r: await org() }, leads: people(1, () => ({ last_name: '' })) },
    { title: 'does not know a field of the mapping', files: { r: await org('', '  Shoe_Size__c: "44"\n') } },
    { title: 'has the row locked, twice', files: { r: await org('', '', {}, (service) => service.lock("O'Brien", 2)) } },
    { title: 'its session ended: one new token', files: { r: await org('', '', {}, meets(error(401, 'INVALID_SESSION_ID', 'Session expired or invalid'))) } },
    { title: 'refuses every session', files: { r: await org('', '', {}, meets(...Array.from({ length: 3 }, () => error(401, 'INVALID_SESSION_ID', 'Session expired or invalid')))) } },
    { title: 'refuses a session that no new token would mend', files: { r: await org('', '', {}, meets(error(401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API'))) } },
    { title: 'does not know the client', files: { r: await org('', '', { clientSecret: 'another' }) } },
    { title: 'lacks rights', files: { r: await org('', '', {}, meets(error(403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id'))) } },
    { title: 'has used up its calls of 24 hours', files: { r: await org('', '', { allocation: 0 }) } },
    { title: 'has too many long calls at once', files: { r: await org('', '', {}, meets(error(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.', { 'Sforce-Limit-Info': 'api-usage=18/5000' }))) } },
    { title: 'no longer has this version of the API', files: { r: await org('API Version: v30.0\n') } },
    { title: 'is under maintenance once, with a page', files: { r: await org('', '', {}, meets({ status: 503, body: '<html><body>Down for maintenance</body></html>', headers: { 'content-type': 'text/html' } })) } },
    { title: 'answers 201 without an id', files: { r: await org('', '', {}, meets({ status: 201, body: { success: true, errors: [] } })) } },
    { title: 'breaks off after an upsert, which is repeated', files: { r: await org('External ID: Lead_Id__c\n', '  Lead_Id__c: {{lead.id}}\n', {}, meets('reset')) } },
  ]
  return {
    'salesforce success': storyOf(await play({ title: '', files: { r: await org('Options: {Assignment Rules: no, Duplicate Check: yes}\n') } })),
    'salesforce classes': await tableOf(scenes),
    'salesforce batch': storyOf(await play({ title: '', files: { r: await org('Batch: {Accumulate: 3 leads or 5 minutes}\n') }, leads: people(3, (i): Record<string, string> => (i === 1 ? { last_name: '' } : i === 2 ? { email: 'lead1@example.com' } : {})) })),
  }
}

const hubspot = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const STEPS = 'Lists: {Add to: "New Leads - auto", Workflow: 10900}\n'
  const portal = async (more = '', options: HubspotOptions = {}, ready: (service: Hubspot) => void = () => undefined): Promise<string> => {
    const service = await stage.open(startHubspot({ token: 'token-of-ours', ...options }))
    ready(service)
    return `Type: hubspot.create_or_update_contact\nSettings: {Endpoint: "${service.url}", Portal ID: 12345678}\nAuth: Bearer token-of-ours\nField Mapping:\n  email: {{lead.email}}\n  firstname: {{lead.first_name}}\n  lead_score: {{lead.score}}\n${more}`
  }
  const meets = (path: string, ...said: readonly Said[]) => (service: Hubspot) => service.meet(path, ...said)
  const scenes: readonly Scene[] = [
    { title: 'makes the contact', files: { r: await portal() } },
    { title: 'has the contact: updates it', files: { r: await portal('Concurrency: 1\n') }, leads: people(2, () => ({ email: 'mary.obrien@example.com' })), about: 'L2' },
    { title: 'gets it from somebody else meanwhile (409)', files: { r: await portal('', {}, (service) => service.race('mary.obrien@example.com')) } },
    { title: 'does not know a property', files: { r: await portal('Include All Fields: yes\n') } },
    { title: 'limits the calls of ten seconds', files: { r: await portal('', {}, meets('/upsert', limited('TEN_SECONDLY_ROLLING'))) } },
    { title: 'limits the calls of a day', files: { r: await portal('', {}, meets('/upsert', limited('DAILY'))) } },
    { title: 'refuses the token', files: { r: await portal('', { token: 'another' }) } },
    { title: 'lacks a scope', files: { r: await portal('', {}, meets('/upsert', failed(403, 'MISSING_SCOPES', 'This app has not been granted all required scopes'))) } },
    { title: 'is moved to another data centre (477)', files: { r: await portal('', {}, meets('/upsert', { status: 477, body: { status: 'error', message: 'migration in progress' }, headers: { 'retry-after': '20' } })) } },
    { title: 'answers without a contact', files: { r: await portal('', {}, meets('/upsert', { status: 200, body: { status: 'COMPLETE', results: [] } })) } },
    { title: 'limits the list step, which alone is repeated', files: { r: await portal(STEPS, {}, meets('/memberships/add', limited('TEN_SECONDLY_ROLLING'))) } },
    { title: 'has no such list: the contact stands, somebody is told', files: { r: await portal(STEPS, { lists: [] }) } },
  ]
  return {
    'hubspot success': storyOf(await play({ title: '', files: { r: await portal(STEPS) } })),
    'hubspot classes': await tableOf(scenes),
    'hubspot batch': storyOf(await play({ title: '', files: { r: await portal('Batch: {Accumulate: 2 leads or 5 minutes}\n') }, leads: people(2, (i): Record<string, string> => (i === 1 ? { email: 'no address' } : {})), about: 'L2' })),
  }
}
