import { failed, limited, startHubspot, type HubspotOptions, type Trouble as Portal } from '../world/crm/hubspot.ts'
import { startSalesforce, type Salesforce, type SalesforceOptions, type Trouble } from '../world/crm/salesforce.ts'
import type { Stage } from './servers.ts'
import { exchangeOf, LEAD, NOON, play, tableOf, type Scene } from './transcript.ts'

const error = (status: number, errorCode: string, message: string, headers: Record<string, string> = {}): Trouble => ({ status, body: [{ errorCode, message, fields: [] }], headers })
const of = (id: string, fields: Readonly<Record<string, string>> = {}) => ({ ...LEAD, id, fields: { ...LEAD.fields, id, email: `${id.toLowerCase()}@example.com`, ...fields } })
const three = [of('L1'), of('L2', { last_name: '', email: 'no address' }), of('L3')]
const BATCH = 'Batch: {Accumulate: 3 leads or 5 minutes}\n'

export const crm = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const salesforce = async (change: (service: Salesforce) => void = () => undefined, more = '', options: SalesforceOptions = {}): Promise<string> => {
    const service = await stage.open(startSalesforce({ now: () => NOON, ...options }))
    change(service)
    return `Type: salesforce.create_lead\nSettings:\n  Endpoint: ${service.url}\nAuth: {Client ID: client-id, Client Secret: client-secret-1}\nField Mapping:\n  FirstName: {{lead.first_name}}\n  LastName: {{lead.last_name}}\n  Company: Individual\n  Email: {{lead.email}}\n${more}`
  }
  const meets = (...troubles: readonly Trouble[]) => salesforce((service) => { service.meet(...troubles) })
  const expired = error(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
  const organisation: readonly Scene[] = [
    { title: 'makes the lead', files: { r: await salesforce() } },
    { title: 'has one with that e-mail (duplicate rule)', files: { r: await salesforce(undefined, 'Concurrency: 1\n') }, leads: [LEAD, { ...LEAD, id: 'L2' }], about: 'L2' },
    { title: 'the row is locked twice (400)', files: { r: await salesforce((service) => { service.lock("O'Brien", 2) }) } },
    { title: 'a required field is missing', files: { r: await salesforce() }, leads: [of('L1', { last_name: '' })] },
    { title: 'the session has ended once', files: { r: await meets(expired) } },
    { title: 'every session is refused', files: { r: await meets(expired, expired, expired) } },
    { title: 'the credentials are wrong', files: { r: await salesforce(undefined, '', { clientSecret: 'other' }) } },
    { title: 'the allocation of 24 hours is used up (403)', files: { r: await meets(error(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', { 'Sforce-Limit-Info': 'api-usage=5000/5000' })) } },
    { title: 'the API is switched off (403)', files: { r: await meets(error(403, 'API_DISABLED_FOR_ORG', 'API is not enabled')) } },
    { title: 'a retired version (410)', files: { r: await salesforce(undefined, 'API Version: v30.0\n') } },
    { title: 'maintenance (503), then well', files: { r: await meets({ status: 503, body: '<html>Down</html>', headers: { 'content-type': 'text/html' } }) } },
    { title: '201 without an id', files: { r: await meets({ status: 201, body: { success: true, errors: [] } }) } },
  ]
  const hubspot = async (troubles: readonly Portal[] = [], more = '', options: HubspotOptions = {}, path = '/upsert'): Promise<string> => {
    const service = await stage.open(startHubspot(options))
    service.meet(path, ...troubles)
    return `Type: hubspot.create_or_update_contact\nSettings:\n  Endpoint: ${service.url}\nAuth: Bearer pat-na1-secret\nField Mapping:\n  email: {{lead.email}}\n  firstname: {{lead.first_name}}\n  lead_score: {{lead.score}}\n${more}`
  }
  const LISTS = 'Lists:\n  Add to: New Leads - auto\n  Workflow: Welcome Series - CA\n'
  const portal: readonly Scene[] = [
    { title: 'makes the contact', files: { r: await hubspot() } },
    { title: 'and its list and workflow', files: { r: await hubspot([], LISTS) } },
    { title: 'the list meets a limit once', files: { r: await hubspot([limited('TEN_SECONDLY_ROLLING')], LISTS, {}, '/memberships/add') } },
    { title: 'there is no such list', files: { r: await hubspot([], LISTS, { lists: [] }) } },
    { title: 'a limit of ten seconds', files: { r: await hubspot([limited('TEN_SECONDLY_ROLLING')]) } },
    { title: 'the limit of the day', files: { r: await hubspot([limited('DAILY')]) } },
    { title: 'a validation rule', files: { r: await hubspot([failed(400, 'VALIDATION_ERROR', 'Property values were not valid: phone is required')]) } },
    { title: 'a wrong token', files: { r: await hubspot([], '', { token: 'another' }) } },
    { title: 'a scope is missing', files: { r: await hubspot([failed(403, 'MISSING_SCOPES', 'scopes')]) } },
    { title: 'the record is locked once (423)', files: { r: await hubspot([failed(423, 'LOCKED', 'locked')]) } },
    { title: '200 without a contact', files: { r: await hubspot([{ status: 200, body: { status: 'COMPLETE', results: [] } }]) } },
  ]
  const rowsOf = async (make: () => Promise<string>): Promise<string> => tableOf(await Promise.all(three.map(async ({ id }): Promise<Scene> => ({ title: `row of ${id}`, files: { r: await make() }, leads: three, about: id }))))
  return {
    'salesforce success': exchangeOf(await play({ title: '', files: { r: await salesforce() } }), 1),
    'salesforce classes': await tableOf(organisation),
    'salesforce batch': await rowsOf(() => salesforce(undefined, BATCH)),
    'hubspot success': exchangeOf(await play({ title: '', files: { r: await hubspot() } })),
    'hubspot classes': await tableOf(portal),
    'hubspot batch': await rowsOf(() => hubspot([], BATCH)),
  }
}
