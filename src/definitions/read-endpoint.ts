import type { Place } from '../base/diagnostic.ts'
import { formatMoney } from '../base/money.ts'
import type { Policy } from '../core/policy.ts'
import type { AuthDefinition } from './auth-definition.ts'
import type { About, BatchDefinition, EndpointBasics, EndpointDefinition, HeaderDefinition } from './endpoint-definition.ts'
import { readEndpointKeys, type EndpointPlaces, type EndpointValues } from './endpoint-keys.ts'
import { isHttp, TYPE_KINDS, type EndpointType, type Format } from './endpoint-type.ts'
import type { Reading } from './fields/field.ts'
import { tellOfLoneText } from './fields/mapping.ts'
import { literalOf } from './fields/plain.ts'
import { asWritten, charsetOf, formatOf, warnOfContentType } from './format-of.ts'
import { currencyOf, DEFAULT_TIMEOUT_MS, policyOf } from './policy-of.ts'
import { authOf } from './read-auth.ts'
import { NO_PARSING } from './read-parsing.ts'
import { isCrm, policyOfService, withTokenUrl } from './services/crm.ts'
import { asWeb2Campaign } from './services/five9.ts'
import { asHubspot } from './services/hubspot.ts'
import { asSalesforce } from './services/salesforce.ts'
import type { Text } from './text.ts'
import type { TransportSettings } from './transport-settings.ts'
import { tellOfUnusedKeys } from './unused-keys.ts'
import { warnOfOpenHost } from './warnings.ts'
import type { YamlNode } from './yaml-tree.ts'

/** `typed`: its Type could be read; without it, nobody knows what the file needs. */
export interface ReadEndpoint { readonly definition: EndpointDefinition; readonly policy: Policy; readonly typed: boolean }

/** One endpoint file, everything read and defaulted. The result is whole even where mistakes were reported. */
export const readEndpoint = (id: string, name: string, root: Extract<YamlNode, { kind: 'map' }>, place: Place, reading: Reading): ReadEndpoint => {
  const { values, places } = readEndpointKeys(root, withTokenUrl(root, place, reading))
  const type = values.type ?? 'custom'
  const format = formatOf(type, values)
  const { charset, place: charsetPlace } = charsetOf(values, places)
  const placed = { ...places, charset: charsetPlace }
  const policy = policyOf(id, name, values)
  const basics: EndpointBasics = {
    id, name, place, format,
    places: Object.fromEntries((['charset', 'method', 'format', 'root', 'hostKey'] as const).flatMap((key) => (placed[key] ? [[key, placed[key]]] : []))),
    version: values.version ?? null,
    url: values.endpoint ?? null,
    backupUrl: values.backupEndpoint ?? null,
    endpoints: values.endpoints ?? [],
    method: (values.method ?? (format === 'query' ? 'GET' : 'POST')).toUpperCase(),
    headers: headersOf(values, place),
    auth: forServer(type, authFrom(values, places, reading)),
    mapping: values.fieldMapping ?? null,
    includeAllFields: values.includeAllFields ?? false,
    omitEmpty: values.omitEmpty ?? false,
    root: values.root ?? null,
    bodyParameter: values.bodyParameter ?? null,
    extraFields: values.extraFields ?? null,
    charset,
    compression: (values.compression ?? values.request?.compression) === 'gzip' ? 'gzip' : null,
    soap: { version: values.soapVersion ?? '1.1', action: values.soapAction ?? null, namespace: values.namespace ?? null, security: values.security ?? null },
    idempotency: idempotencyOf(type, values),
    parsing: values.responseParsing ?? NO_PARSING,
    responseCodes: values.responseCodes ?? [],
    retryOn: [...(values.retryOn ?? []), ...(values.retryStrategy?.retryOn ?? [])],
    samples: values.expectedResponse ?? [],
    tables: {},
    batch: values.batch ? { ...values.batch.definition, format: batchFormat(values.batch.definition.format, type, format, places) } : null,
    ping: values.ping ?? null,
    test: values.testSettings ?? null,
    transport: transportOf(values, places),
    currency: currencyOf(values),
    alertWhen: values.alertWhen ?? [],
    notify: values.notify ?? null,
    about: aboutOf(values),
  }
  if (places.type && values.type === undefined) return { definition: { ...basics, type: 'custom' }, policy, typed: false }
  const definition = asWritten(withType(type, basics, values, places, reading), values.tables ?? {})
  tellOfEndpoint(definition, values, places, reading)
  if (TYPE_KINDS[type] === 'plain') warnOfContentType(format, values, reading)
  if (TYPE_KINDS[type] !== 'service') tellOfLoneText(values.fieldMapping, format === 'text' && values.batch === undefined && HAS_TEXT.includes(type), reading)
  tellOfCaps(definition, policy, places, reading)
  const { days, callWindow } = values
  if (days && callWindow?.days && callWindow.days.toSorted().join() !== days.toSorted().join()) {
    reading.tell(places.days ?? place, 'given-twice', 'Call Window names other weekdays than Days', 'keep one of them')
  }
  tellOfUnusedKeys(type, places, reading)
  return { definition, policy: policyOfService(definition, policy, places, reading), typed: true }
}

/** With what is the type's own, and what its service makes of the rest. */
const withType = (type: EndpointType, basics: EndpointBasics, values: EndpointValues, places: EndpointPlaces, reading: Reading): EndpointDefinition => {
  const given = (name: 'from' | 'to' | 'cc' | 'replyTo' | 'subject' | 'body' | 'path' | 'fileName' | 'key' | 'username' | 'password'): Text | null => (values[name]?.text.trim() ? values[name] : null)
  // Credentials of a file server are no templates.
  const literal = (name: 'key' | 'username' | 'password'): Text | null => { const text = given(name); return text && literalOf(text) }
  switch (type) {
    case 'salesforce.create_lead': return asSalesforce(basics, values, places, reading)
    case 'hubspot.create_or_update_contact': return asHubspot(basics, values, places, reading)
    case 'five9.add_to_list': return asWeb2Campaign(basics, values, places, reading)
    case 'email': return { ...basics, type, settings: { from: given('from'), to: given('to'), cc: given('cc'), replyTo: given('replyTo'), subject: given('subject'), body: given('body'), attach: values.attach ?? null } }
    case 'sftp': return { ...basics, type, settings: { fileName: given('fileName'), hostKey: values.hostKey?.trim() ? values.hostKey : null, key: literal('key'), username: literal('username'), password: literal('password') } }
    case 'file': return { ...basics, type, settings: { path: given('path'), fileName: given('fileName') } }
    case 'custom': case 'webhook.post': case 'pool': return { ...basics, type }
  }
}

/** `Response: Accept-Encoding` is a header like any other; the author's own of that name goes before it. */
const headersOf = ({ headers = [], response }: EndpointValues, place: Place): readonly HeaderDefinition[] => {
  const asked = response?.acceptEncoding ?? null
  return asked === null || headers.some((each) => each.name.toLowerCase() === 'accept-encoding') ? headers : [...headers, { name: 'Accept-Encoding', value: { text: asked, place } }]
}

/** The recipient's own Format where the batch names none, a table in an e-mail; `CSV or JSON array` is CSV where no Format is written. */
const batchFormat = (written: BatchDefinition['format'] | 'either' | null, type: EndpointType, format: Format, places: EndpointPlaces): BatchDefinition['format'] => {
  if (written !== null && written !== 'either') return written
  if (format === 'xml') return 'xml'
  return format === 'json' && type !== 'email' && (written === null || places.format !== undefined) ? 'json' : 'csv'
}

/** Of Auth, at the top level. */
const LOOSE = ['username', 'password', 'tokenUrl', 'clientId', 'clientSecret', 'scope'] as const
const looseIn = <T>(all: Readonly<Partial<Record<(typeof LOOSE)[number], T>>>): Record<string, T> =>
  Object.fromEntries(LOOSE.flatMap((name) => { const one = all[name]; return one === undefined ? [] : [[name, one]] }))

const authFrom = (values: EndpointValues, places: EndpointPlaces, reading: Reading): AuthDefinition | null => {
  const [loose] = Object.values(looseIn(places))
  if (loose === undefined || values.type === 'sftp') return values.auth ?? null
  if (places.auth) {
    reading.tell(loose, 'given-twice', 'credentials are given beside Auth', 'put them under Auth')
    return values.auth ?? null
  }
  return authOf(looseIn(values), looseIn(places), loose, reading) ?? null
}

/** Mail and file servers take user names and passwords as they are, not as templates. */
const forServer = (type: EndpointType, auth: AuthDefinition | null): AuthDefinition | null =>
  auth?.kind === 'basic' && (type === 'email' || type === 'sftp') ? { ...auth, username: literalOf(auth.username), password: literalOf(auth.password) } : auth

/** A header of the author's own that is named so is the recipient's key (subject document, Idempotency). */
const idempotencyOf = (type: EndpointType, values: EndpointValues): EndpointDefinition['idempotency'] => {
  if (values.idempotency !== undefined) return values.idempotency
  const own = values.headers?.find(isKeyHeader)
  if (own) return { header: own.name, key: own.value }
  return !isHttp(type) || isCrm(type) ? null : { header: 'Idempotency-Key', key: null }
}

const isKeyHeader = ({ name }: HeaderDefinition): boolean => /idempotency-?key/i.test(name)

const transportOf = (values: EndpointValues, { proxy, tls }: EndpointPlaces): TransportSettings => ({
  timeoutMs: values.timeout ?? DEFAULT_TIMEOUT_MS,
  connectTimeoutMs: values.connectTimeout ?? 5_000,
  connections: values.connections ?? 10,
  keepAliveMs: values.keepAlive === 0 ? 0 : values.reuseFor ?? values.keepAlive ?? 300_000,
  followRedirects: values.followRedirects ?? false,
  proxy: values.proxy ?? null,
  tls: values.tls ?? null,
  ...(proxy || tls ? { places: { ...(proxy && { proxy }), ...(tls && { tls }) } } : {}),
  allowPrivateNetwork: values.allowPrivateNetwork ?? false,
  maximumResponse: values.maximumResponse ?? 1024 * 1024,
  concurrency: concurrencyOf(values),
  rate: values.rate ?? null,
  inDoubtWindow: values.inDoubtWindow ?? null,
})

/** A cap in money cannot hold a place for a sale whose price nobody knows before its answer: one is awaited after the other. */
const concurrencyOf = ({ concurrency, caps, price, ping, responseParsing }: EndpointValues): number | null =>
  concurrency ?? (price === undefined && ping === undefined && responseParsing?.price && caps?.some(({ limit }) => limit.kind === 'revenue') ? 1 : null)

type AboutValues = Pick<EndpointValues, 'buyer' | 'contact' | 'documentation' | 'notes' | 'description' | 'benefits' | 'prevents' | 'trackPerRecipient' | 'deliveryConfirmedWhen' | 'requirements'>

export const aboutOf = (values: AboutValues): About => ({
  buyer: values.buyer ?? null,
  contact: values.contact ?? null,
  documentation: values.documentation ?? null,
  notes: [values.notes, values.description, values.benefits, values.prevents, values.trackPerRecipient, values.deliveryConfirmedWhen].filter(Boolean).join('\n') || null,
  requirements: (values.requirements ?? []).flatMap((each) => (each.kind === 'prose' ? [each.text] : [])),
})

const HAS_TEXT: readonly EndpointType[] = ['custom', 'webhook.post', 'sftp', 'file']

const ADDRESSES: Readonly<Partial<Record<EndpointType, string>>> = {
  email: 'write Endpoint: smtp://user:${SMTP_PASSWORD}@mail.example.com:587', sftp: 'write Endpoint: sftp://user@sftp.example.com:22/folder/',
}

const needsAddress = (type: EndpointType): boolean => TYPE_KINDS[type] === 'plain' || type === 'email' || type === 'sftp'

/** Money of one currency never fills a cap in another; what a buyer answers may be in any. A cap that holds no single sale sends nothing, and its leads wait for ever. */
const tellOfCaps = ({ currency, parsing, ping }: EndpointDefinition, { caps, price, name }: Policy, places: EndpointPlaces, reading: Reading): void => {
  const earned = price?.currency ?? currency
  const other = caps.flatMap(({ limit }) => (limit.kind === 'revenue' && limit.amount.currency !== earned ? [limit.amount.currency] : []))[0]
  if (other !== undefined && places.caps) reading.tell(places.caps, 'other-currency', `this cap counts ${other}, and ${name} earns ${earned}: it is never reached`, `write the cap in ${earned}`, parsing.price || ping ? 'warning' : 'error')
  const small = caps.flatMap(({ limit }) => (limit.kind === 'revenue' && price && limit.amount.currency === price.currency && limit.amount.amount < price.amount ? [limit.amount] : []))[0]
  if (small && price && places.caps) reading.tell(places.caps, 'cap-below-price', `this cap of ${small.currency} ${formatMoney(small)} holds no sale of ${formatMoney(price)}: nothing would be sent to ${name}`, 'write a cap of one sale or more', 'warning')
}

const tellOfEndpoint = (definition: EndpointDefinition, { duplicateCheck }: EndpointValues, places: EndpointPlaces, reading: Reading): void => {
  const { type, parsing, responseCodes } = definition
  if (definition.url === null && definition.endpoints.length === 0 && !places.endpoint && !places.endpoints && needsAddress(type)) {
    reading.tell(definition.place, 'missing-key', `${definition.name} has no Endpoint`, ADDRESSES[type] ?? 'write Endpoint: https://… under Settings; recipients that arrange others have a Pattern')
  }
  const last = definition.endpoints.at(-1)
  if (last && last.when !== null && definition.url === null && !places.endpoint && definition.ping === null) {
    reading.tell(last.use.place, 'no-last-endpoint', 'a lead for which no When holds has nowhere to go: it fails', 'end the list with an endpoint without When', 'warning')
  }
  if (places.extraFields && !places.bodyParameter) {
    reading.tell(places.extraFields, 'unused-key', 'Extra Fields stand beside a Body Parameter, and there is none: they are not sent', 'write Body Parameter: data, or move them into Field Mapping')
  }
  if (duplicateCheck === true && type !== 'salesforce.create_lead') {
    reading.tell(places.duplicateCheck ?? definition.place, 'not-enforced', 'this Duplicate Check names no field, and keeps no lead back', 'write Duplicate Check: phone_1 within 30 days', 'warning')
  }
  if (TYPE_KINDS[type] === 'plain') warnOfOpenHost(definition).forEach(reading.report)
  if (type !== 'custom') return
  const knowsSuccess = parsing.success !== null || parsing.places['success'] !== undefined || responseCodes.some((row) => row.means === 'success') || places.responseCodes !== undefined
  if (!knowsSuccess) reading.tell(definition.place, 'no-success-rule', `${definition.name} has no Success rule: every answer with a status of 2xx counts as an acceptance`, 'write Response Parsing with Success: status = "accepted", as the buyer answers', 'warning')
}
