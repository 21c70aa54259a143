import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFive9, type Five9Options } from '../world/dialers/five9.ts'
import { startConvoso, startNoojee } from '../world/dialers/json-dialers.ts'
import { startVicidial, type VicidialOptions } from '../world/dialers/vicidial.ts'
import type { Stage } from './servers.ts'
import { exchangeOf, LEAD, play, tableOf, type Scene } from './transcript.ts'

const five9 = (url: string, more = ''): string => `Type: five9.add_to_list
Settings:
  Endpoint: ${url}
  Domain: Acme Sales
  List: New Leads
Auth: {Username: api, Password: s3cret}
Field Mapping:
  number1: {{lead.phone_1}}
  first_name: {{lead.first_name}}
${more}`

/** The shipped file of a dialer, sent to a stand-in. */
const shipped = (id: string, url: string): string =>
  readFileSync(join(import.meta.dirname, '../../recipients/examples', `${id}.yaml`), 'utf8')
    .replace(/^Recipient:.*\n/m, '').replace(/https:\/\/[\w.]+(?=\/)/, url).replace('${VICIDIAL_USER}', '6666').replace('${VICIDIAL_PASS}', '1234').replace('${CONVOSO_AUTH_TOKEN}', 'c-token').replace('${NOOJEE_API_KEY}', 'n-key')

const lead = (fields: Readonly<Record<string, string>>) => [{ ...LEAD, fields: { ...LEAD.fields, ...fields } }]

export const dialers = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const at = async (options: Five9Options = {}, more = ''): Promise<string> => five9((await stage.open(startFive9({ credentials: 'api:s3cret', ...options }))).url, more)
  const twice = await at({}, 'Concurrency: 1\n')
  const [one] = lead({})
  const both = [LEAD, { ...LEAD, id: 'L2', fields: { ...LEAD.fields, id: 'L2' } }]
  const west = lead({ timezone: 'America/Los_Angeles' })
  const window = 'Options:\n  Call Window: 10am-8pm\n  Timezone: {{lead.timezone}}\n'
  const scenes: readonly Scene[] = [
    { title: 'takes it (0)', files: { r: await at() } },
    { title: 'has it in the list (603)', files: { r: twice }, leads: both, about: 'L2' },
    { title: 'is busy twice (715)', files: { r: await at({ busy: 2 }) } },
    { title: 'the domain is switched off (716)', files: { r: await at({ disabled: true }) } },
    { title: 'the domain is not known (718)', files: { r: await at({ domain: 'Other' }) } },
    { title: 'does not like the number (714)', files: { r: await at() }, leads: lead({ phone_1: '555' }) },
    { title: '401', files: { r: await at({ credentials: 'api:other' }) } },
    { title: 'nobody listens', files: { r: five9('http://127.0.0.1:9') } },
    { title: 'the window opens at ten, it is nine', files: { r: await at({}, window) }, leads: west },
    { title: 'the same with `Schedule Calls: yes`', files: { r: await at({}, `${window}  Schedule Calls: yes\n`) }, leads: west },
  ]
  const vicidial = async (options: VicidialOptions = {}): Promise<string> => shipped('vicidial', (await stage.open(startVicidial(options))).url)
  const lines: readonly Scene[] = [
    { title: 'takes it', files: { r: await vicidial() } },
    { title: 'takes it after hours', files: { r: await vicidial({ afterHours: true }) } },
    { title: 'has the number', files: { r: `${await vicidial()}\nConcurrency: 1\n` }, leads: both, about: 'L2' },
    { title: 'has the number on its DNC list', files: { r: await vicidial({ dnc: ['4155550101'] }) } },
    { title: 'does not like the number', files: { r: await vicidial() }, leads: lead({ phone_1: '415' }) },
    { title: 'does not know the password', files: { r: await vicidial({ pass: 'other' }) } },
    { title: 'does not permit it', files: { r: await vicidial({ permitted: false }) } },
  ]
  const others: readonly Scene[] = [
    { title: 'Convoso takes it', files: { r: shipped('convoso', (await stage.open(startConvoso())).url) } },
    { title: 'Convoso: on the DNC list', files: { r: shipped('convoso', (await stage.open(startConvoso({ dnc: ['4155550101'] }))).url) } },
    { title: 'Convoso: no number (6008)', files: { r: shipped('convoso', (await stage.open(startConvoso())).url) }, leads: lead({ phone_1: '415' }) },
    { title: 'Convoso: wrong token', files: { r: shipped('convoso', (await stage.open(startConvoso({ token: 'other' }))).url) } },
    { title: 'Noojee is busy twice (400, 109)', files: { r: shipped('noojee', (await stage.open(startNoojee({ busy: 2 }))).url) } },
    { title: 'Noojee: on the DNC list (400, 104)', files: { r: shipped('noojee', (await stage.open(startNoojee({ dnc: ['4155550101'] }))).url) } },
  ]
  return {
    'five9 success': exchangeOf(await play({ title: '', files: { r: await at() }, leads: one ? [one] : [] })),
    'five9 classes': await tableOf(scenes),
    'vicidial success': exchangeOf(await play({ title: '', files: { r: await vicidial() } })),
    'vicidial classes': await tableOf(lines),
    'dialers classes': await tableOf(others),
  }
}
