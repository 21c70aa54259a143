import type { Condition } from '../../core/condition.ts'
import { statusText } from './classify.ts'
import type { Answer } from '../parse/answer.ts'
import { pathsOf, pathText } from '../parse/path.ts'
import { compileText } from '../parse/probe.ts'

export const whyUnreadable = (answer: Answer): string =>
  answer.truncated ? 'it is longer than Maximum Response, so that it could not be read whole'
  : answer.isEmpty() ? `${statusText(answer.status)} with an empty body says neither yes nor no`
  : `it ${!answer.isPage() ? '' : /type=["']?password/i.test(answer.text()) ? 'is a page to log in, which ' : 'is a web page, which '}cannot be read in the way that Response Parsing asks for`

/** Why an answer is none: what stands where the rule looks, as `ACCEPTED` for `accepted`, a 1 for true; of all words there are too many. */
export const compileWhyNot = (success: Condition): ((answer: Answer) => string) => {
  const asked = [...new Map(pathsOf(success).map((path) => [pathText(path), path.kind === 'path' && path.text.trim() === 'body' ? null : compileText(path, 60)]))]
  return (answer) => `Success does not hold (${asked.map(([name, read]) => {
    const found = read?.(answer) ?? null
    return read === null ? `it looks at ${name}` : found === null ? `it has no ${name}` : `${name} is "${found}"`
  }).join(', ')})`
}
