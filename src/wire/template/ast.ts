import { parse } from 'handlebars/dist/cjs/handlebars/compiler/base.js'
import { errorText } from '../../base/error.ts'

/** The part of Handlebars' syntax tree that templates here may use. Lines count from 1, columns from 0. */
export interface Position { readonly line: number; readonly column: number }
interface Located { readonly loc: { readonly start: Position; readonly end: Position } }

export interface Program { readonly type: 'Program'; readonly body: readonly Statement[] }
type Statement =
  | ({ readonly type: 'ContentStatement'; readonly value: string } & Located)
  | ({ readonly type: 'CommentStatement' } & Located)
  | Mustache
  | Block
  | ({ readonly type: 'PartialStatement' | 'PartialBlockStatement' | 'Decorator' | 'DecoratorBlock' } & Located)

interface Mustache extends Call { readonly type: 'MustacheStatement' }
export interface Block extends Call {
  readonly type: 'BlockStatement'
  readonly program?: Program
  readonly inverse?: Program
}
export interface Call extends Located {
  readonly path: Expression
  readonly params: readonly Expression[]
  readonly hash?: { readonly pairs: readonly { readonly key: string; readonly value: Expression }[] }
}
export interface Path extends Located {
  readonly type: 'PathExpression'
  /** `@name`. */
  readonly data: boolean
  /** How often `../` stands before it. */
  readonly depth: number
  readonly parts: readonly string[]
  readonly original: string
}
export type Expression =
  | Path
  | ({ readonly type: 'SubExpression' } & Call)
  | ({ readonly type: 'StringLiteral'; readonly value: string } & Located)
  | ({ readonly type: 'NumberLiteral'; readonly value: number } & Located)
  | ({ readonly type: 'BooleanLiteral'; readonly value: boolean } & Located)
  | ({ readonly type: 'UndefinedLiteral' | 'NullLiteral' } & Located)

type Parsed = { readonly ok: true; readonly program: Program } | { readonly ok: false; readonly message: string; readonly at: Position }

/** Reads template text; the message of a fault is one sentence for a person. */
export const parseTemplate = (text: string): Parsed => {
  try {
    return { ok: true, program: parse(text) as Program }
  } catch (fault) {
    return faultOf(text, errorText(fault))
  }
}

/**
 * Handlebars gives a syntax error as text only: the line, an excerpt, a line of dashes up to a caret, what it got. Others
 * (`if doesn't match unless - 1:12`) end in line and column.
 */
const faultOf = (text: string, message: string): Parsed => {
  const [head = '', excerpt = '', pointer = ''] = message.split('\n')
  const placed = /^(.*) - (\d+):(\d+)$/s.exec(message)
  if (placed) return { ok: false, message: placed[1] ?? message, at: { line: Number(placed[2]), column: Number(placed[3]) } }
  // What is not finished ends where its text does, not on the line behind it.
  const line = Math.min(Number(/on line (\d+)/.exec(head)?.[1] ?? 1), text.trimEnd().split('\n').length)
  const before = excerpt.slice(0, pointer.indexOf('^')).replace(/^\.\.\./, '')
  const source = text.split('\n')[line - 1] ?? ''
  const found = before === '' ? -1 : source.indexOf(before.slice(before.lastIndexOf('\n') + 1))
  const got = /got '(\w+)'/.exec(message)?.[1]
  return {
    ok: false,
    message: got === 'EOF' ? 'this template is not finished: a {{…}} or a block is not closed' : 'this is not a template that can be read',
    at: { line, column: found < 0 ? Math.max(0, source.length - 1) : Math.max(0, found + before.length - 1) },
  }
}
