import type { Text } from '../../../definitions/text.ts'
import type { RenderInput } from '../../endpoint.ts'
import { compilePieces, type Piece, type TemplateOptions } from '../../template/template.ts'
import { textOf } from '../../template/text-of.ts'

/**
 * A path or file name template. What a lead brings is never more than a part of one name: slashes and control
 * characters become `_`, and so do dots at its beginning, so that no lead can leave the folder or hide its file.
 * Undefined where a field that it names is missing or empty: without it the file would lie elsewhere.
 */
export const compilePathWords = (source: Text, options: TemplateOptions): ((input: RenderInput) => string | undefined) => {
  if (!source.text.includes('{{')) return () => source.text.trim()
  const pieces = compilePieces(source, options) ?? []
  return (input) => write(pieces, input)?.trim()
}

const write = (pieces: readonly Piece[], input: RenderInput): string | undefined => {
  let text = ''
  for (const piece of pieces) {
    if (piece.kind === 'content') { text += piece.text; continue }
    const value = piece.kind === 'value' ? valueOf(piece.read(input)) : write(piece.test.holds(input) ? piece.then : piece.otherwise, input)
    if (value === undefined) return undefined
    text += value
  }
  return text
}

const valueOf = (value: unknown): string | undefined => {
  const text = value === undefined || value === null ? '' : partOfName(textOf(value))
  return text === '' ? undefined : text
}

export const partOfName = (value: string): string =>
  value.trim().replace(/[/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '_').replace(/^\.+/, '_').slice(0, 150)

/** Why this cannot be the name of a file; null where it can. */
export const nameProblem = (name: string): string | null =>
  name === '' ? 'the file name is empty for this lead'
  : name === '.' || name === '..' || name.includes('/') ? `"${name}" is no file name`
  : Buffer.byteLength(name) > 200 ? 'the file name is longer than 200 bytes'
  : null

/** `a/b/c.csv` into folder and name; a path that ends with a slash has no name. */
export const splitPath = (path: string): { readonly folder: string; readonly name: string } => {
  const at = path.lastIndexOf('/') + 1
  return { folder: path.slice(0, at), name: path.slice(at) }
}

/** `leads.csv` and `k3y` make `leads-k3y.csv`. */
export const withKey = (name: string, key: string): string => {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? `${name}-${key}` : `${name.slice(0, dot)}-${key}${name.slice(dot)}`
}
