import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startHubspot, type Hubspot } from '../world/crm/hubspot.ts'
import { startSalesforce, type Salesforce } from '../world/crm/salesforce.ts'
import { readSnippets } from '../definitions/snippets.ts'
import { createProject, removeProjects, type Project } from './project.ts'

vi.setConfig({ testTimeout: 60_000 })
const open: (Hubspot | Salesforce)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  removeProjects()
})
const opened = async <T extends Hubspot | Salesforce>(made: Promise<T>): Promise<T> => { const service = await made; open.push(service); return service }
const entry = new URL('../cli/entry.ts', import.meta.url).pathname

/** The subject document's own recipient, sent to a stand-in. */
const snippet = (title: string, url: string): string => {
  const text = readSnippets().find((each) => each.title === title)?.text
  if (text === undefined) throw new Error(`no snippet ${title}`)
  return text.replace(/^Recipient:.*\n/m, '').replace(/^Settings:\n/m, `Settings:\n  Endpoint: ${url}\n`)
}
const LEADS = `id,first_name,last_name,email,phone_1,score,state,product_interest,source.name
L1,Mary,O'Brien,mary@example.com,4155550101,80,CA,auto,search
L2,Luis,Marín,luis@example.com,4155550102,64,CA,auto,search
`
const lastColumns = (project: Project, path: string) => project.rows(path).map((each) => [each['lead_id'], each['phase'], each['verdict'], each['http_status'], each['revenue']])

describe("the subject document's CRMs, through the command line", () => {
  it('Salesforce: makes leads with credentials of its own variables, and check says what the organisation would refuse', async () => {
    const service = await opened(startSalesforce())
    const project = createProject({ crm: `${snippet('Salesforce Integration', service.url)}\n  Company: Individual\n`.replace(/(Lead_Score__c: .*\n)([\s\S]*)\n {2}Company: Individual\n$/, '$1  Company: Individual\n$2') })
    project.write('.env', 'CRM_CLIENT_ID=client-id\nCRM_CLIENT_SECRET=client-secret-1\n')
    project.write('leads.csv', LEADS)
    expect(await project.run('check')).toMatchObject({ code: 0 })
    expect(await project.json('deliver', 'leads.csv', '--to', 'crm', '--yes', '--out', 'out')).toMatchObject({ outcomes: { accepted: 2 } })
    expect([...service.leads.values()].map((each) => [each['LastName'], each['LeadSource'], each['Lead_Score__c'] === 80 || each['Lead_Score__c'] === '80'])).toContainEqual(["O'Brien", 'search', true])
    const kept = ['store.db', 'store.db-wal'].map((each) => { try { return readFileSync(`${project.folder}/.finalmile/${each}`, 'latin1') } catch { return '' } }).join('')
    expect(kept).not.toContain('session-1')
    expect(kept).not.toContain('client-secret-1')
    project.write('more.csv', 'id,first_name,last_name,email\nL9,Ann,Lee,ann@example.com\n')
    expect(await project.json('deliver', 'more.csv', '--to', 'crm', '--yes')).toMatchObject({ outcomes: { accepted: 1 } })
    expect(service.tokens).toHaveLength(1)
  })

  it('as printed it is checked with what a plain organisation lacks', async () => {
    const project = createProject({ crm: snippet('Salesforce Integration', 'https://acme.my.salesforce.com') })
    const { code, out } = await project.run('check')
    expect(code).toBe(0)
    expect(out).toContain('a Lead needs Company')
    expect(out).toContain('CRM_CLIENT_ID')
    project.write('recipients/crm.yaml', project.read('recipients/crm.yaml').replace('Trigger Workflows: true', 'Trigger Workflows: false'))
    const refused = await project.run('check')
    expect([refused.code, refused.out]).toEqual([2, expect.stringContaining('REST cannot keep triggers, flows and workflows from running')])
  })

  it('HubSpot: contact, list and workflow are three attempts, and one sale', async () => {
    const service = await opened(startHubspot({ token: 'pat-1' }))
    const project = createProject({ crm: `${snippet('Marketing Platform', service.url)}\nPrice: $2.00\n` })
    project.write('.env', 'CRM_TOKEN=pat-1\n')
    project.write('leads.csv', LEADS)
    expect(await project.json('deliver', 'leads.csv', '--to', 'crm', '--yes', '--out', 'out')).toMatchObject({ outcomes: { accepted: 2 }, revenue: '4.00', recipients: { crm: { attempts: 6, accepted: 2, success_rate: 1 } } })
    expect(lastColumns(project, 'out/ledger.csv').filter(([lead]) => lead === 'L1')).toEqual([
      ['L1', 'post', 'accepted', '200', '2.00'], ['L1', 'list', 'accepted', '200', ''], ['L1', 'workflow', 'accepted', '204', ''],
    ])
    expect(service.members('512')).toHaveLength(2)
  })

  it('a step that fails is seen in summary and explain, and taken up by --retry-failed', async () => {
    const service = await opened(startHubspot({ token: 'pat-1', lacks: ['automation'] }))
    const project = createProject({ crm: snippet('Marketing Platform', service.url) })
    project.write('.env', 'CRM_TOKEN=pat-1\n')
    project.write('leads.csv', LEADS)
    const summary = await project.json('deliver', 'leads.csv', '--to', 'crm', '--yes', '--out', 'out')
    expect(summary).toMatchObject({ outcomes: { accepted: 2, failed: 0 } })
    expect(JSON.stringify(summary['alerts'])).toContain('workflow step')
    expect(project.rows('out/results.csv')[0]?.['reason']).toContain('its workflow step failed')
    expect((await project.run('explain', 'L1')).out).toMatch(/✗ crm, workflow: failed \[auth\].*\n.*settled.*accepted.*\n.*--retry-failed/)
    expect(await project.json('deliver', 'leads.csv', '--to', 'crm', '--yes', '--retry-failed', '--out', 'again')).toMatchObject({ outcomes: { accepted: 2 } })
    expect(lastColumns(project, 'again/ledger.csv').map(([, phase, verdict]) => `${phase} ${verdict}`)).toEqual(['workflow failed', 'workflow failed'])
    expect(service.asked.filter((each) => each.path.endsWith('/upsert'))).toHaveLength(2)
    expect(await project.json('report')).toMatchObject({ outcomes: { accepted: 2 } })
  })

  it('killed between its steps, resume repeats only the one that was open', async () => {
    const service = await opened(startHubspot({ token: 'pat-1' }))
    const project = createProject({ crm: snippet('Marketing Platform', service.url) })
    project.write('.env', 'CRM_TOKEN=pat-1\n')
    project.write('leads.csv', LEADS.split('\n').slice(0, 2).join('\n'))
    service.meet('/memberships/add', 'hang')
    const child = spawn(process.execPath, [entry, 'deliver', 'leads.csv', '--to', 'crm', '--yes'], { cwd: project.folder, stdio: 'ignore' })
    while (child.exitCode === null && !service.asked.some((each) => each.path.endsWith('/memberships/add'))) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(await project.json('resume', '--yes', '--out', 'out')).toMatchObject({ outcomes: { accepted: 1 } })
    expect(lastColumns(project, 'out/ledger.csv').map(([, phase, verdict]) => `${phase} ${verdict}`)).toEqual(['list unknown', 'list accepted', 'workflow accepted'])
    expect(service.asked.filter((each) => each.path.endsWith('/upsert'))).toHaveLength(1)
    expect(service.contacts.size).toBe(1)
  })

  it.each(['Salesforce Integration', 'Marketing Platform'])('--test plays %s in its own language, tokens included', async (title) => {
    const project = createProject({ crm: snippet(title, 'https://crm.example') })
    project.write('.env', 'CRM_TOKEN=pat-1\nCRM_CLIENT_ID=a-client\nCRM_CLIENT_SECRET=a-secret\n')
    project.write('leads.csv', `${LEADS}L3,Bad,Address,no-address,4155550103,1,CA,auto,search\nL4,Mary,Again,mary@example.com,4155550104,1,CA,auto,search\n`)
    const isSalesforce = title.startsWith('Salesforce')
    expect(await project.json('deliver', 'leads.csv', '--to', 'crm', '--test', '--out', 'out')).toMatchObject({ outcomes: { accepted: isSalesforce ? 2 : 3, failed: 1, duplicate: isSalesforce ? 1 : 0 } })
    const phases = lastColumns(project, 'out/ledger.csv').filter(([lead]) => lead === 'L1').map(([, phase]) => phase)
    expect(phases).toEqual(isSalesforce ? ['post'] : ['post', 'list', 'workflow'])
  })
})
