import type { Place } from '../base/diagnostic.ts'
import type { Rate } from '../core/rate.ts'

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
