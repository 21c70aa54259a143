import { EVERY, pathSteps } from '../parse/json.ts'
import type { Said } from './sketch.ts'

/** An XML body in which XPaths and dotted paths find what they look for; free lines become a `note`. */
export const xmlOf = (said: readonly Said[], lines: readonly string[]): string => {
  const rooted = said.map((each) => stepsOf(each.path)).find((steps) => steps.absolute && steps.names.length > 1)
  const root: Element = { name: rooted?.names[0] ?? 'response', attributes: new Map(), text: '', children: [] }
  for (const { path, value } of said) {
    const { absolute, names, attribute } = stepsOf(path)
    const inside = absolute || names[0] === root.name ? names.slice(1) : names
    let at = root
    for (const name of inside) at = childOf(at, name)
    const text = value === null ? '' : String(value)
    if (attribute === null) at.text = text
    else at.attributes.set(attribute, text)
  }
  if (lines.length > 0) childOf(root, 'note').text = lines.join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root)}`
}

interface Element { readonly name: string; readonly attributes: Map<string, string>; text: string; readonly children: Element[] }

/** `//a:bid[1]/@price`, `/response/result/text()`, `result.bids[0].price`; predicates are left out, a prefix too (names match in any namespace). */
export const stepsOf = (path: string): { readonly absolute: boolean; readonly names: readonly string[]; readonly attribute: string | null } => {
  const steps = path.startsWith('/') ? path.replace(/\[[^\]]*\]/g, '').split('/').filter((each) => each !== '' && each !== 'text()' && each !== '.')
    : pathSteps(path).flatMap((each) => (each === EVERY ? '*' : typeof each === 'number' ? [] : each))
  const last = steps.at(-1) ?? ''
  const names = (last.startsWith('@') ? steps.slice(0, -1) : steps).map((each) => each === '*' ? 'item' : each.replace(/^[\w-]*:+/, ''))
  return { absolute: /^\/[^/]/.test(path), names, attribute: last.startsWith('@') ? last.slice(1) : null }
}

const childOf = (parent: Element, name: string): Element => {
  const known = parent.children.find((each) => each.name === name)
  if (known) return known
  const made: Element = { name, attributes: new Map(), text: '', children: [] }
  parent.children.push(made)
  return made
}

const written = ({ name, attributes, text, children }: Element): string => {
  const inside = [...attributes].map(([key, value]) => ` ${key}="${escapeMarkup(value)}"`).join('')
  return `<${name}${inside}>${escapeMarkup(text)}${children.map(written).join('')}</${name}>`
}

export const escapeMarkup = (text: string): string =>
  // XML knows no control characters but tab and line ends, not even escaped.
  text.replace(/[^\t\n\r\u0020-\uFFFD]/g, '').replace(/[&<>"]/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char] ?? 'amp'};`)
