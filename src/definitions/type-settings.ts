import type { CallWindow, ZoneSource } from '../core/policy.ts'
import type { Text } from './text.ts'

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

export interface SftpSettings {
  readonly fileName: Text | null
  /** Fingerprints, behind commas. */
  readonly hostKey: string | null
  readonly key: Text | null
  /** Beside those in the address and in Auth. */
  readonly username: Text | null
  readonly password: Text | null
}

export interface FileSettings {
  readonly path: Text | null
  readonly fileName: Text | null
}

export interface SoapSettings {
  readonly version: '1.1' | '1.2'
  readonly action: Text | null
  readonly namespace: Text | null
  readonly security: string | null
}
