import { shortHash } from '../base/hash.ts'
import { unescape } from '../base/percent.ts'
import type { Clock, Notify, Transport } from '../ports.ts'
import type { AnyReply, EmailRequest, Server } from '../wire/request.ts'

/** Which mail server takes alerts, and in whose name. */
interface AlertMail { readonly server: Server; readonly from: string }

const TEN_SECONDS = 10_000
const SETTINGS = {
  timeoutMs: TEN_SECONDS, connectTimeoutMs: TEN_SECONDS, connections: 1, keepAliveMs: 1_000, followRedirects: false, proxy: null, tls: null,
  allowPrivateNetwork: true, maximumResponse: 65_536, concurrency: null, rate: null, inDoubtWindow: null,
} as const

/** Posts `{"subject","text"}` to a webhook URL, or sends an e-mail. Rejects where it cannot, so that the run says so. */
export const createNotify = (transport: Transport, clock: Pick<Clock, 'now'>, mail: AlertMail | null): Notify => ({
  notify: async (target, subject, text) => {
    if (/^https?:\/\//i.test(target)) {
      const reply = await transport.send({
        method: 'POST', url: target, headers: [['Content-Type', 'application/json']], body: JSON.stringify({ subject, text }), compression: null,
        // The author of the recipient wrote the address out.
        mayBePrivate: true,
      }, SETTINGS)
      if (reply.kind === 'fault') throw new Error(reply.message)
      if (reply.status >= 300) throw new Error(`it answered HTTP ${reply.status}`)
      return
    }
    if (mail === null) throw new Error('no mail server for alerts is known: set FINALMILE_SMTP to smtp://user:password@host:587, in the environment or in .env')
    const reply: AnyReply = await transport.send(alertMail(mail, target, subject, text, clock.now()), SETTINGS)
    if (reply.kind !== 'handed-over') throw new Error('message' in reply ? reply.message : 'the mail server took nothing')
  },
})

/** `smtp://user:password@host:587`, `smtps://…`; a password with `@` or `/` in it percent-encoded. Null where it is none. */
export const readAlertMail = (url: string, from: string | null): AlertMail | null => {
  if (!/^smtps?:\/\/[^\s/]/i.test(url) || !URL.canParse(url)) return null
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol.toLowerCase() === 'smtps:'
  const user = username === '' ? null : unescape(username)
  return {
    server: { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (secure ? 465 : 587) : Number(port), secure, user, password: password === '' ? null : unescape(password), mayBePrivate: true },
    from: from ?? (user?.includes('@') ? user : `finalmile@${hostname}`),
  }
}

const alertMail = ({ server, from }: AlertMail, to: string, subject: string, text: string, at: number): EmailRequest => ({
  kind: 'email', method: 'MAIL', url: `${server.secure ? 'smtps' : 'smtp'}://${server.host}:${server.port}`,
  headers: [['From', from], ['To', to], ['Subject', subject]], body: `${text}\n`, html: `<pre>${text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</pre>`,
  server, from: { name: 'finalmile', address: from }, to: [{ name: '', address: to }], cc: [], replyTo: [], subject: subject.replace(/\s+/g, ' ').slice(0, 200),
  messageId: `<${shortHash(`${to}\n${subject}\n${text}\n${at}`)}@finalmile>`, date: at, extra: [['Auto-Submitted', 'auto-generated']], attachments: [], rehearsal: null,
})
