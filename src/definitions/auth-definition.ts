import type { ValuePath } from '../core/condition.ts'
import type { MappingNode } from './mapping-node.ts'
import type { Text } from './text.ts'

/** How a request proves who sends it. Where something is optional, what holds without it is said. */
export type AuthDefinition =
  | {
      readonly kind: 'bearer'
      readonly token: Text
      /** `Bearer token (rotate monthly)`: what stands in the parentheses. */
      readonly remark?: string
    }
  | { readonly kind: 'basic'; readonly username: Text; readonly password: Text }
  | {
      readonly kind: 'oauth2'
      readonly tokenUrl: Text
      readonly clientId: Text
      readonly clientSecret: Text
      readonly scope: Text | null
      readonly audience?: Text
      /** How the client proves itself to the token host; `body` where absent. */
      readonly clientAuth?: 'body' | 'basic'
      /** As in a token request; `Authorization: Bearer …` where absent. */
      readonly use?: Text
      readonly header?: string
    }
  /** RFC 7523, as Salesforce takes it: a signed statement instead of a secret. `key`: PEM. */
  | { readonly kind: 'jwt-bearer'; readonly tokenUrl: Text; readonly clientId: Text; readonly subject: Text; readonly key: Text; readonly audience: Text | null }
  | {
      readonly kind: 'token-request'
      readonly url: Text
      readonly method: string
      readonly fields: MappingNode | null
      readonly token: ValuePath
      readonly use: Text
      /** Authorization where absent. */
      readonly header?: string
      /** How `fields` are written; JSON where absent. */
      readonly format?: 'json' | 'form' | 'xml'
    }
  | {
      readonly kind: 'hmac'
      readonly secret: Text
      readonly algorithm: string
      readonly header: string
      /** `hex` where absent. */
      readonly encoding?: 'hex' | 'base64'
      /** Stands before each signature (`sha256=`). */
      readonly prefix?: string
      readonly older?: OlderSecrets
    }
  | { readonly kind: 'standard-webhooks'; readonly secret: Text; readonly older?: OlderSecrets }

/** Secrets that the buyer may still know while they are changed; each makes a signature beside the first. */
type OlderSecrets = readonly Text[]
