import type { AnswerFormat, ParsingDefinition } from '../../definitions/answer-definition.ts'
import { sampleOf } from './regex-sample.ts'
import { jsonOf } from './sketch-json.ts'
import { escapeMarkup, xmlOf } from './sketch-xml.ts'
import { SLOT } from './slots.ts'
import type { Wish } from './wishes.ts'

/** An answer with slots (see `slots.ts`) still open. */
export interface Sketch {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A place in a structured body and what stands there. */
export interface Said { readonly path: string; readonly value: string | number | boolean | null }

/** Draws an answer in the buyer's own language (JSON, XML, HTML, a form or text, as its rules look into it) that grants the wishes. */
export const draw = (wishes: readonly Wish[], status: number, parsing: ParsingDefinition): Sketch => {
  const headers: Record<string, string> = {}
  const said: Said[] = []
  const css: { selector: string; attribute: string | null; value: string }[] = []
  const lines: string[] = []
  let code = status
  for (const { path, value } of settle(wishes)) {
    if (path.kind === 'css') css.push({ selector: path.selector, attribute: path.attribute, value: String(value) })
    else if (path.kind === 'regex') lines.push(sampleOf(path.source, String(value)))
    else if (path.text === 'http.status') code = Number(value)
    else if (path.text.startsWith('header.')) headers[path.text.slice(7).toLowerCase()] = String(value)
    else if (path.text === 'body') lines.push(String(value))
    else said.push({ path: path.text, value })
  }
  const language = parsing.format ?? spoken(wishes, parsing)
  const body = language === 'xml' ? xmlOf(said, lines)
    : language === 'html' ? htmlOf(css, lines)
    : language === 'form' ? [...said.map(({ path, value }) => `${path}=${String(value)}`), ...lines].join('&')
    : language === 'json' ? jsonOf(said, lines).replaceAll(`"${SLOT.price}"`, SLOT.price) // a number to JSON
    : lines.join('\n')
  return { status: code, headers: { 'content-type': CONTENT_TYPES[language], ...headers }, body }
}

/** Of two wishes for one place the first counts, but a firm one goes before a soft one. */
const settle = (wishes: readonly Wish[]): readonly Wish[] => {
  const kept = new Map<string, Wish>()
  for (const wish of wishes) {
    // Text may say several things at once; a place says one.
    const key = wish.path.kind === 'path' && wish.path.text === 'body' ? `body ${String(wish.value)}` : JSON.stringify(wish.path)
    const before = kept.get(key)
    if (!before || (before.soft === true && wish.soft !== true)) kept.set(key, wish)
  }
  return [...kept.values()]
}

const spoken = (wishes: readonly Wish[], parsing: ParsingDefinition): AnswerFormat => {
  const paths = [...wishes.map((each) => each.path), parsing.leadId, parsing.price, parsing.message, parsing.bid, parsing.pingId].filter((each) => each !== null)
  if (paths.some((path) => path.kind === 'css')) return 'html'
  if (paths.some((path) => path.kind === 'path' && path.text.startsWith('/'))) return 'xml'
  const structured = paths.some((path) => path.kind === 'path' && path.text !== 'body' && path.text !== 'http.status' && !path.text.startsWith('header.'))
  return structured || paths.every((path) => path.kind === 'path' && path.text !== 'body') ? 'json' : 'text'
}

const CONTENT_TYPES = {
  json: 'application/json', xml: 'application/xml', html: 'text/html; charset=utf-8', form: 'application/x-www-form-urlencoded', text: 'text/plain; charset=utf-8',
} as const

/** An HTML page with an element for each selector (`h1.status`, `#p`, `form input[name=F9errCode]`); free lines are paragraphs. */
const htmlOf = (found: readonly { readonly selector: string; readonly attribute: string | null; readonly value: string }[], lines: readonly string[]): string => {
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
