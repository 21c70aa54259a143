import { startMailServer, type MailServer } from '../world/mail-server.ts'
import { startSftpServer, type SftpFault } from '../world/sftp-server.ts'
import type { Stage } from './servers.ts'
import { exchangeOf, LEAD, play, tableOf, type Scene } from './transcript.ts'

const FIELDS = 'Field Mapping:\n  First name: {{lead.first_name}}\n  Phone: {{lead.phone_1}}\n'
const three = [1, 2, 3].map((n) => ({ ...LEAD, id: `L${n}`, fields: { ...LEAD.fields, id: `L${n}` } }))

export const handover = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const mail = async (change: (server: MailServer) => void = () => undefined, more = '', auth = false): Promise<string> => {
    const server = await stage.open(startMailServer({ auth }))
    change(server)
    return `Type: email\nSettings:\n  Endpoint: smtp://${auth ? 'leads:wrong@' : ''}127.0.0.1:${server.port}\n  From: Lead Desk <leads@seller.example>\n  To: intake@buyer.example\n${more}${FIELDS}`
  }
  const drop = async (faults: readonly SftpFault[] = [], more = '', password = 'secret', key: string | null = null): Promise<string> => {
    const server = await stage.open(startSftpServer(stage.folder('in')))
    server.faults.push(...faults)
    return `Type: sftp\nSettings:\n  Endpoint: sftp://leads@127.0.0.1:${server.port}/in/\n  File Name: lead-{{lead.id}}.csv\n  Password: ${password}\n  Host Key: ${key ?? server.fingerprint}\n${more}${FIELDS}`
  }
  const mails: readonly Scene[] = [
    { title: 'takes it', files: { r: await mail() } },
    { title: 'takes it; the recipient has a Price', files: { r: await mail(undefined, 'Price: $10.00\n') } },
    { title: 'no such mailbox (550)', files: { r: await mail((server) => server.refusals.set('intake@buyer.example', 550)) } },
    { title: 'try later (451)', files: { r: await mail((server) => server.refusals.set('intake@buyer.example', 451)) } },
    { title: 'one of two mailboxes (550)', files: { r: (await mail((server) => server.refusals.set('second@buyer.example', 550))).replace('To: intake@buyer.example', 'To: intake@buyer.example, second@buyer.example') } },
    { title: 'a wrong password (535)', files: { r: await mail(undefined, '', true) } },
    { title: 'silence after the message', files: { r: await mail((server) => { server.onData = 'silence' }, 'Timeout: 2s\nRetries: none\n') } },
    { title: 'nobody listens', files: { r: `Type: email\nEndpoint: smtp://127.0.0.1:9\nFrom: a@a.example\nTo: b@b.example\n${FIELDS}` } },
  ]
  const files: readonly Scene[] = [
    { title: 'takes it', files: { r: await drop() } },
    { title: 'the rename fails once', files: { r: await drop(['rename-fails']) } },
    { title: 'the connection breaks at the rename', files: { r: await drop(['rename-hangs-up']) } },
    { title: 'no permission', files: { r: await drop(['permission']) } },
    { title: 'a wrong password', files: { r: await drop([], '', 'wrong') } },
    { title: 'another host key', files: { r: await drop([], '', 'secret', `SHA256:${'A'.repeat(43)}`) } },
    { title: 'no such folder', files: { r: (await drop()).replace('/in/', '/missing/') } },
  ]
  const folder = stage.folder()
  return {
    'email success': exchangeOf(await play({ title: '', files: { r: await mail() } })),
    'email classes': await tableOf(mails),
    'email batch': exchangeOf(await play({ title: '', files: { r: await mail(undefined, 'Batch: {Accumulate: 3 leads or 5 minutes}\n') }, leads: three })),
    'sftp classes': await tableOf(files),
    'sftp batch': exchangeOf(await play({ title: '', files: { r: (await drop([], 'Batch: {Accumulate: 3 leads or 5 minutes}\n')).replace('lead-{{lead.id}}', 'leads-{{format now "YYYY-MM-DD"}}') }, leads: three })),
    'file success': exchangeOf(await play({ title: '', files: { r: `Type: file\nPath: ${folder}/\nFile Name: lead-{{lead.id}}.csv\n${FIELDS}` } })),
  }
}
