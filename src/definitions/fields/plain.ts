import { placeOfPart } from '../../base/diagnostic.ts'
import { normalKey, withoutRemark } from '../keys.ts'
import { suggest } from '../suggest.ts'
import type { Text } from '../text.ts'
import type { YamlNode } from '../yaml-tree.ts'
import { isEmpty, textOf, type Kind, type Reading } from './field.ts'

/** Text that may hold `{{…}}`, with its place. */
export const TEXT: Kind<Text> = {
  takes: 'text, which may hold {{…}}',
  schema: { type: ['string', 'number', 'boolean'] },
  read: (node, reading) => {
    const text = textOf(node, 'text', reading)
    if (text === undefined) return undefined
    const literal = node.kind === 'scalar' ? node.literal : undefined
    return literal === undefined ? { text, place: node.place } : { text, place: node.place, literal: literal.trim() }
  },
}

/** Text that is no template: a variable's braces are only braces. */
export const literalOf = ({ text, place, literal }: Text): Text => ({ text: literal ?? text, place })

/** Text for people and names: no template. */
export const WORDS: Kind<string> = {
  takes: 'text',
  schema: { type: ['string', 'number'] },
  read: (node, reading) => { const text = textOf(node, 'text', reading); return text === undefined || node.kind !== 'scalar' ? undefined : node.literal?.trim() ?? text },
}

/** Text that documents: said by the file, kept for people, and nothing depends on it. A list is as good. */
export const PROSE: Kind<string> = {
  takes: 'any text',
  schema: {},
  read: (node) => prose(node),
}

const prose = (node: YamlNode): string => {
  switch (node.kind) {
    case 'scalar': return isEmpty(node) ? '' : node.text.trim()
    case 'list': return node.items.map(prose).join('\n')
    case 'map': return node.entries.flatMap((each) => (each.kind === 'entry' ? [`${each.key}: ${prose(each.value)}`] : [])).join('\n')
  }
}

export const YES_NO: Kind<boolean> = {
  takes: 'yes or no',
  schema: { enum: [true, false, 'yes', 'no', 'on', 'off'] },
  read: (node, reading) => {
    const text = textOf(node, 'yes or no', reading)
    if (text === undefined) return undefined
    const said = yesNo(text)
    if (said === null) reading.tell(node.place, 'bad-value', `got "${text}", expected yes or no`, 'write yes or no')
    return said ?? undefined
  },
}

/** Null where the text says neither. */
export const yesNo = (text: string): boolean | null =>
  /^(yes|true|on|enabled?)$/i.test(text.trim()) ? true : /^(no|false|off|disabled?|none)$/i.test(text.trim()) ? false : null

/** One of a few names; case, spaces, `_` and `-` do not matter. Words in parentheses behind it are taken as a remark. */
export const oneOf = <T extends string>(takes: string, options: Readonly<Record<string, T>>, otherNames: Readonly<Record<string, T>> = {}): Kind<T> => {
  const byKey = new Map(Object.entries({ ...options, ...otherNames }).map(([name, value]) => [normalKey(name), value]))
  const names = Object.keys(options)
  return {
    takes: `${takes}: ${names.join(', ')}`,
    schema: { type: 'string', examples: names },
    read: (node, reading) => {
      const text = textOf(node, takes, reading)
      if (text === undefined) return undefined
      const value = byKey.get(normalKey(text)) ?? byKey.get(normalKey(withoutRemark(text)))
      if (value === undefined) {
        const near = suggest(text, names)
        reading.tell(node.place, 'bad-value', `got "${text}", expected ${takes}: ${names.join(', ')}`, near === null ? `write one of ${names.join(', ')}` : `did you mean ${near}?`)
      }
      return value
    },
  }
}

/** `none`, `off` or `no` means null; anything else is read by the kind. */
export const orOff = <T>(kind: Kind<T>): Kind<T | null> => ({
  ...kind,
  takes: `${kind.takes}, or off`,
  schema: { anyOf: [kind.schema, { enum: [false, 'off', 'none', 'no'] }] },
  read: (node, reading) => (node.kind === 'scalar' && !isEmpty(node) && yesNo(node.text) === false ? null : kind.read(node, reading)),
})

/** A comma list on one line, or a YAML list. */
export const listOf = <T>(kind: Kind<T>): Kind<readonly T[]> => ({
  takes: `${kind.takes}; several as a comma list or a YAML list`,
  schema: { anyOf: [kind.schema, { type: 'array', items: kind.schema }] },
  read: (node, reading) => {
    const items = splitNode(node, reading)
    return items?.flatMap((item) => { const value = kind.read(item, reading); return value === undefined ? [] : [value] })
  },
})

const splitNode = (node: YamlNode, reading: Reading): readonly YamlNode[] | undefined => {
  if (node.kind === 'list') return node.items
  if (node.kind === 'map') { textOf(node, 'a list', reading); return undefined }
  if (isEmpty(node)) { textOf(node, 'a list', reading); return undefined }
  return partsOf(node.text).map(({ text, at }) => ({ ...node, text, value: text, place: placeOfPart(node.place, node.text, at, text.length) }))
}

/** Parts between commas that stand outside quotes and parentheses, and outside thousands (`$5,000`). */
export const partsOf = (text: string): readonly { readonly text: string; readonly at: number }[] => {
  const parts: { text: string; at: number }[] = []
  let depth = 0
  let quote = ''
  let from = 0
  const push = (to: number): void => {
    const raw = text.slice(from, to)
    const trimmed = raw.trim()
    if (trimmed !== '') parts.push({ text: trimmed, at: from + raw.indexOf(trimmed) })
    from = to + 1
  }
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (quote !== '') { if (char === quote) quote = '' } else if (char === '"') quote = char
    else if (char === '(' || char === '[' || char === '{') depth++
    else if (char === ')' || char === ']' || char === '}') depth--
    else if (char === ',' && depth <= 0 && !(/\d$/.test(text.slice(0, i)) && /^\d{3}(?!\d)/.test(text.slice(i + 1)))) push(i)
  }
  push(text.length)
  return parts
}
