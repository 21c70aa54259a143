import type { Place } from '../base/diagnostic.ts'
import type { Condition, ValuePath } from '../core/condition.ts'
import type { AlertRule } from '../core/report/alerts.ts'
import type { ParsingDefinition, ResponseCodeRow, SampleAnswer } from './answer-definition.ts'
import type { AuthDefinition } from './auth-definition.ts'
import type { EndpointType, Format } from './endpoint-type.ts'
import type { MappingNode } from './mapping-node.ts'
import type { Text } from './text.ts'
import type { TransportSettings } from './transport-settings.ts'
import type { EmailSettings, FileSettings, Five9Settings, HubspotSettings, SalesforceSettings, SftpSettings, SoapSettings } from './type-settings.ts'
import type { RetryOn } from './fields/retry-on.ts'

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

export interface RegionalEndpoint { readonly when: Condition | null; readonly use: Text }

/** One header as written; values are templates. */
export interface HeaderDefinition { readonly name: string; readonly value: Text }

export interface Idempotency { readonly header: string; readonly key: Text | null }

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

export interface About {
  readonly buyer: string | null
  readonly contact: string | null
  readonly documentation: string | null
  readonly notes: string | null
  /** Special Requirements that are prose only. */
  readonly requirements: readonly string[]
}
