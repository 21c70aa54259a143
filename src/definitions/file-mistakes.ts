import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { AS_WRITTEN } from './environment.ts'
import { normalKey } from './keys.ts'
import type { FileText } from './text.ts'
import { scalarsIn, type YamlEntry, type YamlNode } from './yaml-tree.ts'

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

/** Lines without a colon: prose is a rule of a Retry Strategy or a Circuit Breaker alone, elsewhere it would be a key without a value, and a field of the mapping be lost. */
export const bareLines = (node: YamlNode): readonly Diagnostic[] =>
  node.kind === 'map' ? node.entries.flatMap(ofEntry) : node.kind === 'list' ? node.items.flatMap(bareLines) : []

const ofEntry = (entry: YamlEntry): readonly Diagnostic[] => {
  if (entry.kind === 'block') return [...entry.then, ...entry.otherwise].flatMap(ofEntry)
  const name = normalKey(entry.key)
  if (AS_WRITTEN.has(name) || /^(retr|circuit|iferrorrate)/.test(name)) return []
  return entry.bare ? [told(entry)] : bareLines(entry.value)
}

const told = ({ key, keyPlace }: Extract<YamlEntry, { kind: 'entry' }>): Diagnostic => {
  const [, name, colon, value] = /^([^:{]+?)(?:(:)(?!\/\/)|\s+(?=\{\{|\w+:\/\/))(\S.*)$/.exec(key) ?? []
  const message = colon === undefined ? 'this line has no colon' : 'there is no blank behind the colon'
  return diagnosticAt(keyPlace, 'missing-colon', message, name === undefined ? `write ${key}: and its value; words for people go under Notes` : `write ${name}: ${value}`)
}

/**
 * Variables that are set to nothing where a whole value depends on them, such as those of an example `.env` that was not
 * filled in: a forgotten secret is told as that. Inside a longer value (`https://api${SUFFIX}.example`) nothing is a value.
 */
export const emptyVariables = (root: YamlNode, env: Environment): readonly Diagnostic[] => scalarsIn(root).flatMap(({ text, place }) => {
  const name = /^(?:(?:bearer|basic|token)\s+)?\$\{\s*(\w+)\s*\}$/i.exec(text.trim())?.[1]
  return name !== undefined && Object.hasOwn(env, name) && env[name]?.trim() === '' ? [diagnosticAt(place, 'empty-variable', `the variable ${name} is set to nothing`, `give it a value in .env, or with export ${name}=…`)] : []
})
