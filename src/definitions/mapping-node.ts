import type { Place } from '../base/diagnostic.ts'
import type { Text } from './text.ts'

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

/** All texts of a mapping in their order, block lines among them: templates, and constants that are texts. */
export const textsIn = (node: MappingNode | null): readonly Text[] => {
  const ofEntry = (each: MappingEntry): readonly Text[] =>
    each.kind === 'entry' ? textsIn(each.value) : [each.open, ...[...each.then, ...each.otherwise].flatMap(ofEntry)]
  switch (node?.kind) {
    case 'map': return node.entries.flatMap(ofEntry)
    case 'list': return node.items.flatMap(textsIn)
    case 'template': return [node]
    default: return []
  }
}
