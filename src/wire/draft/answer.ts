import { jsonOf } from './body.ts'
import { isTree, type Tree } from './sample.ts'

/** `Expected Response` and `Response Parsing` from sample answers; where there are none, what a person should fill in. */
export const answerRules = (answers: readonly string[]): readonly string[] => {
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
