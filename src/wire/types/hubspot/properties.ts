import type { Built } from '../../mapping/build.ts'
import { textOf } from '../../template/text-of.ts'

/** HubSpot takes texts only: `"80"`, `"true"`; several values of one property are joined by `;`, as its multiple checkboxes are. */
export const propertiesOf = (built: Built): Readonly<Record<string, string>> =>
  built instanceof Map ? Object.fromEntries([...built as ReadonlyMap<string, Built>].map(([name, value]) => [name, textIn(value)])) : {}

const textIn = (built: Built): string => {
  if (built instanceof Map) return JSON.stringify(propertiesOf(built))
  if ('list' in built) return built.list.map(textIn).join(';')
  if (!('leaf' in built) || built.leaf === null || built.leaf === undefined) return ''
  return Array.isArray(built.leaf) ? built.leaf.map((each) => textOf(each)).join(';') : textOf(built.leaf)
}
