import type { Plan } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { About, EndpointDefinition, TestSettings } from './endpoint-definition.ts'

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
