import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface MailServer {
  readonly port: number
  /** Whole messages as they came, and who they were for. */
  readonly mails: { readonly raw: string; readonly mail: ParsedMail; readonly to: readonly string[] }[]
  /** Mailboxes that are refused, and with what. */
  readonly refusals: Map<string, number>
  /** What is said to a whole message; null: it is taken. `silence`, `hang-up`: no answer once it was read. */
  onData: number | 'silence' | 'hang-up' | null
  close(): Promise<void>
}

const certificate = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'certs', name))

/** A real SMTP server; user `leads`, password `secret` where it asks for one. */
export const startMailServer = async (options: { readonly auth?: boolean; readonly tls?: boolean; /** by the authority of test/world/certs; else by nobody */ readonly vouched?: boolean; /** how long it thinks over a message */ readonly thinksMs?: number } = {}): Promise<MailServer> => {
  const refusals = new Map<string, number>()
  const saying = (status: number, text: string): Error => Object.assign(new Error(text), { responseCode: status })
  const state: MailServer = { port: 0, mails: [], refusals, onData: null, close: () => Promise.resolve() }
  const server = new SMTPServer({
    key: certificate(options.vouched === true ? 'server-key.pem' : 'self-signed-key.pem'), cert: certificate(options.vouched === true ? 'server.pem' : 'self-signed.pem'),
    hideSTARTTLS: options.tls !== true, authOptional: options.auth !== true, disabledCommands: options.auth === true ? [] : ['AUTH'], allowInsecureAuth: true, closeTimeout: 50, disableReverseLookup: true,
    onAuth: (auth, _session, callback) => (auth.username === 'leads' && auth.password === 'secret' ? callback(null, { user: 'leads' }) : callback(saying(535, 'Invalid login'))),
    onRcptTo: (address, _session, callback) => {
      const status = refusals.get(address.address)
      callback(status === undefined ? null : saying(status, status < 500 ? 'try again later' : 'no such mailbox'))
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        simpleParser(raw).then((mail) => {
          state.mails.push({ raw, mail, to: session.envelope.rcptTo.map((each) => each.address) })
          if (state.onData === 'silence') return
          if (state.onData === 'hang-up') { for (const each of server.connections) each.close(); return }
          setTimeout(() => callback(state.onData === null ? null : saying(Number(state.onData), 'message refused'), 'queued as X1'), options.thinksMs ?? 0)
        }, callback)
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.server.address() as AddressInfo
  return Object.assign(state, { port: address.port, close: () => new Promise<void>((resolve) => { server.close(() => resolve()) }) })
}
