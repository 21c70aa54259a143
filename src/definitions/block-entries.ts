import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { Block } from './blocks.ts'
import type { YamlEntry } from './yaml-tree.ts'

/** A key with its line, counted from 1; of what `<<` merges, the line of that. */
export interface PlacedEntry { readonly line: number; readonly entry: YamlEntry }

/** Puts the keys of one map under the block lines that govern them. `owner` is the line of the key that holds the map: blocks around it are not the map's. */
export const underBlocks = (entries: readonly PlacedEntry[], blocks: readonly Block[], owner: number): readonly YamlEntry[] => {
  const own = blocks.filter((block) => branchOf(block, owner) < 0)
  return own.length === 0 ? entries.map((each) => each.entry) : group(entries, own)
}

const group = (entries: readonly PlacedEntry[], blocks: readonly Block[]): readonly YamlEntry[] => {
  const out: YamlEntry[] = []
  for (let i = 0; i < entries.length;) {
    const entry = entries[i] as PlacedEntry
    const at = blocks.findIndex((each) => branchOf(each, entry.line) >= 0)
    const block = blocks[at]
    if (!block) { out.push(entry.entry); i++; continue }
    let end = i + 1
    while (end < entries.length && branchOf(block, entries[end]?.line ?? 0) >= 0) end++
    out.push(...branches(entries.slice(i, end), block, 0, blocks.slice(at + 1)))
    i = end
  }
  return out
}

/** `{{else if …}}` is a block in the other branch of the one before it. */
const branches = (entries: readonly PlacedEntry[], block: Block, at: number, inner: readonly Block[]): readonly YamlEntry[] => {
  const branch = block.branches[at]
  if (!branch) return []
  const mine = group(entries.filter((each) => branchOf(block, each.line) === at), inner)
  if (branch.open === null) return mine
  return [{ kind: 'block', open: branch.open, then: mine, otherwise: branches(entries, block, at + 1, inner) }]
}

/** The branch that governs a line (counted from 1; lines of branches from 0); -1 for none. */
const branchOf = (block: Block, line: number): number => block.branches.findIndex((each) => line - 1 > each.from && line - 1 < each.to)

/** The same key twice is a mistake, unless at most one of the two can come to be: in branches of one block, or each under a block of its own. */
export const repeatedKeys = (entries: readonly YamlEntry[]): readonly Diagnostic[] => {
  const diagnostics: Diagnostic[] = []
  const walk = (list: readonly YamlEntry[], before: ReadonlyMap<string, number>): void => {
    const seen = new Map(before)
    for (const each of list) {
      if (each.kind !== 'entry') continue
      const first = seen.get(each.key)
      if (first === undefined) seen.set(each.key, each.keyPlace.line)
      else diagnostics.push(diagnosticAt(each.keyPlace, 'repeated-key', `\`${each.key}\` stands here again, after line ${first}`, 'remove one, or put them into branches of {{#if …}} … {{else}}'))
    }
    for (const each of list) {
      if (each.kind === 'entry') continue
      walk(each.then, seen)
      walk(each.otherwise, seen)
    }
  }
  walk(entries, new Map())
  return diagnostics
}
