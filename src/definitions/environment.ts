import { diagnosticAt, placeOfPart, type Diagnostic } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { normalKey } from './keys.ts'
import { suggest } from './suggest.ts'
import { tagAt } from './tags.ts'
import type { YamlEntry, YamlNode, YamlScalar } from './yaml-tree.ts'

/**
 * Replaces `${NAME}` in every value but those of keys that only show something. The value is never read again, neither
 * as YAML nor as a template: what would be a template in it is written so that the template prints it. All that came from
 * the environment is secret: shown as `••••` everywhere.
 */
export const substitute = (root: YamlNode, env: Environment) => {
  const secrets = new Set<string>()
  const diagnostics: Diagnostic[] = []
  const node = (each: YamlNode): YamlNode => {
    switch (each.kind) {
      case 'map': return { ...each, entries: each.entries.map(entry) }
      case 'list': return { ...each, items: each.items.map(node) }
      case 'scalar': return each.text.includes('${') ? scalar(each, env, secrets, diagnostics) : each
    }
  }
  const entry = (each: YamlEntry): YamlEntry =>
    each.kind === 'block' ? { ...each, then: each.then.map(entry), otherwise: each.otherwise.map(entry) } : { ...each, value: node(each.value) }
  const ofFile = (each: YamlEntry): YamlEntry => (each.kind === 'entry' && AS_WRITTEN.has(normalKey(each.key)) ? each : entry(each))
  return { root: root.kind === 'map' ? { ...root, entries: root.entries.map(ofFile) } : node(root), secrets, diagnostics }
}

/** What a buyer answered, and words for people, are shown as they are: at the top of a file, as a mapping may have fields of these names. */
export const AS_WRITTEN = new Set(['expectedresponse', 'expectedresponses', 'sampleresponse', 'notes', 'description', 'documentation'])
/** `${{lead.price}}` is a dollar sign before a template. */
const VARIABLES = /\$\{(?!\{)([^}]*)\}/g
const VARIABLE = /\$\{(?!\{)([^}]*)\}/y
/** GitHub's way to write a variable. */
const DOUBLED = /\$\{\{\s*(?:(?:env|secrets)\.)?([A-Z][A-Z0-9_]*)\s*\}\}/
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const scalar = (each: YamlScalar, env: Environment, secrets: Set<string>, diagnostics: Diagnostic[]): YamlScalar => {
  let sound = true
  const wrong = (at: number, written: string, code: string, message: string, help: string): string => {
    sound = false
    diagnostics.push(diagnosticAt(placeOfPart(each.place, each.text, at, written.length), code, message, help))
    return written
  }
  const valueOf = (written: string, inner: string, at: number, within: 'text' | 'tag' | 'quotes'): string => {
    const name = inner.trim()
    if (!NAME.test(name)) return wrong(at, written, 'bad-variable', `\`${written}\` does not name a variable`, /^(?:lead|source)\./.test(name) ? `a field is {{${name}}}` : 'write ${NAME}, with letters, digits and _ only')
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value === undefined) {
      const near = suggest(name, Object.keys(env).filter((known) => env[known] !== undefined))
      return wrong(at, written, 'missing-variable', `the variable ${name} is not set`, `export ${name}=… or add it to .env${near === null ? '' : `; did you mean ${near}?`}`)
    }
    if (value !== '') secrets.add(value)
    if ((within === 'tag' && !/^[\w.-]+$/.test(value)) || (within === 'quotes' && /["'\\\r\n]/.test(value))) {
      return wrong(at, written, 'variable-in-template', `the value of ${name} cannot stand inside {{…}}`, `put \${${name}} outside of the braces`)
    }
    return value
  }

  const parts: Part[] = []
  const add = (kind: Part['kind'], text: string, isValue: boolean): void => {
    const last = parts.at(-1)
    if (kind === 'text' && last?.kind === 'text') { last.text += text; last.hasValue ||= isValue } else parts.push({ kind, text, hasValue: isValue })
  }
  const { text: source } = each
  const doubled = DOUBLED.exec(source)
  if (doubled) wrong(doubled.index, doubled[0], 'bad-variable', `\`${doubled[0]}\` is a dollar sign before a field of the lead`, `write \${${doubled[1]}} for the variable; a field is \${{lead.${doubled[1]}}}`)
  for (let i = 0; i < source.length;) {
    const tag = tagAt(source, i)
    VARIABLE.lastIndex = i
    const variable = source[i] === '$' ? VARIABLE.exec(source) : null
    if (tag) {
      add('tag', tag.inner === '' ? source.slice(i, tag.to) : source.slice(i, tag.to).replace(VARIABLES, (written, inner: string, at: number) =>
        valueOf(written, inner, i + at, isInQuotes(source.slice(i, i + at)) ? 'quotes' : 'tag')), false)
      i = tag.to
    } else if (variable) {
      const value = valueOf(variable[0], variable[1] ?? '', i, 'text')
      add('text', inAddress(source.slice(0, i), source.slice(i + variable[0].length), value), true)
      i += variable[0].length
    } else {
      // A backslash before braces switches their template off: it belongs to them.
      const escaped = source[i] === '\\' && source[i - 1] !== '\\' && source[i + 1] !== '\\' ? tagAt(source, i + 1) : null
      add(escaped ? 'tag' : 'text', source.slice(i, escaped?.to ?? i + 1), false)
      i = escaped?.to ?? i + 1
    }
  }
  if (!sound) return each
  const literal = parts.map((part) => part.text).join('')
  const text = literal.includes('{{') ? parts.map((part, i) => (part.hasValue ? printing(part.text, parts[i + 1] !== undefined) : part.text)).join('') : literal
  return { ...each, value: text, text, ...(text === literal ? {} : { literal }) }
}

/**
 * A key with `+`, `&` or `#` as the value of a parameter would be read as another, and what stands behind it lost; a
 * password with `@` or `/` would make another host. One that is encoded already stays.
 */
const inAddress = (before: string, after: string, value: string): string => {
  const asIs = PARAMETER.test(before) ? /^(?:[^%&#+\s]|%[\da-f]{2})*$/i : CREDENTIALS.test(before) && /^[^\s/?#]*@/.test(after) ? /^(?:[^%@/?#:\s]|%[\da-f]{2})*$/i : null
  return asIs === null || asIs.test(value) ? value : encodeURIComponent(value)
}
/** The address is written out, or begins with a variable. */
const PARAMETER = /^\s*(?:https?:\/\/|\$\{)[^\s#]*\?[^\s#]*=$/i
const CREDENTIALS = /^\s*https?:\/\/[^\s/?#]*$/i

/** A text with variables in it, or a `{{…}}` of the user's own. */
interface Part { readonly kind: 'text' | 'tag'; text: string; hasValue: boolean }

/**
 * A template that prints exactly this text: its braces become `{{"{{"}}`, and a backslash before a template is doubled,
 * since one alone would switch the template off.
 */
const printing = (text: string, beforeTag: boolean): string => {
  const safe = text.replace(/(\\*)([{}]+)/g, (_, slashes: string, braces: string) => `${slashes === '' ? '' : `${slashes}\\`}{{"${braces}"}}`)
  return beforeTag && safe.endsWith('\\') ? `${safe}\\` : safe
}

const isInQuotes = (text: string): boolean => {
  let quote = ''
  for (const char of text) {
    if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
  }
  return quote !== ''
}
