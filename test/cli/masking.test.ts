import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startVicidial } from '../world/dialers/vicidial.ts'
import { finalmileHere } from './here.ts'

const after: (() => unknown)[] = []
afterEach(async () => { for (const each of after.splice(0)) await each() })

it('a variable that stands where it is no good is shown in no message, whoever tells it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-'))
  after.push(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'recipients'))
  writeFileSync(join(folder, '.env'), 'TOKEN=hush-hush\n')
  writeFileSync(join(folder, 'recipients/a.yaml'), 'Recipient: A\nEndpoint: https://a.example\nAuth: Token ${TOKEN}\nTimeout: ${TOKEN}\nHeaders:\n  X: "{{${TOKEN} lead.x}}"\n')
  writeFileSync(join(folder, 'recipients/b.yaml'), 'Recipient: B\nEndpoint: ${TOKEN}\n')
  for (const args of [['check'], ['check', '--json'], ['plan', 'leads.csv', '--to', 'a'], ['plan', 'leads.csv', '--to', 'b']]) {
    const { code, out, err } = await finalmileHere(args, { cwd: folder })
    expect(code).toBe(2)
    expect(out + err).not.toContain('hush-hush')
    expect(out + err).toContain('••••')
  }
})

/** A dialer that takes its credentials in the URL, and echoes a password that is wrong. */
describe('credentials in a URL', () => {
  it('are shown nowhere: not in the plan, the ledger, the results, explain or an error', async () => {
    const dialer = await startVicidial({ pass: 'the-right-one' })
    const folder = mkdtempSync(join(tmpdir(), 'finalmile-'))
    after.push(() => dialer.close(), () => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'recipients'))
    writeFileSync(join(folder, '.env'), 'DIALER_USER=agent-9\nDIALER_PASS=hush-hush\n')
    writeFileSync(join(folder, 'leads.csv'), 'id,phone_1\nL1,4155550101\n')
    writeFileSync(join(folder, 'recipients/dialer.yaml'), `Recipient: Dialer
Type: webhook.post
URL: ${dialer.url}/vicidial/non_agent_api.php?user=\${DIALER_USER}&pass=\${DIALER_PASS}&function=add_lead
Method: GET
Field Mapping:
  phone_number: {{lead.phone_1}}
Response Codes:
  'body matches "^ERROR: [^|]*Username/Password"': Auth failed (pause delivery)
Response Parsing:
  Success: 'body matches "^SUCCESS"'
`)
    const said = []
    for (const args of [['plan', 'leads.csv', '--to', 'dialer'], ['plan', 'leads.csv', '--to', 'dialer', '--json'], ['describe', 'dialer'], ['deliver', 'leads.csv', '--to', 'dialer', '--yes', '--out', 'out'], ['explain', 'L1', '--verbose'], ['status'], ['export', 'ledger']]) {
      said.push(await finalmileHere(args, { cwd: folder }))
    }
    const files = ['ledger.csv', 'results.csv', 'summary.json'].map((name) => readFileSync(join(folder, 'out', name), 'utf8'))
    expect(new URLSearchParams(dialer.asked[0]?.parameters).get('pass')).toBe('hush-hush')
    const all = [...said.flatMap(({ out, err }) => [out, err]), ...files].join('\n')
    expect(all).not.toMatch(/hush-hush|agent-9/)
    expect(files[0]).toContain('Invalid Username/Password: |••••|••••|BAD|')
    expect(said[0]?.out).toContain('user=••••&pass=••••')
    expect(said[3]?.code).toBe(3)
  })
})
