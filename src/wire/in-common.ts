import type { RenderInput } from './endpoint.ts'

/**
 * What a batch says once for all its leads (where it goes, its headers), as one text for each lead: leads for which it differs
 * go in requests of their own. A lead's id, key and moment do not count, or each would go alone: the first lead's stand for all.
 */
export const inCommonOf = (said: (input: RenderInput) => unknown) => (input: RenderInput): string => {
  try {
    return JSON.stringify(said(withoutItsOwn(input)))
  } catch (fault) {
    if (fault instanceof RangeError) return 'nested too deeply' // No request can be made of it either.
    throw fault
  }
}

const withoutItsOwn = (input: RenderInput): RenderInput => {
  const { id } = input.lead
  const fields = Object.fromEntries(Object.entries(input.lead.fields).filter(([, value]) => String(value).trim() !== id))
  return { ...input, lead: { id: '', fields }, deliveryId: '', key: '', now: 0, sentAt: 0 }
}
