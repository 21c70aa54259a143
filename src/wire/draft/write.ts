import { undotted } from '../../definitions/keys.ts'
import { variablePrefix, variableWord } from '../../definitions/read-auth.ts'
import { jsonOf } from './body.ts'
import { columnFor, isSecretName, templateFor, usualField } from './guess.ts'
import { isTree, type Sample, type Tree } from './sample.ts'

/** A recipient file made of a sample, and the secrets that were taken out of it, by the variables that stand for them. */
export interface Draft {
  readonly yaml: string
  readonly secrets: ReadonlyMap<string, string>
  /** Fields that got their example as a constant: a person should look. */
  readonly constants: readonly string[]
  /** Fields for which the leads at hand have no column. */
  readonly missing: readonly string[]
}

/** `columns`: what the leads at hand have; none where that is not known. */
export const draftOf = (name: string, sample: Sample, columns: readonly string[] = []): Draft => {
  const secrets = new Map<string, string>()
  const constants: string[] = []
  const missing: string[] = []
  const prefix = variablePrefix(name)
  const secret = (what: string, value: string): string => {
    const base = `${prefix}_${variableWord(what)}`
    let variable = base
    // A token in a header and another in the body are two.
    for (let n = 2; (secrets.get(variable) ?? value) !== value; n++) variable = `${base}_${n}`
    secrets.set(variable, value)
    return `\${${variable}}`
  }
  const url = secretsOutOfUrl(sample.url, secret)
  const { auth, headers } = authOf(sample, secret)
  const lines = [
    `Recipient: ${quoted(name)}`, 'Settings:', `  Endpoint: ${quoted(url)}`, `  Method: ${sample.method}`, `  Format: ${sample.format}`, '  Timeout: 10 seconds',
    ...auth,
    ...(headers.length === 0 ? [] : ['Headers:', ...headers.map(([each, value]) => `  ${keyOf(each)}: ${quoted(value)}`)]),
    ...(sample.body === null ? ['Field Mapping:', '  first_name: {{lead.first_name}}', '  # … the fields that the buyer asks for'] : ['Field Mapping:', ...mapping(sample.body, '  ', '', { secret, constants, missing, columns, named: sample.format === 'Form' || sample.format === 'Query' ? keyOf : (name) => keyOf(undotted(name)) })]),
    ...answerRules(sample.answers),
    'Retries: 3 with exponential backoff',
  ]
  return { yaml: `${lines.join('\n')}\n`, secrets, constants, missing }
}

interface Taking { readonly secret: (what: string, value: string) => string; readonly constants: string[]; readonly missing: string[]; readonly columns: readonly string[]; /** a name of the body as a key of the mapping: dots of a form's names may stay */ readonly named: (name: string) => string }

const mapping = (body: Tree, indent: string, path: string, taking: Taking): readonly string[] => {
  if (isTree(body)) {
    return Object.entries(body).flatMap(([name, value]) => nested(value) ? [`${indent}${taking.named(name)}:`, ...mapping(value, `${indent}  `, `${path}${name}.`, taking)] : [`${indent}${taking.named(name)}: ${valueOf(name === '#text' ? elementOf(path) : name, value, `${path}${name}`, taking)}`])
  }
  if (Array.isArray(body)) {
    const list: readonly Tree[] = body
    return list.flatMap((each) => {
      if (!nested(each)) return [`${indent}- ${valueOf('', each, path.slice(0, -1), taking)}`]
      const [first = '', ...rest] = mapping(each, `${indent}  `, path, taking)
      return [`${indent}- ${first.trimStart()}`, ...rest]
    })
  }
  return [`${indent}body: ${valueOf('body', body, 'body', taking)}`]
}

/** The text of an element with attributes is what the element is. */
const elementOf = (path: string): string => path.split('.').at(-2) ?? ''

const nested = (value: Tree): boolean => typeof value === 'object' && value !== null && Object.keys(value).length > 0

const valueOf = (name: string, value: Tree, path: string, { secret, constants, missing, columns }: Taking): string => {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}'
  if (isSecretName(name) && typeof value === 'string' && value !== '') return quoted(secret(name, value))
  const template = templateFor(name, value, columns)
  if (template !== null) {
    if (columns.length > 0 && columnFor(name, columns) === null && !['id', 'full_name'].includes(usualField(name) ?? '')) missing.push(path)
    return template
  }
  constants.push(path)
  return typeof value === 'string' ? quoted(value.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (_, variable: string) => `{{lead.${variable}}}`)) : String(value)
}

const authOf = ({ headers, basic }: Sample, secret: Taking['secret']): { readonly auth: readonly string[]; readonly headers: readonly (readonly [string, string])[] } => {
  const kept: (readonly [string, string])[] = []
  let auth: readonly string[] = []
  const asBasic = (user: string, password: string): readonly string[] => ['Auth:', `  Username: ${quoted(secret('username', user))}`, `  Password: ${password === '' ? '""' : quoted(secret('password', password))}`]
  if (basic !== null) auth = asBasic(basic.user, basic.password)
  for (const [name, value] of headers) {
    const plain = name.toLowerCase()
    // finalmile writes these itself, but for types of a service's own.
    if (/^(?:content-type|accept)$/.test(plain) && !/^(?:application\/(?:json|xml|x-www-form-urlencoded)\b|text\/plain\b|multipart\/|\*\/\*)|,/i.test(value)) { kept.push([name, value]); continue }
    if (/^(content-type|content-length|accept|host|connection|user-agent|accept-encoding|accept-language|origin|referer|cookie|priority|cache-control|pragma|postman-token|sec-.*)$/.test(plain)) continue
    const [, kind = '', rest = ''] = /^(bearer|basic)\s+(.*)$/is.exec(value) ?? []
    if (plain === 'authorization' && kind.toLowerCase() === 'bearer') auth = [`Auth: Bearer ${secret('token', rest)}`]
    else if (plain === 'authorization' && kind.toLowerCase() === 'basic') {
      const [user = '', ...password] = Buffer.from(rest, 'base64').toString('utf8').split(':')
      auth = asBasic(user, password.join(':'))
    } else kept.push([name, isSecretName(name) ? secret(name.replace(/^x-/i, ''), value) : value.replace(/[{}]{2}/g, '')])
  }
  return { auth, headers: kept }
}

const secretsOutOfUrl = (url: string, secret: Taking['secret']): string => {
  const parsed = new URL(url)
  let shown = url
  for (const [name, value] of parsed.searchParams) if (isSecretName(name) && value !== '') shown = shown.replace(`${name}=${encodeURIComponent(value)}`, `${name}=${secret(name, value)}`).replace(`${name}=${value}`, `${name}=${secret(name, value)}`)
  return shown
}

const keyOf = (name: string): string => (/^[A-Za-z_@#][\w@# -]*$/.test(name) && !/^[@#]/.test(name) && !/^(yes|no|on|off|true|false|null|y|n)$/i.test(name) ? name : JSON.stringify(name))
/** Plain where YAML takes it for text, else in double quotes. */
const quoted = (text: string): string => (/^[A-Za-z][\w .,/-]*[\w./-]$/.test(text) && !/^(yes|no|on|off|true|false|null|y|n)$/i.test(text) ? text : JSON.stringify(text))

/** `Expected Response` and `Response Parsing` from sample answers; where there are none, what a person should fill in. */
const answerRules = (answers: readonly string[]): readonly string[] => {
  const [first] = answers
  const body = first === undefined ? undefined : jsonOf(first.trim())
  if (first === undefined || !isTree(body)) {
    return [
      'Response Parsing:', '  # As the buyer answers; without a Success rule every 2xx is an acceptance.', '  Success: http.status = 200', '  # Lead ID: leadId', '  # Price: price', '  # Message: message',
    ]
  }
  const leaves = leavesOf(body, '')
  const find = (pattern: RegExp): readonly [string, Tree] | undefined => leaves.find(([path]) => pattern.test(path.split('.').at(-1)?.toLowerCase().replace(/[^a-z]/g, '') ?? ''))
  const success = find(/^(status|result|outcome|success|accepted|matched|code)$/)
  const isKnown = success !== undefined && success[1] !== ''
  const rules = [
    ['Success', isKnown ? `${success[0]} = ${typeof success[1] === 'string' ? JSON.stringify(success[1]) : String(success[1])}` : 'http.status = 200'],
    ['Lead ID', find(/^(buyerleadid|leadid|id|confirmationid|transactionid|referenceid)$/)?.[0]],
    ['Price', find(/^(price|payout|amount|revenue|bid)$/)?.[0]],
    ['Message', find(/^(message|reason|error|errors|description)$/)?.[0]],
  ] as const
  const parsing = rules.flatMap(([name, path]) => (path === undefined ? [] : [`  ${name}: ${path}`]))
  // A description that shows no values: what the buyer says to an acceptance is not known, and an answer made up of nothing is no sample.
  if (leaves.some(([, value]) => value === '')) return ['Response Parsing:', ...(success === undefined || isKnown ? [] : [`  # As the buyer answers, such as ${success[0]} = "accepted"; until then every 200 is an acceptance.`]), ...parsing]
  return [
    'Expected Response:', `  - Response: ${JSON.stringify(JSON.stringify(body))}`, '    Means: accepted',
    'Response Parsing:', ...parsing,
  ]
}

const leavesOf = (tree: Tree, path: string): readonly (readonly [string, Tree])[] =>
  isTree(tree) ? Object.entries(tree).flatMap(([name, value]) => leavesOf(value, path === '' ? name : `${path}.${name}`)) : [[path, tree]]
