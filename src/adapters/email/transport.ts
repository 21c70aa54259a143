import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { TransportSettings } from '../../definitions/transport-settings.ts'
import type { EmailRequest, Mailbox } from '../../wire/request.ts'
import { ConnectFault } from '../http/faults.ts'
import { secureContext } from '../http/tls.ts'
import { openSocket } from '../socket.ts'
import type { Said } from '../said.ts'
import { meaningOf, meaningOfPartial } from './errors.ts'

type MailSettings = Pick<TransportSettings, 'connectTimeoutMs' | 'tls'> & { readonly timeoutMs: number }

/** Sends one message over a connection of its own; always resolves. */
export const sendEmail = (request: EmailRequest, settings: MailSettings): Promise<Said> => {
  const progress = { begun: false }
  return exchange(request, settings, progress).catch((error: unknown): Said =>
    (error instanceof ConnectFault ? { kind: 'fault', fault: error.fault, message: error.message } : meaningOf(error, progress.begun)))
}

const exchange = async (request: EmailRequest, settings: MailSettings, progress: { begun: boolean }): Promise<Said> => {
  const { server } = request
  const context = secureContext(settings.tls)
  const bytes = await compose(request)
  const connection = new SMTPConnection({
    host: server.host, port: server.port, secure: server.secure, connection: await openSocket(server, settings.connectTimeoutMs),
    // A password goes over a network in clear to nobody; only a server on this machine may do without TLS.
    requireTLS: server.password !== null && !server.secure && !isThisMachine(server.host),
    greetingTimeout: settings.timeoutMs, socketTimeout: settings.timeoutMs, socketCloseTimeout: 0,
    ...(context ? { tls: { secureContext: context } } : {}),
  })
  const late = setTimeout(() => connection.close(), settings.timeoutMs)
  try {
    return await new Promise<Said>((resolve, reject) => {
      connection.on('error', reject)
      connection.once('end', () => reject(Object.assign(new Error('no answer of the mail server in time, or it ended the connection'), { code: 'ETIMEDOUT' })))
      const send = (): void => connection.send({ from: request.from.address, to: receiversOf(request), size: bytes.length }, watched(bytes, progress), (error, info) => {
        if (error) reject(error)
        else resolve(meaningOfPartial(request, info.rejectedErrors ?? [], info.response))
      })
      connection.connect((error) => {
        if (error) return reject(error)
        if (server.user === null || server.password === null) return send()
        connection.login({ credentials: { user: server.user, pass: server.password } }, (refused) => (refused ? reject(refused) : send()))
      })
    })
  } finally {
    clearTimeout(late)
    connection.removeAllListeners('end')
    connection.removeAllListeners('error')
    connection.on('error', () => undefined)
    connection.quit()
    setTimeout(() => connection.close(), 500).unref()
  }
}

/** Each mailbox once, however often To and Cc name it: it is refused once, or takes the message once. */
const receiversOf = ({ to, cc }: EmailRequest): string[] =>
  [...new Map([...to, ...cc].map(({ address }) => [address.toLowerCase(), address])).values()]

/** Read only once the server has said 354: from then on the message may be with it. */
const watched = (bytes: Uint8Array, progress: { begun: boolean }): Readable =>
  new Readable({ read() { progress.begun = true; this.push(bytes); this.push(null) } })

const compose = (request: EmailRequest): Promise<Uint8Array> =>
  new MailComposer({
    from: named(request.from), to: request.to.map(named), cc: request.cc.map(named), replyTo: request.replyTo.map(named),
    subject: request.subject, messageId: request.messageId, date: new Date(request.date), headers: request.extra.map(([key, value]) => ({ key, value })),
    text: request.body, html: request.html, disableFileAccess: true, disableUrlAccess: true,
    attachments: request.attachments.map(({ name, contentType, content }) => ({ filename: name, contentType, content })),
  }).compile().build()

const named = ({ name, address }: Mailbox): { name: string; address: string } => ({ name, address })

const isThisMachine = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host)
