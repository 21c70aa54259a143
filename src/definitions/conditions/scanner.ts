import { diagnosticAt, placeOfPart, type Diagnostic, type Place } from '../../base/diagnostic.ts'

/** Thrown inside the parser alone, and turned into a refusal by it. */
export class ConditionMistake extends Error {
  readonly diagnostic: Diagnostic
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message)
    this.diagnostic = diagnostic
  }
}

/** Where reading stands in a condition, with what the grammar asks of text. */
export interface Scanner {
  readonly text: string
  at: number
  skipBlanks(): void
  /** True, and past it, where this word stands (any case), not merely begins. */
  word(word: string): boolean
  peekWord(word: string): boolean
  symbol(symbols: readonly string[]): string | null
  /** The inside of brackets that open here, quotes and character classes respected; the position after them. */
  bracketed(open: string, close: string): string
  fail(message: string, help?: string, at?: number): never
}

export const scan = (text: string, place: Place): Scanner => {
  const scanner: Scanner = {
    text,
    at: 0,
    skipBlanks: () => { while (/\s/.test(text[scanner.at] ?? '')) scanner.at += 1 },
    peekWord: (word) => {
      scanner.skipBlanks()
      const found = text.slice(scanner.at, scanner.at + word.length)
      return found.toLowerCase() === word && !/[\w.-]/.test(text[scanner.at + word.length] ?? '')
    },
    word: (word) => {
      if (!scanner.peekWord(word)) return false
      scanner.at += word.length
      return true
    },
    symbol: (symbols) => {
      scanner.skipBlanks()
      const found = symbols.find((each) => text.startsWith(each, scanner.at))
      if (found !== undefined) scanner.at += found.length
      return found ?? null
    },
    bracketed: (open, close) => {
      const start = scanner.at
      let depth = 0
      let inClass = false
      for (; scanner.at < text.length; scanner.at++) {
        const char = text[scanner.at] ?? ''
        if (char === '\\') scanner.at += 1
        else if (char === '[' && open === '(') inClass = true
        else if (char === ']') inClass = false
        else if (inClass) continue
        else if (char === open) depth += 1
        else if (char === close && --depth === 0) {
          scanner.at += 1
          return text.slice(start + 1, scanner.at - 1)
        }
      }
      return scanner.fail(`\`${open}\` is not closed`, `close it with \`${close}\``, start)
    },
    fail: (message, help, at = scanner.at) => {
      const offset = Math.min(at, text.length)
      throw new ConditionMistake(diagnosticAt(placeOfPart(place, text, offset, Math.max(1, /^\S*/.exec(text.slice(offset))?.[0].length ?? 1)), 'bad-condition', message, help))
    },
  }
  return scanner
}
