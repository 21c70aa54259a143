import { parseArgs, type ParseArgsConfig } from 'node:util'
import { pairsOf, readBody } from './body.ts'
import type { Sampled } from './sample.ts'

/** Flags with a value, and their letters; of the others, -G alone says anything of a request. */
const VALUED: readonly (readonly [name: string, letter?: string])[] = [
  ['request', 'X'], ['header', 'H'], ['data', 'd'], ['data-raw'], ['data-binary'], ['data-ascii'], ['data-urlencode'], ['json'], ['user', 'u'], ['form', 'F'], ['url'], ['user-agent', 'A'],
  ['referer', 'e'], ['cookie', 'b'], ['output', 'o'], ['max-time', 'm'], ['connect-timeout'], ['proxy', 'x'], ['cacert'], ['cert'], ['key'], ['write-out', 'w'], ['retry'],
]
const FLAGS: NonNullable<ParseArgsConfig['options']> = {
  get: { type: 'boolean', short: 'G' },
  ...Object.fromEntries(VALUED.map(([name, short]) => [name, { type: 'string', ...(short === undefined ? {} : { short }) }])),
}

/** A curl command as documentation and browsers give it ("Copy as cURL"). */
export const sampleOfCurl = (command: string): Sampled => {
  const words = shellWords(command)
  if (words === null) return { ok: false, problem: 'a quote in the curl command is not closed', help: 'copy the whole command' }
  if (words[0] !== 'curl') return { ok: false, problem: `a curl command begins with curl, this with "${(words[0] ?? '').slice(0, 40)}"`, help: 'copy the command from curl on' }
  const { url, method, basic, inQuery, json, headers, data, form } = flagsOf(words.slice(1))
  if (url === null) return { ok: false, problem: 'the curl command names no URL', help: 'copy the whole command' }
  const address = /^[a-z]+:\/\//i.test(url) ? url : `https://${url}`
  if (!URL.canParse(address)) return { ok: false, problem: `"${url}" is no URL`, help: 'write the address out in the command' }
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? (json ? 'application/json' : '')
  const text = data.join('&')
  if (inQuery || (data.length === 0 && form.length === 0 && (method ?? 'GET').toUpperCase() === 'GET')) {
    const parsed = new URL(address)
    for (const [name, value] of new URLSearchParams(inQuery ? text : '')) parsed.searchParams.append(name, value)
    const body = pairsOf(parsed.searchParams)
    parsed.search = ''
    return { ok: true, sample: { method: 'GET', url: parsed.href, headers, basic, format: 'Query', body: Object.keys(body).length === 0 ? null : body, answers: [] } }
  }
  const read = form.length > 0 ? { format: 'Form' as const, body: pairsOf(form) } : readBody(text, type)
  return { ok: true, sample: { method: (method ?? 'POST').toUpperCase(), url: address, headers, basic, ...read, answers: [] } }
}

interface Flags { url: string | null; method: string | null; basic: { user: string; password: string } | null; inQuery: boolean; json: boolean; readonly headers: [string, string][]; readonly data: string[]; readonly form: [string, string][] }

const flagsOf = (args: readonly string[]): Flags => {
  const flags: Flags = { url: null, method: null, basic: null, inQuery: false, json: false, headers: [], data: [], form: [] }
  for (const token of parseArgs({ args: [...args], options: FLAGS, strict: false, tokens: true }).tokens) {
    if (token.kind === 'positional') flags.url ??= token.value
    if (token.kind !== 'option') continue
    const { name, value = '' } = token
    switch (name) {
      case 'request': flags.method = value; break
      case 'header': {
        const [, field = '', text = ''] = /^([^:]+):\s*(.*)$/s.exec(value) ?? []
        if (field !== '') flags.headers.push([field.trim(), text.trim()])
        break
      }
      case 'json': flags.json = true; flags.data.push(value); break
      case 'data': case 'data-raw': case 'data-binary': case 'data-ascii': flags.data.push(value); break
      case 'data-urlencode': flags.data.push(encoded(value)); break
      case 'user': { const [user = '', ...password] = value.split(':'); flags.basic = { user, password: password.join(':') }; break }
      case 'form': flags.form.push([value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)]); break
      case 'get': flags.inQuery = true; break
      case 'url': flags.url = value; break
      case 'user-agent': flags.headers.push(['User-Agent', value]); break
    }
  }
  return flags
}

const encoded = (value: string): string => {
  const at = value.indexOf('=')
  return at < 0 ? encodeURIComponent(value) : `${value.slice(0, at)}=${encodeURIComponent(value.slice(at + 1))}`
}

/** The words of a shell command: quotes, backslashes, $'…', and lines that go on. Null where a quote is not closed. */
export const shellWords = (text: string): readonly string[] | null => {
  const words: string[] = []
  let word: string | null = null as string | null
  for (let i = 0; i < text.length; i++) {
    const at = text[i] ?? ''
    if (at === '\\') {
      const next = text[++i] ?? ''
      if (next === '\r' && text[i + 1] === '\n') i++
      else if (next !== '\n') word = (word ?? '') + next
    } else if (at === '^' && /^\r?\n/.test(text.slice(i + 1))) continue
    else if (at === "'" || at === '"') {
      const ansi: boolean = at === "'" && word?.endsWith('$') === true
      const end: number | null = endOfQuote(text, i, at, ansi)
      if (end === null) return null
      const inside = text.slice(i + 1, end)
      word = (ansi ? (word ?? '').slice(0, -1) : (word ?? '')) + (ansi ? unescapeAnsi(inside) : at === '"' ? inside.replace(/\\(["\\$`])/g, '$1').replace(/\\\n/g, '') : inside)
      i = end
    } else if (/\s/.test(at)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + at
  }
  if (word !== null) words.push(word)
  return words[0] === '$' ? words.slice(1) : words
}

const endOfQuote = (text: string, from: number, quote: string, escapes: boolean): number | null => {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\' && (escapes || quote === '"')) i++
    else if (text[i] === quote) return i
  }
  return null
}

const unescapeAnsi = (text: string): string =>
  text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_, unicode?: string, hex?: string, plain = '') =>
    unicode ?? hex ? String.fromCharCode(Number.parseInt(unicode ?? hex ?? '0', 16)) : ({ n: '\n', t: '\t', r: '\r' } as Readonly<Record<string, string>>)[plain] ?? plain)
