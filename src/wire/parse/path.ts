import type { Condition, ValuePath } from '../../core/condition.ts'
import type { Answer } from './answer.ts'
import { compileCss } from './html.ts'
import { findJson, pathSteps } from './json.ts'
import { withinText } from './within.ts'
import { compileXPath, findXml, type Document } from './xml.ts'

/** All values at one path of an answer, in document order. */
export type Finder = (answer: Answer) => readonly unknown[]

/** A path compiled once (contract, section 3); null where it is not one that can be read. */
export const compilePath = (path: ValuePath): Finder | null => {
  switch (path.kind) {
    case 'path': return compileText(path.text.trim())
    case 'css': {
      const find = compileCss(path.selector, path.attribute)
      return find && ((answer) => { const root = answer.html(); return root ? find(root) : [] })
    }
    case 'regex': return compileRegex(path.source, path.flags)
  }
}

/** Whether a path looks into the body, or only at the status and headers. */
export const readsBody = (path: ValuePath): boolean =>
  path.kind !== 'path' || !(path.text.trim() === 'http.status' || /^header\.[^.]/i.test(path.text.trim()))

const compileText = (text: string): Finder | null => {
  if (text === '') return null
  // A line's end behind the last word is no part of what a buyer says.
  if (text === 'body') return (answer) => [answer.text().trim()]
  if (text === 'http.status') return (answer) => [answer.status]
  const header = /^header\.(.+)$/i.exec(text)?.[1]?.toLowerCase()
  if (header !== undefined) return (answer) => (Object.hasOwn(answer.headers, header) ? [answer.headers[header]] : [])
  if (text.startsWith('/')) {
    const find = compileXPath(text)
    return find && ((answer) => {
      const document = answer.document()
      return document === null ? [] : alsoWithin(document, find, () => [])
    })
  }
  const steps = pathSteps(text)
  return (answer) => {
    const data = answer.data()
    if (data === null) return []
    return data.kind === 'json' ? findJson(data.root, steps) : alsoWithin(data.document, (document) => findXml(document, steps), (root) => findJson(root, steps))
  }
}

/** What is not in the document may be in the one that is its text. */
const alsoWithin = (document: Document, find: (document: Document) => readonly unknown[], findInJson: (root: unknown) => readonly unknown[]): readonly unknown[] => {
  const found = find(document)
  const within = found.length > 0 ? null : withinText(document)
  return within === null ? found : within.kind === 'xml' ? find(within.document) : findInJson(within.root)
}

const compileRegex = (source: string, flags: string): Finder | null => {
  try {
    const pattern = new RegExp(source, flags.replace(/[gy]/g, ''))
    return (answer) => {
      const match = pattern.exec(answer.text())
      const found = match?.[1] ?? match?.[0]
      return found === undefined ? [] : [found]
    }
  } catch {
    return null
  }
}

export const pathsOf = (condition: Condition): readonly ValuePath[] => {
  switch (condition.kind) {
    case 'and':
    case 'or': return condition.terms.flatMap(pathsOf)
    case 'not': return pathsOf(condition.term)
    default: return [condition.path]
  }
}

/** A path as the user wrote it, for messages. */
export const pathText = (path: ValuePath): string =>
  path.kind === 'path' ? path.text : path.kind === 'css' ? `css(${path.selector}${path.attribute ? ` @${path.attribute}` : ''})` : `regex(${path.source})`

export const namesStatus = (condition: Condition): boolean => pathsOf(condition).some((path) => path.kind === 'path' && path.text.trim() === 'http.status')
