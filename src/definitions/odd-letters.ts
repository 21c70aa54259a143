import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { AS_WRITTEN } from './environment.ts'
import { normalKey } from './keys.ts'
import type { FileText } from './text.ts'
import { scalarsIn, type YamlNode } from './yaml-tree.ts'

/** The first letter outside of remarks that is none in UTF-8, as an old editor saves them: buyers would get a � in its place. */
export const unreadableLetter = (file: FileText): Diagnostic | null => {
  const lines = file.text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, ''))
  const line = lines.findIndex((each) => each.includes('\uFFFD'))
  const col = (lines[line] ?? '').indexOf('\uFFFD') + 1
  return line < 0 ? null : diagnosticAt({ file: file.path, line: line + 1, col }, 'not-utf8', 'this letter cannot be read: the file is not saved as UTF-8', 'save it as UTF-8 (in Notepad: Save As, Encoding)')
}

/** Values within quotes that a word processor has bent: to YAML they are letters as others, and go to the buyer. */
export const oddQuotes = (root: YamlNode): readonly Diagnostic[] => scalarsIn(root, (key) => AS_WRITTEN.has(normalKey(key))).flatMap(({ quoted, text, place }) => {
  const inside = quoted ? undefined : BENT.exec(text)?.slice(1).find((each) => each !== undefined)
  return inside === undefined ? [] : [diagnosticAt(place, 'odd-quotes', 'these quotes are part of the text', `where they are not, write "${inside}"`, 'warning')]
})

const BENT = /^(?:“([^“”]*)”|„([^„“”]*)[“”]|‘([^‘’]*)’|«([^«»]*)»)$/
