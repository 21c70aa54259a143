import { findTarget } from './patterns/link.ts'
import { suggest } from './suggest.ts'
import type { Catalogue, Recipient } from './types.ts'

/** By id, else by display name, whatever its case; else the name that was probably meant. */
export const findRecipient = (catalogue: Catalogue, nameOrId: string): Recipient | { readonly suggestion: string | null } => {
  const recipients = [...catalogue.recipients.values()]
  return findTarget(recipients, nameOrId) ?? { suggestion: suggest(nameOrId, recipients.map((each) => each.id)) ?? suggest(nameOrId, recipients.map((each) => each.name)) }
}
