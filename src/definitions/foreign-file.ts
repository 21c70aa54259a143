import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { FileText } from './text.ts'

const AS_TEXT = 'save it as plain text in UTF-8, with an editor for text'
const KINDS: readonly (readonly [begins: RegExp, what: string, help: string])[] = [
  [/^\{\\rtf/, 'this is a document (RTF) of a word processor', AS_TEXT],
  [/^PK\x03\x04/, 'this is a document of a word processor, or a zip archive', AS_TEXT],
  [/^\s*<(!doctype html|html)\b/i, 'this is a web page', 'download the file itself (Raw), or copy its text'],
  [/^```/m, 'this line fences code, as chats and Markdown do', 'keep only what stands between the lines of ```, and leave those out'],
]

/** What is no recipient file at all, for what it is: as YAML it would have mistakes that nobody made. */
export const foreignFile = ({ path, text }: FileText): Diagnostic | null => {
  const [found] = KINDS.flatMap(([begins, what, help]) => {
    const at = begins.exec(text)?.index
    return at === undefined ? [] : [diagnosticAt({ file: path, line: text.slice(0, at).split('\n').length, col: 1 }, 'not-yaml', what, help)]
  })
  return found ?? null
}
