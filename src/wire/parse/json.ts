import { isTooDeep } from '../../base/json-depth.ts'

/** The value of a JSON text; throws where it is none. Whole numbers too long for a double stay exact, as text. */
export const readJson = (text: string): unknown =>
  LONG_NUMBER.test(text) ? JSON.parse(text, keepLongNumbers as (key: string, value: unknown) => unknown) : JSON.parse(text)

/** The same; undefined where it is none, or one that is nested without end. */
export const parseJson = (text: string): unknown => {
  if (isTooDeep(text)) return undefined
  try {
    return readJson(text)
  } catch {
    return undefined
  }
}

/** The members of a JSON object; null where the value is something else. */
export const objectIn = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null

const LONG_NUMBER = /\d{16}/

const keepLongNumbers = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && context?.source !== undefined && /^-?\d+$/.test(context.source) && !Number.isSafeInteger(value) ? context.source : value

/** One step of a dotted path: a member's name, an index, or `*`. */
export type PathStep = string | number | typeof EVERY
export const EVERY: unique symbol = Symbol('*')

/** `result.bids[0].price`, `errors.*.text`, `["a.b"].c`; a leading `$.` is allowed. */
export const pathSteps = (text: string): readonly PathStep[] => {
  const steps: PathStep[] = []
  const part = /\[\s*(?:(\d+)|(\*)|"([^"]*)"|'([^']*)')\s*\]|([^.[\]]+)/g
  for (const [whole, index, star, double, single, name] of text.trim().replace(/^\$(?=[.[]|$)/, '').matchAll(part)) {
    if (index !== undefined) steps.push(Number(index))
    else if (star !== undefined || name === '*') steps.push(EVERY)
    else steps.push(double ?? single ?? name?.trim() ?? whole)
  }
  return steps
}

/**
 * All values at a path, in document order. Only own members are seen, so `__proto__` and `constructor` are names like
 * any other. Arrays on the way are walked into, and an array at the end gives its items. A leading `response` means the
 * root where the root has no such member. A text on the way that holds JSON is walked into: services of .NET answer
 * `{"d": "{\"status\":…}"}`.
 */
export const findJson = (root: unknown, steps: readonly PathStep[]): readonly unknown[] => {
  const found: unknown[] = []
  const rootless = steps[0] === 'response' && !(typeof root === 'object' && root !== null && Object.hasOwn(root, 'response'))
  walk(root, steps, rootless ? 1 : 0, found)
  return found
}

const walk = (whole: unknown, steps: readonly PathStep[], at: number, found: unknown[]): void => {
  if (at === steps.length) {
    if (Array.isArray(whole)) for (const each of whole) found.push(each)
    else found.push(whole)
    return
  }
  const value = typeof whole === 'string' && /^\s*[[{]/.test(whole) ? parseJson(whole) : whole
  if (typeof value !== 'object' || value === null) return
  const step = steps[at] as PathStep
  if (step === EVERY) {
    for (const each of Object.values(value)) walk(each, steps, at + 1, found)
  } else if (Array.isArray(value)) {
    const index = typeof step === 'number' ? step : /^\d+$/.test(step) ? Number(step) : null
    if (index === null) {
      // Lists of lists are not walked into: a hostile answer may nest them without end.
      for (const each of value) if (!Array.isArray(each)) walk(each, steps, at, found)
    } else if (index < value.length) walk(value[index], steps, at + 1, found)
  } else if (Object.hasOwn(value, step)) walk((value as Record<string | number, unknown>)[step], steps, at + 1, found)
}
