import { readPlainYaml } from '../../definitions/plain-yaml.ts'
import { amongOf, isTree, nodesOf, textOf, type Node, type Sample, type Sampled, type SampleFormat, type Tree } from './sample.ts'

/** The operation of an OpenAPI 3 description (JSON or YAML) that takes leads: the one of that path or id, else the first POST. */
export const sampleOfOpenApi = (text: string, name: string | null): Sampled => {
  const read = readPlainYaml(text)
  const document = read.ok ? (read.value as Tree) : null
  if (!isTree(document) || !isTree(document.paths)) return { ok: false, problem: read.ok ? 'the file is no OpenAPI description' : `the file cannot be read: ${read.problem}`, help: 'give an OpenAPI 3 document as JSON or YAML' }
  const operations = Object.entries(document.paths).flatMap(([path, item]) => isTree(item) ? METHODS.flatMap((method) => { const each = item[method]; return isTree(each) ? [{ path, method, operation: each }] : [] }) : [])
  const chosen = name === null ? (operations.find((each) => each.method === 'post') ?? operations[0]) : operations.find(({ path, operation }) => path === name || operation.operationId === name)
  if (!chosen) return { ok: false, problem: name === null ? 'the description has no operations' : `the description has no operation "${name}"`, help: operations.length === 0 ? 'it needs paths' : `it has ${operations.map((each) => `${each.method.toUpperCase()} ${each.path}`).slice(0, 10).join(', ')}` }
  const { path, method, operation } = chosen
  // By path, as --request takes it; what only reads is not what takes leads.
  const among = name === null ? amongOf(path, operations.flatMap((each) => (each.method === 'get' ? [] : [each.path]))) : {}
  const resolve = resolverOf(document)
  const server = textOf(nodesOf(document.servers)[0]?.url) || 'https://api.example.com'
  const base = URL.canParse(server) ? server : `https://api.example.com${server.startsWith('/') ? server : ''}`
  const content = resolve(resolve(operation.requestBody).content)
  const [type = '', media] = Object.entries(content)[0] ?? []
  const format: SampleFormat = method === 'get' ? 'Query' : /xml/i.test(type) ? 'XML' : /form/i.test(type) ? 'Form' : 'JSON'
  const parameters = nodesOf(operation.parameters).map(resolve)
  const query = Object.fromEntries(parameters.filter((each) => each.in === 'query').map((each) => [textOf(each.name), exampleOf(each, resolve, 0)]))
  const headers = parameters.filter((each) => each.in === 'header').map((each) => [textOf(each.name), textOf(exampleOf(each, resolve, 0))] as const)
  const body = format === 'Query' ? query : media === undefined ? null : rooted(format, exampleOf(resolve(media), resolve, 0))
  const answers = Object.entries(resolve(operation.responses)).filter(([status]) => /^2/.test(status)).flatMap(([, answer]) => {
    const [, answered] = Object.entries(resolve(resolve(answer).content))[0] ?? []
    const example = answered === undefined ? null : exampleOf(resolve(answered), resolve, 0)
    return example === null ? [] : [typeof example === 'string' ? example : JSON.stringify(example)]
  })
  const security = securityOf(document, operation, resolve)
  return { ok: true, sample: { method: method.toUpperCase(), url: base.replace(/\/$/, '') + path, headers: [['Content-Type', type] as const, ...headers, ...security.headers].filter(([each, value]) => each !== 'Content-Type' || value !== ''), basic: security.basic, format, body, answers, ...among } }
}

const METHODS = ['post', 'put', 'patch', 'get'] as const
const DEEPEST = 8

/** An example as it stands, else one made of the schema. */
const exampleOf = (holder: Node, resolve: (value: Tree | undefined) => Node, depth: number): Tree => {
  if (holder.example !== undefined) return holder.example
  const [named] = isTree(holder.examples) ? Object.values(holder.examples) : []
  if (isTree(named) && named.value !== undefined) return named.value
  const schema = holder.schema === undefined ? holder : resolve(holder.schema)
  if (schema.example !== undefined) return schema.example
  if (schema.default !== undefined) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? ''
  if (depth > DEEPEST) return ''
  const parts = [...nodesOf(schema.allOf), ...nodesOf(schema.oneOf).slice(0, 1), ...nodesOf(schema.anyOf).slice(0, 1)].map(resolve)
  const properties = [schema, ...parts].flatMap((each) => (isTree(each.properties) ? Object.entries(each.properties) : []))
  if (properties.length > 0) return Object.fromEntries(properties.map(([name, each]) => [name, exampleOf(resolve(each), resolve, depth + 1)]))
  switch (schema.type) {
    case 'array': return [exampleOf(resolve(schema.items), resolve, depth + 1)]
    case 'integer': case 'number': return 0
    case 'boolean': return true
    case 'object': return {}
    default: return ''
  }
}

const resolverOf = (document: Node) => (value: Tree | undefined): Node => {
  let found: Tree | undefined = value
  for (let hops = 0; isTree(found) && typeof found.$ref === 'string' && hops < DEEPEST; hops++) {
    found = found.$ref.replace(/^#\//, '').split('/').reduce<Tree | undefined>((at, part) => (isTree(at) ? at[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined), document)
  }
  return isTree(found) ? found : {}
}

const securityOf = (document: Node, operation: Node, resolve: (value: Tree | undefined) => Node): Pick<Sample, 'headers' | 'basic'> => {
  const schemes = resolve(resolve(document.components).securitySchemes)
  const [wanted] = nodesOf(operation.security ?? document.security).flatMap((each) => Object.keys(each))
  const scheme = wanted === undefined ? {} : resolve(schemes[wanted])
  if (scheme.type === 'apiKey' && scheme.in === 'header') return { headers: [[textOf(scheme.name), 'key']], basic: null }
  if (scheme.type === 'http' && scheme.scheme === 'basic') return { headers: [], basic: { user: 'user', password: 'password' } }
  return scheme.type === 'http' || scheme.type === 'oauth2' ? { headers: [['Authorization', 'Bearer token']], basic: null } : { headers: [], basic: null }
}

const rooted = (format: SampleFormat, body: Tree): Tree => (format === 'XML' && isTree(body) && Object.keys(body).length !== 1 ? { lead: body } : body)
