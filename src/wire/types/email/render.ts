import type { Report } from '../../../base/diagnostic.ts'
import { shortHash } from '../../../base/hash.ts'
import { isoTime, type Instant } from '../../../base/time.ts'
import { readReceived } from '../../../core/received.ts'
import type { EndpointDefinition, EndpointOf } from '../../../definitions/endpoint-definition.ts'
import type { Text } from '../../../definitions/text.ts'
import type { EmailSettings } from '../../../definitions/type-settings.ts'
import { columnsOf, csvOf, FOR_PEOPLE } from '../../encode/csv.ts'
import { pairsOf } from '../../encode/pairs.ts'
import type { Rendered, Renderer, RenderInput } from '../../endpoint.ts'
import { inCommonOf } from '../../in-common.ts'
import type { Attachment, EmailRequest, Mailbox } from '../../request.ts'
import { compilePath } from '../../template/scope.ts'
import { compileWords, type TemplateOptions } from '../../template/template.ts'
import { textOf } from '../../template/text-of.ts'
import { documentOf, oneForAll, typeOptions } from '../compiling.ts'
import { tellOfNoAnswer } from '../handover.ts'
import { readServer, type Schemes, type ServerAddress } from '../server.ts'
import { adfOf } from './adf.ts'
import { htmlBody, linesOf, plainBody, type LeadLines } from './lines.ts'
import { forAddress, oneLine, readMailboxes, showMailboxes, type Mailboxes } from './mailboxes.ts'

const SCHEMES: Schemes = { smtp: { port: 587, secure: false }, smtps: { port: 465, secure: true } }

type Email = EndpointOf<'email'>

/** Everything of an e-mail recipient that makes messages; mistakes are reported at their place in the file. */
export const compileEmail = (definition: Email, report: Report): Renderer => {
  const options = typeOptions(definition, report)
  const main = definition.url && readServer(definition.url, SCHEMES, definition, options)
  const backup = definition.backupUrl && readServer(definition.backupUrl, SCHEMES, definition, options)
  tellOfNoAnswer(definition, options.tell, 'an e-mail', 'a mail server takes it or refuses it')
  if (definition.endpoints.length > 0) options.tell(definition.place, 'no-endpoints', 'Endpoints cannot choose a mail server', 'write Endpoint: smtp://…; To may be a template')
  const { settings } = definition
  const from = requiredAddress(settings.from, 'From', 'leads@example.com', definition, options)
  const to = requiredAddress(settings.to, 'To', 'intake@buyer.example', definition, options)
  const cc = address(settings.cc, 'Cc', options)
  const replyTo = address(settings.replyTo, 'Reply To', options)
  const write = compileContent(definition, options)
  const extra = compileExtra(definition, options)
  const rehearsal = definition.rehearsal ?? null

  const request = (input: RenderInput, inputs: readonly RenderInput[]): Rendered => {
    const place: ServerAddress | null = input.target === 'backup' ? backup ?? main : main
    if (place === null) return { ok: false, reason: 'no mail server is given' }
    const senders = from(input)
    const receivers = to(input)
    const copies = cc(input)
    // A batch is answered at the sender's where its leads would be answered at several places.
    const answers = inputs.every((each) => JSON.stringify(replyTo(each)) === JSON.stringify(replyTo(input))) ? replyTo(input) : NOBODY
    if (!senders.ok || senders.mailboxes.length === 0) return { ok: false, reason: `From: ${senders.ok ? 'it is empty for this lead' : senders.problem}` }
    if (!receivers.ok || receivers.mailboxes.length === 0) return { ok: false, reason: `To: ${receivers.ok ? 'it is empty for this lead' : receivers.problem}` }
    if (!copies.ok) return { ok: false, reason: `Cc: ${copies.problem}` }
    const [sender] = senders.mailboxes as readonly [Mailbox, ...Mailbox[]]
    const key = safeKey(input.key)
    const content = write(inputs, key)
    const head: [string, string][] = [['Auto-Submitted', 'auto-generated'], ['X-Entity-Ref-ID', inputs.length === 1 ? oneLine(input.lead.id) : key], ...extra(input)]
    const messageId = `<${key}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`
    // A lead whose own address cannot be read is answered at the sender's.
    const replies = answers.ok ? answers.mailboxes : []
    const email: EmailRequest = {
      kind: 'email', method: 'MAIL', url: place.origin, server: place.server, from: sender, to: receivers.mailboxes, cc: copies.mailboxes, replyTo: replies,
      subject: content.subject, messageId, date: input.now, extra: head, body: content.text, html: content.html, attachments: content.attachments, rehearsal,
      headers: [
        ['From', showMailboxes([sender])], ['To', showMailboxes(receivers.mailboxes)],
        ...(copies.mailboxes.length > 0 ? [['Cc', showMailboxes(copies.mailboxes)] as const] : []),
        ...(replies.length > 0 ? [['Reply-To', showMailboxes(replies)] as const] : []),
        ['Subject', content.subject], ['Message-ID', messageId], ...head, ...content.attachments.map((each) => ['Attachment', each.name] as const),
      ],
    }
    return { ok: true, request: email }
  }
  return {
    ...oneForAll(request),
    inCommon: inCommonOf((input) => [from(input), to(input), cc(input), extra(input)]),
  }
}

type AddressLine = (input: RenderInput) => Mailboxes

const NOBODY: Mailboxes = { ok: true, mailboxes: [] }

const address = (source: Text | null, name: string, options: TemplateOptions): AddressLine => {
  if (source === null) return () => NOBODY
  const words = compileWords(source, { ...options, encode: forAddress })
  if (source.text.includes('{{')) return (input) => { const text = words(input); return text === undefined || text.trim() === '' ? NOBODY : readMailboxes(text) }
  const fixed = readMailboxes(source.text)
  if (!fixed.ok) options.tell(source.place, 'bad-address', `${name}: ${fixed.problem}`, 'write intake@buyer.example, or Desk <desk@buyer.example>; several behind commas')
  return () => fixed
}

const requiredAddress = (source: Text | null, name: string, example: string, definition: EndpointDefinition, options: TemplateOptions): AddressLine => {
  if (source === null) options.tell(definition.place, 'missing-key', `${definition.name} has no ${name}`, `write ${name}: ${example} under Settings`)
  return address(source, name, options)
}

interface Content { readonly subject: string; readonly text: string; readonly html: string; readonly attachments: readonly Attachment[] }

const compileContent = (definition: Email, options: TemplateOptions): ((inputs: readonly RenderInput[], key: string) => Content) => {
  const { name, batch } = definition
  const document = documentOf(definition, options)
  const columns = columnsOf(document.shape)
  const { attach, ...words } = definition.settings
  const subject = words.subject && compileWords(words.subject, { ...options, encode: oneLine })
  const body = words.body && compileWords(words.body, options)
  const source = compilePath(['source', 'name'], options.vocabulary, definition.place)
  const sourceOf = (input: RenderInput): string | null => { const value = typeof source === 'function' ? source(input) : null; return value === undefined || value === null ? null : oneLine(textOf(value)) }
  return (inputs, key) => {
    const [first] = inputs as readonly [RenderInput, ...RenderInput[]]
    const single = inputs.length === 1
    const built = inputs.map(document.build)
    const leads: readonly LeadLines[] = built.map((each, i) => ({ title: single ? null : `Lead ${inputs[i]?.lead.id ?? ''}`, pairs: pairsOf(each) }))
    const own = single ? body?.(first) : undefined
    const at = isoTime(first.now).replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
    const from = sourceOf(first)
    const footer = [`${single ? `Lead ${oneLine(first.lead.id)}` : `${inputs.length} leads`}${from === null ? '' : ` from ${from}`}, ${at}`, `Reference ${key}`]
    const intro = own ?? (single ? `A new lead for ${name}.` : `${inputs.length} new leads for ${name}.`)
    const shown = own === undefined ? leads : []
    return {
      subject: oneLine((single ? subject?.(first) : undefined) ?? (single ? `New lead ${plainId(first.lead.id, key)}` : `${inputs.length} new leads (${key.slice(0, 8)})`)).slice(0, 400),
      text: plainBody(linesOf(intro).join('\n'), shown, own === undefined ? footer : []),
      html: htmlBody(intro, shown, own === undefined ? footer : []),
      attachments: attachments(attach, batch !== null, single ? fileNameOf(first.lead.id, key) : `leads-${key}`, {
        csv: () => csvOf(built, columns, FOR_PEOPLE),
        adf: () => adfOf(inputs.map((input, i) => ({ id: input.lead.id, at: requestedAt(input), pairs: leads[i]?.pairs ?? [], vendor: name, provider: sourceOf(input) ?? 'finalmile' }))),
      }),
    }
  }
}

/** When the customer asked: dealers measure by it how soon they answer. */
const requestedAt = ({ lead, now }: RenderInput): Instant => {
  const received = readReceived(lead.fields, null)
  return received.kind === 'said' ? received.value : now
}

/** A batch has its table with it, unless the author says otherwise. */
const attachments = (attach: EmailSettings['attach'], batch: boolean, name: string, make: { readonly csv: () => string; readonly adf: () => string }): readonly Attachment[] => {
  switch (attach ?? (batch ? 'csv' : 'none')) {
    case 'csv': return [{ name: `${name}.csv`, contentType: 'text/csv; charset=utf-8', content: make.csv() }]
    case 'adf': return [{ name: `${name}.xml`, contentType: 'application/xml; charset=utf-8', content: make.adf() }]
    default: return []
  }
}

/** Subjects stand in logs and notifications: an id that is a person's address is not shown there. */
const plainId = (id: string, key: string): string => (id.includes('@') ? key.slice(0, 8) : oneLine(id))

const fileNameOf = (id: string, key: string): string => `lead-${id.includes('@') ? key.slice(0, 8) : id.replace(/[^\w.-]/g, '_').slice(0, 80)}`

/** Keys of ours can stand in a Message-ID; anything else is hashed into one that can. */
const safeKey = (key: string): string => (/^[\w-]{1,64}$/.test(key) ? key : shortHash(key))

const compileExtra = (definition: EndpointDefinition, options: TemplateOptions): ((input: RenderInput) => readonly [string, string][]) => {
  const writers = definition.headers.flatMap(({ name, value }) => {
    if (/^x-[\w-]+$/i.test(name)) { const words = compileWords(value, options); return [(input: RenderInput) => [name, words(input)] as const] }
    options.tell(value.place, 'bad-header', `${name} cannot be set for an e-mail`, 'headers of your own start with X-; From, To, Cc, Reply To and Subject are settings')
    return []
  })
  return (input) => writers.flatMap((write): [string, string][] => { const [name, value] = write(input); return value === undefined ? [] : [[name, oneLine(value).slice(0, 900)]] })
}
