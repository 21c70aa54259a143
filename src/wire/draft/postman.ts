import { jsonOf, pairsOf, readBody } from './body.ts'
import { amongOf, isTree, nodesOf, textOf, type Sample, type Sampled, type Tree } from './sample.ts'

/** The first request of a Postman collection (v2.0 or v2.1) that sends something, or the one of that name. */
export const sampleOfPostman = (text: string, name: string | null): Sampled => {
  const collection = jsonOf(text)
  if (!isTree(collection) || !Array.isArray(collection.item)) return { ok: false, problem: 'the file is no Postman collection', help: 'export the collection as v2.1 JSON' }
  const requests = requestsOf(collection.item)
  const chosen = name === null ? (requests.find(({ request }) => /post|put|patch/i.test(textOf(request.method))) ?? requests[0]) : requests.find((each) => each.name.toLowerCase() === name.toLowerCase())
  if (!chosen) return { ok: false, problem: name === null ? 'the collection has no requests' : `the collection has no request "${name}"`, help: requests.length === 0 ? 'export the collection with its requests' : `it has ${requests.map((each) => each.name).slice(0, 10).join(', ')}` }
  const { request, answers } = chosen
  const among = name === null ? amongOf(chosen.name, requests.map((each) => each.name)) : {}
  const variables = new Map(nodesOf(collection.variable).map(({ key, value }) => [textOf(key), textOf(value)]))
  const filled = (each: string): string => each.replace(/\{\{([^}]+)\}\}/g, (whole, variable: string) => variables.get(variable.trim()) || whole)
  const url = filled(isTree(request.url) ? textOf(request.url.raw) : textOf(request.url))
  const address = /^[a-z]+:\/\//i.test(url) ? url : `https://${url.replace(/^\{\{[^}]+\}\}/, 'api.example.com')}`
  if (!URL.canParse(address)) return { ok: false, problem: `"${url}" is no URL`, help: 'fill in the collection variables' }
  const headers = nodesOf(request.header).filter((each) => each.disabled !== true).map(({ key, value }) => [textOf(key), filled(textOf(value))] as const)
  const auth = authOf(request.auth ?? collection.auth, filled)
  const method = (textOf(request.method) || 'GET').toUpperCase()
  const body = isTree(request.body) ? request.body : {}
  const type = headers.find(([each]) => each.toLowerCase() === 'content-type')?.[1] ?? ''
  const read = body.mode === 'urlencoded' || body.mode === 'formdata'
    ? { format: 'Form' as const, body: pairsOf(nodesOf(body[body.mode]).filter((each) => each.disabled !== true).map(({ key, value }) => [textOf(key), textOf(value)] as const)) as Tree }
    : readBody(textOf(body.raw), type)
  const all = [...headers, ...auth.headers]
  if (method === 'GET') {
    const parsed = new URL(address)
    const query = pairsOf(parsed.searchParams)
    parsed.search = ''
    return { ok: true, sample: { method, url: parsed.href, headers: all, basic: auth.basic, format: 'Query', body: query, answers, ...among } }
  }
  return { ok: true, sample: { method, url: address, headers: all, basic: auth.basic, ...read, answers, ...among } }
}

interface Found { readonly name: string; readonly request: { readonly [name: string]: Tree }; readonly answers: readonly string[] }

const requestsOf = (items: readonly Tree[]): readonly Found[] => items.flatMap((item): readonly Found[] => {
  if (!isTree(item)) return []
  if (Array.isArray(item.item)) return requestsOf(item.item)
  if (!isTree(item.request)) return []
  return [{ name: textOf(item.name), request: item.request, answers: nodesOf(item.response).map((each) => textOf(each.body)).filter((each) => each !== '') }]
})

const authOf = (auth: Tree | undefined, filled: (text: string) => string): Pick<Sample, 'headers' | 'basic'> => {
  if (!isTree(auth)) return { headers: [], basic: null }
  const value = (kind: string, key: string): string => filled(textOf(nodesOf(auth[kind]).find((each) => each.key === key)?.value))
  switch (auth.type) {
    case 'bearer': return { headers: [['Authorization', `Bearer ${value('bearer', 'token')}`]], basic: null }
    case 'basic': return { headers: [], basic: { user: value('basic', 'username'), password: value('basic', 'password') } }
    case 'apikey': return { headers: value('apikey', 'in') === 'query' ? [] : [[value('apikey', 'key') || 'X-API-Key', value('apikey', 'value')]], basic: null }
    default: return { headers: [], basic: null }
  }
}
