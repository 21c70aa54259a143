import { EVERY, pathSteps } from '../parse/json.ts'
import type { Said } from './sketch.ts'

/** A JSON body that says all of it; free lines go into `note`. */
export const jsonOf = (said: readonly Said[], lines: readonly string[]): string => {
  const whole = said.some((each) => each.path === 'response') // then `response` is a member, and `response.x` inside it
  let root: unknown = undefined
  for (const { path, value } of said) root = put(root, stepsOf(whole ? path : path.replace(/^response\.(?=.)/, '')), value)
  if (lines.length > 0) root = put(root, ['note'], lines.join(' '))
  return JSON.stringify(root ?? {})
}

/** `result.bids[0].price` and `errors.*.text`, with 0 for every `*`. */
const stepsOf = (path: string): readonly (string | number)[] =>
  pathSteps(path).map((each) => (each === EVERY ? 0 : typeof each === 'string' && /^\d+$/.test(each) ? Number(each) : each))

const put = (node: unknown, steps: readonly (string | number)[], value: unknown): unknown => {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (typeof step === 'number') {
    const list: unknown[] = Array.isArray(node) ? [...node] : []
    for (let i = list.length; i < step; i++) list[i] = {}
    list[step] = put(list[step], rest, value)
    return list
  }
  // A root array (`[0].status`) answers a plain name (`message`) in its first row.
  if (Array.isArray(node)) return put(node, [0, ...steps], value)
  const map = typeof node === 'object' && node !== null ? node : {}
  return { ...map, [step]: put(Object.hasOwn(map, step) ? (map as Record<string, unknown>)[step] : undefined, rest, value) }
}
