import { describe, expect, it } from 'vitest'
import { endpoint, load } from './loading.ts'

const SF = 'Type: salesforce.create_lead\nInstance: acme.my.salesforce.com\nAuth:\n  Client ID: a\n  Client Secret: ${S}\nField Mapping:\n  LastName: x\n  Company: y\n'
const HS = 'Type: hubspot.create_or_update_contact\nAuth: Bearer ${S}\nField Mapping:\n  email: {{lead.email}}\n'
const said = (text: string, env: Readonly<Record<string, string>> = { S: 'a-secret' }): readonly string[] => load({ crm: `Recipient: My CRM\n${text}` }, env).said

describe('a CRM without mistakes says nothing', () => {
  it.each([['Salesforce', SF], ['HubSpot', HS]])('%s', (_, text) => { expect(said(text)).toEqual([]) })
})

describe('what check says of a CRM', () => {
  it.each<[string, string, RegExp]>([
    ['a Lead without a company', SF.replace('  Company: y\n', ''), /warning missing-field: a Lead needs Company, .*REQUIRED_FIELD_MISSING/],
    ['a Lead without a last name', SF.replace('  LastName: x\n', ''), /warning missing-field: a Lead needs LastName/],
    ['workflows that REST cannot stop', `${SF}Options:\n  Trigger Workflows: no\n`, /error not-controllable: REST cannot keep triggers/],
    ['an organisation without a host', SF.replace('Instance: acme.my.salesforce.com\n', ''), /error missing-key: My CRM has no Instance/],
    ['a version that is none', `${SF}API Version: latest\n`, /error bad-value: got "latest", expected a version/],
    ['an external id that no field carries', `${SF}External ID: Ext__c\n`, /error missing-field: Ext__c is no field/],
    ['a rule id that is none', `${SF}Assignment Rules: rule-1\n`, /error bad-value: got "rule-1", expected yes, no, or the id/],
    ['a batch that Salesforce does not take', `${SF}Batch:\n  Accumulate: 500 leads or 5 minutes\n`, /error bad-batch: .*at most 200 leads/],
    ['a private key that is none', SF.replace('  Client Secret: ${S}\n', '  Username: u\n  Private Key: ${S}\n'), /error bad-key: the Private Key is no PEM text/],
    ['another way to sign in', SF.replace(/Auth:[\s\S]*?\nField/, 'Auth:\n  Username: u\n  Password: ${S}\nField'), /error unsupported-auth/],
    ['no credentials at all', SF.replace(/Auth:[\s\S]*?\nField/, 'Field'), /warning no-credentials: .*MY_CRM_CLIENT_ID/],
    ['rules that are not read', `${SF}Response Parsing:\n  Success: id exists\n`, /warning unused-key: "Response Parsing" means nothing/],
    ['a contact without an address', HS.replace('email:', 'phone:'), /error missing-field: My CRM maps no email/],
    ['a generation that is none', `${HS}API Version: v1\n`, /error bad-value: got "v1"/],
    ['a workflow by name', `${HS}Workflow: Welcome\n`, /warning workflow-by-name/],
    ['a batch that HubSpot does not take', `${HS}Batch:\n  Accumulate: 150 leads\n`, /error bad-batch: .*at most 100/],
    ['no token at all', HS.replace('Auth: Bearer ${S}\n', ''), /warning no-credentials: .*MY_CRM_TOKEN/],
    ['an option of the other CRM', `${HS}Assignment Rules: yes\n`, /warning unused-key/],
  ])('%s', (_, text, expected) => {
    const all = said(text)
    expect(all.filter((each) => expected.test(each)), all.join('\n')).toHaveLength(1)
  })
})

describe('what is understood', () => {
  const of = (text: string, env: Readonly<Record<string, string>> = { S: 'a-secret' }) => endpoint(`Recipient: My CRM\n${text}`, env)
  it('batches are as large as the service takes', () => {
    expect([of(`${SF}Batch:\n  Accumulate: 5 minutes\n`).policy.batch?.maxLeads, of(`${HS}Batch:\n  Accumulate: 5 minutes\n`).policy.batch?.maxLeads, of(`${HS}Batch:\n  Accumulate: 20 leads\n`).policy.batch?.maxLeads]).toEqual([200, 100, 20])
  })
  it('steps follow where they are named', () => {
    expect([of(HS).policy.steps, of(`${HS}Lists:\n  Add to: New\n`).policy.steps, of(`${HS}Lists:\n  Add to: New\n  Workflow: 12\n`).policy.steps, of(`${HS}Options:\n  Workflow: 12\n`).policy.steps]).toEqual([undefined, ['list'], ['list', 'workflow'], ['workflow']])
  })
  it('the Endpoint replaces the host, however much of the path stands behind it', () => {
    for (const url of ['http://127.0.0.1:9', 'http://127.0.0.1:9/', 'http://127.0.0.1:9/services/data/v59.0']) {
      expect(of(`${SF}Endpoint: ${url}\n`).definition).toMatchObject({ url: { text: 'http://127.0.0.1:9' }, settings: { followsToken: false } })
    }
    expect(of(SF).definition).toMatchObject({ url: { text: 'https://acme.my.salesforce.com' }, settings: { followsToken: true, version: 'v68.0', object: 'Lead' } })
    expect(of(HS).definition).toMatchObject({ url: { text: 'https://api.hubapi.com' }, settings: { generation: '2026-09' } })
  })
  it('versions are written in several ways', () => {
    expect(['v67.0', '67', '67.0'].map((each) => of(`${SF}API Version: ${each}\n`).definition)).toMatchObject(['v67.0', 'v67.0', 'v67.0'].map((version) => ({ settings: { version } })))
    expect(['2026-09', 'v3', 'V3', '2026-03'].map((each) => of(`${HS}API Version: ${each}\n`).definition)).toMatchObject(['2026-09', 'v3', 'v3', '2026-03'].map((generation) => ({ settings: { generation } })))
  })
  it('credentials of its own variables', () => {
    const bare = SF.replace(/Auth:[\s\S]*?\nField/, 'Field')
    expect(of(bare, { MY_CRM_CLIENT_ID: 'id', MY_CRM_CLIENT_SECRET: 'sec' }).definition.auth).toMatchObject({ kind: 'oauth2', clientSecret: { text: 'sec' } })
    expect(of(bare, { MY_CRM_TOKEN: 'tok' }).definition.auth).toMatchObject({ kind: 'bearer', token: { text: 'tok' } })
    expect(load({ crm: `Recipient: My CRM\n${bare}` }, { MY_CRM_TOKEN: 'tok-1' }).catalogue.secrets).toEqual(new Set(['tok-1']))
  })
})
