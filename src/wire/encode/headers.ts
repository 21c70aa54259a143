import { VERSION } from '../../base/version.ts'
import type { HeaderDefinition } from '../../definitions/endpoint-definition.ts'
import type { RenderInput } from '../endpoint.ts'
import { compileTemplate, type TemplateOptions } from '../template/template.ts'
import { textOf } from '../template/text-of.ts'

export type Header = readonly [name: string, value: string]

/** Buyers see who calls. */
export const USER_AGENT: Header = ['User-Agent', `finalmile/${VERSION}`]

export const compileHeaders = (definitions: readonly HeaderDefinition[], options: TemplateOptions) => {
  const writers = definitions.map(({ name, value }): ((input: RenderInput) => Header | null) => {
    const lower = name.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) options.tell(value.place, 'bad-header', `"${name}" cannot be the name of a header`, 'header names have letters, digits and -')
    if (RESERVED.has(lower)) options.tell(value.place, 'bad-header', `${name} is set by the connection itself`, 'leave it out')
    const template = compileTemplate(value, options)
    if (template.kind === 'constant') { const header: Header = [name, headerValue(template.value)]; return () => header }
    return (input) => { const found = template.read(input); return found === undefined || found === null ? null : [name, headerValue(textOf(found))] }
  })
  return {
    /** Lower-case names that the author sets; ours of the same name stay away. */
    names: new Set(definitions.map((each) => each.name.toLowerCase())),
    /** The author's headers; one whose field the lead does not have is left out. */
    write: (input: RenderInput): Header[] => {
      const headers: Header[] = []
      for (const writer of writers) { const header = writer(input); if (header) headers.push(header) }
      return headers
    },
  }
}

/** The author's headers, and of ours those that they do not name. */
export const besideOwn = (own: ReturnType<typeof compileHeaders>, input: RenderInput, ours: readonly Header[]): Header[] => {
  const headers = own.write(input)
  for (const header of ours) if (!own.names.has(header[0].toLowerCase())) headers.push(header)
  return headers
}

const RESERVED = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect'])

/**
 * No value can end its line: control characters become blanks. Text beyond ASCII goes as its UTF-8 bytes, one character
 * per byte, which is what HTTP clients put on the wire and most servers read.
 */
export const headerValue = (text: string): string => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.trim()
  return Buffer.from(text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim(), 'utf8').toString('latin1')
}
