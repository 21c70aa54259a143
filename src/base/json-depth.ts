/**
 * Deeper than any lead or answer. Node 24 writes JSON by recursion and overflows its stack at 4,500 levels, while it reads any
 * number of them: what is nested deeper than this is not read in the first place.
 */
export const DEEPEST_JSON = 100

export const isTooDeep = (json: string): boolean => json.length > 2 * DEEPEST_JSON && depthOf(json) > DEEPEST_JSON

const depthOf = (json: string): number => {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i)
    if (code === 0x22) {
      do { i = json.indexOf('"', i + 1) } while (i >= 0 && isEscaped(json, i))
      if (i < 0) break
    } else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return deepest
}

/** Whether an odd number of backslashes stands before this place. */
const isEscaped = (text: string, at: number): boolean => {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
  return slashes % 2 === 1
}
