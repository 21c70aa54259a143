import type { ValuePath } from '../../core/condition.ts'
import type { Scanner } from './scanner.ts'

/** Reads one path: `result.bids[0].price`, `//result[@type="x"]`, `css(h1.status)`, `css(#p @data-price)`, `regex(id=(\d+))`. */
export const scanPath = (scanner: Scanner): ValuePath => {
  scanner.skipBlanks()
  const { text, at } = scanner
  if (text.startsWith('css(', at)) {
    scanner.at += 3
    return cssPath(scanner.bracketed('(', ')'))
  }
  if (text.startsWith('regex(', at)) {
    scanner.at += 5
    return regexPath(scanner, scanner.bracketed('(', ')'), at + 6)
  }
  const found = text[at] === '/' ? xpathText(scanner) : plainText(scanner)
  if (found.startsWith('{{')) scanner.fail('a path stands without braces here', 'write status = "accepted", or lead.score > 60', at)
  if (found === '') scanner.fail(at >= text.length ? 'a path is missing here' : `got \`${text.slice(at, at + 12)}\`, expected a path`, 'write for example status = "accepted"')
  return { kind: 'path', text: found }
}

const cssPath = (inside: string): ValuePath => {
  const match = /^(.*?)\s+@([\w:-]+)\s*$/.exec(inside)
  return { kind: 'css', selector: (match?.[1] ?? inside).trim(), attribute: match?.[2] ?? null }
}

const regexPath = (scanner: Scanner, source: string, at: number): ValuePath => {
  const problem = regexProblem(source, '')
  if (problem !== null) scanner.fail(problem, 'regex(id=(\\d+)) takes the first group', at)
  return { kind: 'regex', source, flags: '' }
}

/** Why a regular expression cannot be used; null where it can. */
export const regexProblem = (source: string, flags: string): string | null => {
  try {
    return new RegExp(source, flags) && null
  } catch (error) {
    return error instanceof SyntaxError ? error.message : String(error)
  }
}

/** An XPath runs to the first blank or comparison outside of its brackets and quotes. */
const xpathText = (scanner: Scanner): string => {
  const { text, at: start } = scanner
  let depth = 0
  let quote = ''
  for (; scanner.at < text.length; scanner.at++) {
    const char = text[scanner.at] ?? ''
    if (quote !== '') { if (char === quote) quote = '' }
    else if (char === '"' || char === "'") { if (depth === 0) break; quote = char }
    else if (char === '[' || char === '(') depth += 1
    else if (char === ']' || char === ')') { if (depth === 0) break; depth -= 1 }
    else if (depth === 0 && /[\s=!<>,]/.test(char)) break
  }
  if (depth > 0 || quote !== '') scanner.fail('a bracket or quote of this XPath is not closed', 'close it, as in //result[@type="main"]', start)
  return text.slice(start, scanner.at)
}

const plainText = (scanner: Scanner): string => {
  const { text, at: start } = scanner
  let depth = 0
  for (; scanner.at < text.length; scanner.at++) {
    const char = text[scanner.at] ?? ''
    if (char === '[') depth += 1
    else if (char === ']' && depth > 0) depth -= 1
    else if (depth === 0 && /[\s=!<>(),"']/.test(char)) break
  }
  return text.slice(start, scanner.at)
}
