import { normalKey } from '../../definitions/keys.ts'
import type { EndpointDefinition, Text } from '../../definitions/types.ts'

/** One of a type's own settings, with its place; null where it is not given. Lists are joined as a person would write them. */
export const optionOf = ({ options, place }: EndpointDefinition, name: string): Text | null => {
  for (const [key, value] of Object.entries(options)) {
    if (normalKey(key) !== normalKey(name)) continue
    const text = textOf(value)
    if (text === null || text.trim() === '') return null
    return typeof value === 'object' && value !== null && 'place' in value ? { text, place: (value as Text).place } : { text, place }
  }
  return null
}

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.flatMap((each) => textOf(each) ?? []).join(', ')
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' ? value.text : null
}

/** Set by test mode alone (`rehearsal` is no key of a file). */
export const rehearsalOf = ({ options }: EndpointDefinition): 'success' | 'failure' | null => {
  const value = options['rehearsal']
  return value === 'success' || value === 'failure' ? value : null
}
