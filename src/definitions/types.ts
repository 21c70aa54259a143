import type { Place } from '../base/diagnostic.ts'
import type { Condition, ValuePath } from '../core/condition.ts'
import type { Plan } from '../core/plan.ts'
import type { CallWindow, Policy, ZoneSource } from '../core/policy.ts'
import type { Rate } from '../core/rate.ts'
import type { AlertRule } from '../core/report/alerts.ts'
import type { Again } from '../core/verdict.ts'
import type { RetryOn } from './values/retry-on.ts'
import type { StatusRange } from './values/status-range.ts'
import type { AuthDefinition } from './auth-definition.ts'

/** A file as the user names it. */
export interface FileText { readonly path: string; readonly text: string }

/** Text of the user's, with its place: a template, a URL, a header. `${NAME}` is already replaced. */
export interface Text {
  readonly text: string
  readonly place: Place
  /** Where a variable's value had to be written otherwise to be printed by a template: the value itself, for keys and passwords that are no templates. */
  readonly literal?: string
}

/** A mapping as written, blocks included. Values are templates (text) or typed YAML scalars. */
export type MappingNode =
  | { readonly kind: 'map'; readonly entries: readonly MappingEntry[]; readonly place: Place }
  | { readonly kind: 'list'; readonly items: readonly MappingNode[]; readonly place: Place }
  /** Text that may hold `{{…}}`; text without any is a constant. */
  | { readonly kind: 'template'; readonly text: string; readonly place: Place }
  /** A YAML number, boolean or null written unquoted; `text`: as it is written. */
  | { readonly kind: 'constant'; readonly value: number | boolean | null; readonly text: string; readonly place: Place }

export type MappingEntry =
  | { readonly kind: 'entry'; readonly key: string; readonly value: MappingNode; readonly place: Place }
  /** A block line and what it governs. `open` is the inside of its braces: `#if lead.score > 70`, `#unless lead.x`, `#compare lead.state "==" "CA"`. */
  | { readonly kind: 'block'; readonly open: Text; readonly then: readonly MappingEntry[]; readonly otherwise: readonly MappingEntry[] }

/**
 * `plain`: HTTP as the recipient's file says it. `service`: HTTP to a service that has its own address and ways. `handover`:
 * given to a mail or file server, or to a folder. `pool`: kept here for a person.
 */
export const TYPE_KINDS = {
  custom: 'plain', 'webhook.post': 'plain',
  'salesforce.create_lead': 'service', 'hubspot.create_or_update_contact': 'service', 'five9.add_to_list': 'service',
  email: 'handover', sftp: 'handover', file: 'handover', pool: 'pool',
} as const
export type EndpointType = keyof typeof TYPE_KINDS

export const isHttp = (type: EndpointType): boolean => TYPE_KINDS[type] === 'plain' || TYPE_KINDS[type] === 'service'
export const HTTP_TYPES = (Object.keys(TYPE_KINDS) as EndpointType[]).filter(isHttp)

export const FORMATS = ['json', 'xml', 'form', 'query', 'csv', 'text', 'soap'] as const
export type Format = (typeof FORMATS)[number]

/** What a row of `Response Codes` says. `status` null: any. First row that matches wins. */
export interface ResponseCodeRow {
  readonly status: StatusRange | null
  readonly when: Condition | null
  readonly means: 'success' | 'duplicate' | 'rejected' | 'error' | 'auth' | 'rate-limited' | 'server-error' | 'invalid-data' | 'retry'
  readonly retry: boolean | null
  /** `retry 5x`, `retry after 30 seconds`: in place of what the class has. */
  readonly again?: Again
  readonly pause: boolean
  readonly text: string
  readonly place: Place
}

export interface RegionalEndpoint { readonly when: Condition | null; readonly use: Text }

export interface Idempotency { readonly header: string; readonly key: Text | null }

/** What the body of an answer is read as. */
export type AnswerFormat = 'json' | 'xml' | 'html' | 'form' | 'text'

export interface ParsingDefinition {
  /** Overrides Content-Type; null: by Content-Type, else sniffed. */
  readonly format: AnswerFormat | null
  readonly success: Condition | null
  readonly rejected: Condition | null
  readonly duplicate: Condition | null
  readonly error: Condition | null
  readonly leadId: ValuePath | null
  readonly price: ValuePath | null
  readonly message: ValuePath | null
  readonly redirectUrl: ValuePath | null
  readonly capture: Readonly<Record<string, ValuePath>>
  /** Names that may be missing from an acceptance: `lead id`, `price`, or a capture's name; lower case. */
  readonly optional: readonly string[]
  /** Only in a ping's parsing. */
  readonly bid: ValuePath | null
  readonly pingId: ValuePath | null
  /** What every answer of this service holds: a 2xx without it is another page, and says neither yes nor no. Only types set it. */
  readonly proof?: ValuePath
  /** Where each was written, by key (`success`, `leadId` …), for messages. */
  readonly places: Readonly<Record<string, Place>>
}

/** A sample answer of the documentation; `check` says what it would mean. */
export interface SampleAnswer {
  /** A body, or a whole HTTP message (status line first). */
  readonly text: string
  readonly means: string | null
  readonly place: Place
}

export interface BatchDefinition {
  readonly format: 'json' | 'csv' | 'xml'
  readonly results: ValuePath | null
  /** `id = lead.id`: a path in each result and one in the lead; null: by position. */
  readonly match: { readonly result: string; readonly lead: string } | null
}

export interface PingDefinition {
  readonly endpoint: Text | null
  readonly timeoutMs: number | null
  readonly mapping: MappingNode | null
  readonly parsing: ParsingDefinition
}

export interface TestSettings {
  readonly endpoint: Text | null
  /** `simulated`: the built-in sandbox answers. */
  readonly responses: 'simulated success' | 'simulated failure' | 'simulated' | null
  /** 0 to 1. */
  readonly acceptRate: number | null
  readonly latencyMs: number | null
}

/** One header as written; values are templates. */
export interface HeaderDefinition { readonly name: string; readonly value: Text }

/** One endpoint recipient, everything typed and defaulted, nothing compiled: what `wire` turns into requests and verdicts. */
export type EndpointDefinition = EndpointBasics & OfType
export type EndpointOf<T extends EndpointType> = Extract<EndpointDefinition, { readonly type: T }>

/** What only some types have. */
type OfType =
  | { readonly type: 'custom' | 'webhook.post' | 'pool' }
  | { readonly type: 'salesforce.create_lead'; readonly url: Text; readonly settings: SalesforceSettings }
  | { readonly type: 'hubspot.create_or_update_contact'; readonly url: Text; readonly settings: HubspotSettings }
  | { readonly type: 'five9.add_to_list'; readonly settings: Five9Settings }
  | { readonly type: 'email'; readonly settings: EmailSettings }
  | { readonly type: 'sftp'; readonly settings: SftpSettings }
  | { readonly type: 'file'; readonly settings: FileSettings }

/** What every endpoint has, whatever its type. */
export interface EndpointBasics {
  readonly id: string
  readonly name: string
  readonly version: string | null
  readonly place: Place
  /** Where settings stand whose value only the making of requests can judge; absent where they are defaults. */
  readonly places?: Readonly<Partial<Record<'charset' | 'method' | 'format' | 'root' | 'hostKey', Place>>>
  /** A template; null where the type has none (`pool`). */
  readonly url: Text | null
  readonly backupUrl: Text | null
  /** The first whose condition holds on the lead; the last has none. */
  readonly endpoints: readonly RegionalEndpoint[]
  readonly method: string
  readonly format: Format
  readonly headers: readonly HeaderDefinition[]
  readonly auth: AuthDefinition | null
  readonly mapping: MappingNode | null
  readonly includeAllFields: boolean
  readonly omitEmpty: boolean
  readonly root: string | null
  readonly bodyParameter: string | null
  readonly extraFields: MappingNode | null
  readonly charset: string
  readonly compression: 'gzip' | null
  /** Of Format: SOAP alone. */
  readonly soap: SoapSettings
  readonly idempotency: Idempotency | null
  readonly parsing: ParsingDefinition
  readonly responseCodes: readonly ResponseCodeRow[]
  /** `Retry On`: failures that are retried although their class is not. */
  readonly retryOn: readonly RetryOn[]
  readonly samples: readonly SampleAnswer[]
  readonly tables: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>
  readonly batch: BatchDefinition | null
  readonly ping: PingDefinition | null
  readonly test: TestSettings | null
  readonly transport: TransportSettings
  /** Currency of prices that name none. */
  readonly currency: string
  /** How test mode answers an e-mail or a file on the spot, which then goes nowhere; only that sets it. */
  readonly rehearsal?: 'success' | 'failure'
  readonly alertWhen: readonly AlertRule[]
  readonly notify: string | null
  readonly about: About
}

/** `salesforce.create_lead`; `url` of the definition is the organisation's host, without a path. */
export interface SalesforceSettings {
  /** `v68.0` */
  readonly version: string
  readonly object: string
  /** The field by whose value a record is known: then records are upserted. */
  readonly externalId: string | null
  /** Headers of the options. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Requests go to the host that comes with the token; not where the author named an Endpoint. */
  readonly followsToken: boolean
}

/** `hubspot.create_or_update_contact`; `url` of the definition is the service's host, without a path. */
export interface HubspotSettings {
  readonly generation: string
  /** By name or id. */
  readonly list: Text | null
  readonly workflow: Text | null
  /** Test mode: the sandbox knows every workflow by its name. */
  readonly enrolsByName?: true
}

export interface Five9Settings {
  /** The dialer is told when to call, and the lead is not held for it (Schedule Calls). */
  readonly calls: { readonly window: CallWindow; readonly zone: ZoneSource } | null
}

export interface EmailSettings {
  readonly from: Text | null
  readonly to: Text | null
  readonly cc: Text | null
  readonly replyTo: Text | null
  readonly subject: Text | null
  readonly body: Text | null
  /** Null: a batch has its table with it, a lead alone nothing. */
  readonly attach: 'none' | 'csv' | 'adf' | null
}

interface SftpSettings {
  readonly fileName: Text | null
  /** Fingerprints, behind commas. */
  readonly hostKey: string | null
  readonly key: Text | null
  /** Beside those in the address and in Auth. */
  readonly username: Text | null
  readonly password: Text | null
}

interface FileSettings {
  readonly path: Text | null
  readonly fileName: Text | null
}

export interface SoapSettings {
  readonly version: '1.1' | '1.2'
  readonly action: Text | null
  readonly namespace: Text | null
  readonly security: string | null
}

/** How the wire is driven; no decision of the core depends on it. */
export interface TransportSettings {
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  /** Connections kept to one origin. */
  readonly connections: number
  readonly keepAliveMs: number
  readonly followRedirects: boolean
  readonly proxy: string | null
  readonly tls: { readonly ca: string | null; readonly certificate: string | null; readonly key: string | null } | null
  /** Where the two stand, to say what is wrong with them. */
  readonly places?: { readonly proxy?: Place; readonly tls?: Place }
  readonly allowPrivateNetwork: boolean
  /** Bytes, after decompression. */
  readonly maximumResponse: number
  /** Attempts at once; null: as many as connections. */
  readonly concurrency: number | null
  readonly rate: Rate | null
  /** How many attempts may be durable as started and not yet answered. */
  readonly inDoubtWindow: number | null
}

export interface About {
  readonly buyer: string | null
  readonly contact: string | null
  readonly documentation: string | null
  readonly notes: string | null
  /** Special Requirements that are prose only. */
  readonly requirements: readonly string[]
}

/** One file of `recipients/`, read. */
export type Recipient =
  | { readonly kind: 'endpoint'; readonly id: string; readonly name: string; readonly file: string; readonly policy: Policy; readonly definition: EndpointDefinition }
  | { readonly kind: 'pattern'; readonly id: string; readonly name: string; readonly title: string | null; readonly file: string; readonly about: About; readonly plan: Plan; readonly test: TestSettings | null }

/** All recipients of the given folders, by id. */
export interface Catalogue {
  readonly recipients: ReadonlyMap<string, Recipient>
  /** Every value that came from `${NAME}`. */
  readonly secrets: ReadonlySet<string>
}
