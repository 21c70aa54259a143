import { pairsOf, readBody } from './body.ts'
import type { Sampled } from './sample.ts'

const TAKES_VALUE = new Set(['-X', '--request', '-H', '--header', '-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--data-urlencode', '--json', '-u', '--user', '-F', '--form', '--url', '-A', '--user-agent', '-e', '--referer', '-b', '--cookie', '-o', '--output', '-m', '--max-time', '--connect-timeout', '-x', '--proxy', '--cacert', '--cert', '--key', '-w', '--write-out', '--retry'])
const SHORT_WITH_VALUE = /^-([XHduFAebomxw])(.+)$/s

/** A curl command as documentation and browsers give it ("Copy as cURL"). */
export const sampleOfCurl = (command: string): Sampled => {
  const words = shellWords(command)
  if (words === null) return { ok: false, problem: 'a quote in the curl command is not closed', help: 'copy the whole command' }
  if (words[0] !== 'curl') return { ok: false, problem: `a curl command begins with curl, this with "${(words[0] ?? '').slice(0, 40)}"`, help: 'copy the command from curl on' }
  let url: string | null = null
  let method: string | null = null
  let basic: { user: string; password: string } | null = null
  let inQuery = false
  let json = false
  const headers: [string, string][] = []
  const data: string[] = []
  const form: [string, string][] = []
  for (let i = 1; i < words.length; i++) {
    let word = words[i] ?? ''
    let value: string | undefined
    const [, long, after] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? []
    const [, short, rest] = SHORT_WITH_VALUE.exec(word) ?? []
    if (long !== undefined && TAKES_VALUE.has(long)) { word = long; value = after }
    else if (short !== undefined) { word = `-${short}`; value = rest }
    else if (TAKES_VALUE.has(word)) value = words[++i]
    switch (word) {
      case '-X': case '--request': method = value ?? null; break
      case '-H': case '--header': {
        const [, name = '', text = ''] = /^([^:]+):\s*(.*)$/s.exec(value ?? '') ?? []
        if (name !== '') headers.push([name.trim(), text.trim()])
        break
      }
      case '--json': json = true; data.push(value ?? ''); break
      case '-d': case '--data': case '--data-raw': case '--data-binary': case '--data-ascii': data.push(value ?? ''); break
      case '--data-urlencode': data.push(encoded(value ?? '')); break
      case '-u': case '--user': {
        const [user = '', ...password] = (value ?? '').split(':')
        basic = { user, password: password.join(':') }
        break
      }
      case '-F': case '--form': { const at = (value ?? '').indexOf('='); form.push([(value ?? '').slice(0, at), (value ?? '').slice(at + 1)]); break }
      case '-G': case '--get': inQuery = true; break
      case '--url': url = value ?? null; break
      case '-A': case '--user-agent': headers.push(['User-Agent', value ?? '']); break
      default: if (!word.startsWith('-')) url ??= word
    }
  }
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
