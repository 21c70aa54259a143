import dns from 'node:dns'
import net from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTransport } from '../../../src/adapters/transport.ts'
import type { EndpointBasics, EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { buildEmail, mapping, textOf, type OwnSettings } from '../../wire/build-definition.ts'
import { inputOf } from '../../wire/render/input.ts'
import { certPath } from '../../world/certs.ts'
import { startMailServer, type MailServer } from '../../world/mail-server.ts'
import { settings, type Settings } from '../http/sending.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of closing.splice(0)) await close() })

const open = async (options: Parameters<typeof startMailServer>[0] = {}): Promise<MailServer> => {
  const server = await startMailServer(options)
  closing.push(server.close)
  return server
}

const definitionOf = (port: number, given: Partial<EndpointBasics> = {}, own: OwnSettings = {}): EndpointDefinition => buildEmail(
  { from: 'Leads <leads@seller.example>', to: 'intake@buyer.example', ...own },
  { name: 'Late Buyer', url: textOf(`smtp://127.0.0.1:${port}`), mapping: mapping({ firstName: '{{lead.first}}', email: '{{lead.email}}' }), ...given },
)

/** Every name is this machine's, as far as it is asked for. */
const allNamesAreHere = (): void => {
  const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, options: { all?: boolean }, callback: (error: null, found: unknown, family?: number) => void) => {
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
    else callback(null, '127.0.0.1', 4)
  }) as unknown as typeof dns.lookup)
  closing.push(async () => { lookup.mockRestore() })
}

/** A server that says 250 to all, but for what it is told to say to a command or (`.`) to the message. */
const sayingServer = async (says: Readonly<Record<string, string>>, heard: string[] = []): Promise<number> => {
  const sockets: net.Socket[] = []
  const server = net.createServer((socket) => {
    sockets.push(socket)
    let inMessage = false
    socket.on('error', () => undefined)
    socket.write(`${says['greeting'] ?? '220 here'}\r\n`)
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (inMessage && line !== '.') continue
        const verb = line.split(/[ :]/, 1)[0] ?? ''
        heard.push(verb)
        inMessage = verb === 'DATA' && says['DATA'] === undefined
        const answer = says[verb] ?? (verb === 'DATA' ? '354 go on' : '250 ok')
        if (answer === 'hang-up') socket.destroy()
        else if (answer === 'drip') setInterval(() => socket.write('250-and\r\n'), 50).unref()
        else socket.write(`${answer}\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => { sockets.forEach((each) => each.destroy()); server.close(() => resolve()) }))
  return (server.address() as net.AddressInfo).port
}

const LEAD = { id: 'L1', first: 'Dana', email: 'dana@example.com' }

const deliver = async (definition: EndpointDefinition, fields: Readonly<Record<string, unknown>> = LEAD, given: Partial<Settings> = {}) => {
  const { endpoint, diagnostics } = compileEndpoint(definition)
  if (!endpoint) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  const rendered = endpoint.render(inputOf(fields))
  if (!rendered.ok) throw new Error(rendered.reason)
  const transport = createTransport()
  const reply = await transport.send(rendered.request, settings(given))
  await transport.close()
  return { reply, verdict: endpoint.read(reply, 'post') }
}

describe('a mail server that takes the message', () => {
  it('means accepted, without a lead id and without a price, and the buyer reads both bodies', async () => {
    const server = await open()
    const { verdict } = await deliver(definitionOf(server.port))
    expect(verdict).toMatchObject({ kind: 'accepted', buyerLeadId: null, price: null, reason: expect.stringMatching(/^handed to the mail server \(250.*queued as X1\)$/) })
    const [got] = server.mails
    expect(got?.to).toEqual(['intake@buyer.example'])
    expect(got?.mail.subject).toBe('New lead L1')
    expect(got?.mail.text).toContain('firstName: Dana\nemail: dana@example.com')
    expect(got?.mail.html).toContain('<td><b>firstName:</b></td><td>Dana</td>')
    expect(got?.mail.headers.get('auto-submitted')).toBe('auto-generated')
    expect(got?.mail.headers.get('x-entity-ref-id')).toBe('L1')
    expect(got?.mail.messageId).toBe('<key-1@seller.example>')
  })

  it('gets the same message again under the same Message-ID and Date', async () => {
    const server = await open()
    await deliver(definitionOf(server.port))
    await deliver(definitionOf(server.port))
    expect(new Set(server.mails.map(({ mail }) => `${mail.messageId} ${mail.date?.toISOString()}`))).toEqual(new Set([`<key-1@seller.example> ${new Date(inputOf(LEAD).now).toISOString().replace(/\.\d+/, '.000')}`]))
  })

  it('gets user and password, and asks in vain for a wrong one', async () => {
    const server = await open({ auth: true })
    const { verdict } = await deliver(definitionOf(server.port, { url: textOf(`smtp://leads:secret@127.0.0.1:${server.port}`) }))
    expect(verdict.kind).toBe('accepted')
    const refused = await deliver(definitionOf(server.port, { url: textOf(`smtp://leads:wr@ng/@127.0.0.1:${server.port}`) }))
    expect(refused.verdict).toMatchObject({ kind: 'failed', class: 'auth', retry: false, alert: true, pause: true })
    expect(server.mails).toHaveLength(1)
  })

  it('gets an attachment that no spreadsheet runs, or one for car dealers', async () => {
    const server = await open()
    await deliver(definitionOf(server.port, {}, { attach: 'csv' }), { ...LEAD, first: '=cmd|calc' })
    await deliver(definitionOf(server.port, {}, { attach: 'adf' }), { ...LEAD, first: 'Da<na>&' })
    expect(server.mails[0]?.mail.attachments[0]).toMatchObject({ filename: 'lead-L1.csv', content: Buffer.from("firstName,email\r\n'=cmd|calc,dana@example.com\r\n") })
    const adf = server.mails[1]?.mail.attachments[0]?.content.toString() ?? ''
    expect(adf).toContain('<?adf version="1.0"?>')
    expect(adf).toContain('<name part="first">Da&lt;na&gt;&amp;</name><email>dana@example.com</email>')
    await deliver(definitionOf(server.port, {}, { attach: 'adf' }), { ...LEAD, received_at: '2026-01-02 10:00:00-05' })
    expect(server.mails[2]?.mail.attachments[0]?.content.toString()).toContain('<requestdate>2026-01-02T15:00:00.000Z</requestdate>')
  })

  it('gets a batch as one message with a table', async () => {
    const server = await open()
    const { endpoint } = compileEndpoint(definitionOf(server.port, { batch: { format: 'csv', results: null, match: null } }))
    const rendered = endpoint?.renderBatch([inputOf({ ...LEAD, id: 'L1' }, { key: 'b1' }), inputOf({ ...LEAD, id: 'L2' }, { key: 'b1' })])
    if (!endpoint || !rendered?.ok) throw new Error('no batch')
    const transport = createTransport()
    const reply = await transport.send(rendered.request, settings())
    await transport.close()
    expect(endpoint.readBatch(reply, [{ id: 'L1', fields: {} }, { id: 'L2', fields: {} }]).map((each) => each.kind)).toEqual(['accepted', 'accepted'])
    expect(server.mails[0]?.mail.attachments[0]?.content.toString().split('\r\n')).toHaveLength(4)
  })
})

describe('refusals', () => {
  for (const [status, expected] of [[550, { class: 'invalid_data', retry: false }], [451, { class: 'server_error', retry: true }]] as const) {
    it(`${status} of the only mailbox is ${expected.class}`, async () => {
      const server = await open()
      server.refusals.set('intake@buyer.example', status)
      expect((await deliver(definitionOf(server.port))).verdict).toMatchObject({ kind: 'failed', ...expected })
      expect(server.mails).toHaveLength(0)
    })

    it(`${status} of the message is ${expected.class}`, async () => {
      const server = await open()
      server.onData = status
      expect((await deliver(definitionOf(server.port))).verdict).toMatchObject({ kind: 'failed', ...expected })
    })

    it(`${status} of the buyer's mailbox, while a copy is taken, is ${expected.class} and no acceptance`, async () => {
      const server = await open()
      server.refusals.set('intake@buyer.example', status)
      const { verdict } = await deliver(definitionOf(server.port, {}, { cc: 'desk@seller.example' }))
      expect(verdict).toMatchObject({ kind: 'failed', ...expected, reason: expect.stringContaining('intake@buyer.example') })
    })
  }

  it('a refused copy takes nothing from the acceptance, and is told', async () => {
    const server = await open()
    server.refusals.set('desk@seller.example', 550)
    expect((await deliver(definitionOf(server.port, {}, { cc: 'desk@seller.example' }))).verdict).toMatchObject({ kind: 'accepted', reason: expect.stringContaining('not to the copy desk@seller.example') })
  })

  it('one of two mailboxes of the buyer refused: held for a person, for it may be sold already', async () => {
    const server = await open()
    server.refusals.set('b@buyer.example', 550)
    expect((await deliver(definitionOf(server.port, {}, { to: 'intake@buyer.example, b@buyer.example' }))).verdict.kind).toBe('unconfirmed')
  })

  it.each([550, 451])('one of two mailboxes of the buyer refused by %i, which is named twice: the other has the lead, and it is held', async (status) => {
    const server = await open()
    for (const mailbox of ['b@buyer.example', 'B@buyer.example']) server.refusals.set(mailbox, status)
    for (const options of [{ to: 'intake@buyer.example, b@buyer.example', cc: 'b@buyer.example' }, { to: 'b@buyer.example, intake@buyer.example, B@buyer.example' }]) {
      expect((await deliver(definitionOf(server.port, {}, options))).verdict).toMatchObject({ kind: 'unconfirmed', reason: expect.stringMatching(/refused b@buyer\.example/i) })
    }
  })

  it('the only mailbox refused, in a domain with letters of its own, while a copy is taken: no acceptance', async () => {
    const server = await open()
    server.refusals.set('intake@käufer.example', 550)
    server.refusals.set('intake@xn--kufer-gra.example', 550)
    const { verdict } = await deliver(definitionOf(server.port, {}, { to: 'intake@käufer.example', cc: 'desk@seller.example' }))
    expect(verdict).toMatchObject({ kind: 'failed', class: 'invalid_data' })
  })
})

describe('trouble on the way', () => {
  it('a server that is down: network, tried again', async () => {
    const server = await startMailServer()
    await server.close()
    expect((await deliver(definitionOf(server.port))).verdict).toMatchObject({ kind: 'failed', class: 'network', retry: true })
  })

  it('a server that says nothing at all: network, for nothing was sent', async () => {
    const sockets: net.Socket[] = []
    const silent = net.createServer((socket) => { sockets.push(socket); socket.on('error', () => undefined) })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => { sockets.forEach((each) => each.destroy()); silent.close(() => resolve()) }))
    const { verdict } = await deliver(definitionOf((silent.address() as net.AddressInfo).port), LEAD, { timeoutMs: 150 })
    expect(verdict).toMatchObject({ kind: 'failed', class: 'network', retry: true })
  })

  it('silence after the message: unknown, for it may have been taken', async () => {
    const server = await open()
    server.onData = 'silence'
    expect((await deliver(definitionOf(server.port), LEAD, { timeoutMs: 300 })).verdict).toMatchObject({ kind: 'unknown', class: 'timeout', retry: true })
  })

  it('a connection lost after the message: unknown', async () => {
    const server = await open()
    server.onData = 'hang-up'
    expect((await deliver(definitionOf(server.port))).verdict).toMatchObject({ kind: 'unknown', retry: true })
  })

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, unknown>>]>([
    ['busy at its greeting: tried again', { greeting: '421 too many connections' }, { kind: 'failed', class: 'server_error', retry: true }],
    ['that greets with a refusal: no retry', { greeting: '554 no mail from there' }, { kind: 'failed', class: 'invalid_data', retry: false }],
    ['that wants a user: a person must look', { MAIL: '530 5.7.0 Authentication required' }, { kind: 'failed', class: 'auth', pause: true }],
    ['that hangs up at DATA: network, for nothing was sent', { DATA: 'hang-up' }, { kind: 'failed', class: 'network', retry: true }],
    ['that closes down after the message, and says so: tried again', { '.': '421 closing' }, { kind: 'failed', class: 'server_error', retry: true }],
    ['whose word on the message is neither yes nor no: unknown', { '.': 'what?' }, { kind: 'unknown', class: 'unreadable' }],
    ['whose word on the message is no reply of SMTP\'s end: unknown', { '.': '354 go on' }, { kind: 'unknown', class: 'unreadable' }],
    ['whose word on the message has a number that SMTP does not know: unknown', { '.': '999 well' }, { kind: 'unknown', class: 'unreadable' }],
    ['that refuses in escapes for a terminal: its words without them', { MAIL: '550 \u001b[2J\u001b]0;x\u0007no' }, { kind: 'failed', reason: 'the mail server says: 550 [2J ]0;x no' }],
    ['that takes it in such: the same', { '.': '250 \u001b[31mqueued' }, { kind: 'accepted', reason: 'handed to the mail server (250 [31mqueued)' }],
    ['whose word on the message has no end: unknown', { '.': `250 ${'x'.repeat(3_000_000)}` }, { kind: 'unknown', class: 'unreadable' }],
    ['that breaks off in its answer to the message: unknown', { '.': 'hang-up' }, { kind: 'unknown', retry: true }],
  ])('a server %s', async (_, says, expected) => {
    expect((await deliver(definitionOf(await sayingServer(says)))).verdict).toMatchObject(expected)
  })

  it.each([['454 4.7.0 Temporary authentication failure', { class: 'server_error', retry: true }], ['535 5.7.8 bad', { class: 'auth', pause: true }]] as const)('a sign-in that is answered %s', async (answer, expected) => {
    const port = await sayingServer({ EHLO: '250-here\r\n250 AUTH PLAIN', AUTH: answer })
    expect((await deliver(definitionOf(port, { url: textOf(`smtp://leads:secret@127.0.0.1:${port}`) }))).verdict).toMatchObject({ kind: 'failed', ...expected })
  })

  it('a certificate that nobody vouches for: tls, no retry, an alert', async () => {
    const server = await open({ tls: true })
    expect((await deliver(definitionOf(server.port))).verdict).toMatchObject({ kind: 'failed', class: 'tls', retry: false, alert: true })
    expect(server.mails).toHaveLength(0)
  })

  it('a certificate of an authority that TLS names is trusted', async () => {
    const server = await open({ tls: true, vouched: true })
    expect((await deliver(definitionOf(server.port), LEAD, { tls: { ca: certPath('ca.pem'), certificate: null, key: null } })).verdict.kind).toBe('accepted')
    expect((await deliver(definitionOf(server.port))).verdict).toMatchObject({ kind: 'failed', class: 'tls' })
    expect(server.mails).toHaveLength(1)
  })

  it('no password goes in clear to another machine, even if it asks for none of TLS', async () => {
    allNamesAreHere()
    const heard: string[] = []
    const port = await sayingServer({ EHLO: '250-here\r\n250 AUTH PLAIN', STARTTLS: '502 no such command' }, heard)
    const definition = definitionOf(port, { url: textOf(`smtp://leads:secret@mail.buyer.example:${port}`), transport: settings({ allowPrivateNetwork: true }) })
    expect((await deliver(definition)).verdict.kind).toBe('failed')
    expect(heard).not.toContain('AUTH')
    expect(heard).not.toContain('MAIL')
  })

  it('a name that resolves to a private address is refused, where it was not written out', async () => {
    allNamesAreHere()
    const server = await open()
    expect((await deliver(definitionOf(server.port, { url: textOf(`smtp://mail.buyer.example:${server.port}`) }))).verdict).toMatchObject({ kind: 'failed', class: 'blocked' })
    expect(server.mails).toHaveLength(0)
  })

  it('a server that goes on and on in its answer is given up in time', async () => {
    const port = await sayingServer({ MAIL: 'drip' })
    const begun = performance.now()
    expect((await deliver(definitionOf(port), LEAD, { timeoutMs: 300 })).verdict).toMatchObject({ kind: 'failed', class: 'network', retry: true })
    expect(performance.now() - begun).toBeLessThan(2_000)
  })

  it('a name that is a loopback address but was not written out is refused', async () => {
    const { verdict } = await deliver(definitionOf(25, { url: textOf('smtp://localhost.:25') }))
    expect(verdict).toMatchObject({ kind: 'failed', class: 'blocked' })
  })
})

describe('a stop', () => {
  const rendered = (port: number) => {
    const made = compileEndpoint(definitionOf(port)).endpoint?.render(inputOf(LEAD))
    if (!made?.ok) throw new Error('no request')
    return made.request
  }

  it('lets a message that is on its way be answered for', async () => {
    const server = await open({ thinksMs: 300 })
    const transport = createTransport()
    const sending = transport.send(rendered(server.port), settings())
    let answered = false
    void sending.then(() => { answered = true })
    await transport.close()
    expect(answered).toBe(true)
    expect((await sending).kind).toBe('handed-over')
  })

  it('sends nothing after it, by close or by its signal', async () => {
    const server = await open()
    const transport = createTransport()
    expect(await transport.send(rendered(server.port), settings(), AbortSignal.abort())).toMatchObject({ kind: 'fault', fault: 'stopped' })
    await transport.close()
    expect(await transport.send(rendered(server.port), settings())).toMatchObject({ kind: 'fault', fault: 'stopped' })
    expect(server.mails).toHaveLength(0)
  })
})

describe('hostile leads', () => {
  it('add no header, no receiver, no field line and no markup', async () => {
    const server = await open()
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>'
    await deliver(definitionOf(server.port, {}, { subject: textOf('Lead {{lead.first}}'), replyTo: textOf('{{lead.email}}') }), { id: `L1${evil}`, first: evil, email: 'a@example.com, evil@example.com' })
    const [got] = server.mails
    expect(got?.to).toEqual(['intake@buyer.example'])
    expect(got?.mail.bcc).toBeUndefined()
    expect(got?.mail.replyTo).toBeUndefined()
    expect(got?.raw.split('\r\n\r\n', 1)[0]).not.toMatch(/^bcc:/im)
    expect(got?.mail.text).not.toMatch(/^Bcc:/m)
    expect(got?.mail.html).not.toContain('<script>')
  })

  it('whose address would be a list of receivers are not sent', async () => {
    const { endpoint } = compileEndpoint(definitionOf(25, {}, { to: textOf('{{lead.email}}') }))
    expect(endpoint?.render(inputOf({ id: 'L1', email: 'a@example.com, b@example.com' }))).toMatchObject({ ok: false })
  })
})
