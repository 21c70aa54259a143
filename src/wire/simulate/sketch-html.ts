import { escapeMarkup } from './sketch-xml.ts'

/** An HTML page with an element for each selector (`h1.status`, `#p`, `form input[name=F9errCode]`); free lines are paragraphs. */
export const htmlOf = (found: readonly { readonly selector: string; readonly attribute: string | null; readonly value: string }[], lines: readonly string[]): string => {
  // Selectors of one element (its text and an attribute of it) make one element.
  const bySelector = new Map<string, { text: string; attributes: string }>()
  for (const { selector, attribute, value } of found) {
    const element = bySelector.get(selector) ?? { text: '', attributes: '' }
    if (attribute === null) element.text = escapeMarkup(value)
    else element.attributes += ` ${attribute}="${escapeMarkup(value)}"`
    bySelector.set(selector, element)
  }
  const elements = [...bySelector].map(([selector, { text, attributes }]) => nested(selector, attributes, text))
  return `<!DOCTYPE html>\n<html><body>\n${[...elements, ...lines.map((line) => `<p>${escapeMarkup(line)}</p>`)].join('\n')}\n</body></html>\n`
}

const nested = (selector: string, attributes: string, text: string): string => {
  const steps = selector.replace(/\s*>\s*/g, ' ').split(/\s+(?![^[]*\])/).filter((each) => each !== '' && !/^(html|body)$/.test(each))
  return steps.reduceRight((inside, step, i) => element(step, i === steps.length - 1 ? attributes : '', inside), text)
}

const element = (step: string, attributes: string, inside: string): string => {
  const name = /^[a-z][\w-]*/i.exec(step)?.[0] ?? 'div'
  const id = /#([\w-]+)/.exec(step)?.[1]
  const classes = [...step.matchAll(/\.([\w-]+)(?![^[]*\])/g)].map((match) => match[1] ?? '')
  const named = [...step.matchAll(/\[([\w-]+)[~|^$*]?=["']?([^"'\]]*)["']?\]/g)].map((match) => ` ${match[1] ?? ''}="${escapeMarkup(match[2] ?? '')}"`)
  const all = `${id === undefined ? '' : ` id="${id}"`}${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}${named.join('')}${attributes}`
  return VOID.has(name.toLowerCase()) ? `<${name}${all}>` : `<${name}${all}>${inside}</${name}>`
}

const VOID = new Set(['input', 'meta', 'br', 'img', 'link', 'hr'])
