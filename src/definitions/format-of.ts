import { diagnosticAt } from '../base/diagnostic.ts'
import type { EndpointValues } from './endpoint-keys.ts'
import type { Reading } from './fields/field.ts'
import type { EndpointType, Format, HeaderDefinition } from './types.ts'

/** As written; where it is not, as a buyer's document says it: by the Content-Type among the headers. */
export const formatOf = (type: EndpointType, { format, headers }: EndpointValues): Format =>
  format ?? (type === 'custom' ? contentTypeIn(headers)?.format : undefined) ?? (type === 'sftp' || type === 'file' ? 'csv' : 'json')

/** A body that is not what its header says is read as nothing by most servers. */
export const warnOfContentType = (format: Format, { headers, bodyParameter, batch, method }: EndpointValues, reading: Reading): void => {
  const said = contentTypeIn(headers)
  if (!said || bodyParameter !== undefined || batch !== undefined || /^(?:get|head)$/i.test(method ?? '') || !CHECKED.includes(format) || said.format === format) return
  reading.report(diagnosticAt(said.header.value.place, 'content-type', `this header says ${said.format.toUpperCase()}, and what is sent is ${format.toUpperCase()}`, `write Format: ${said.format.toUpperCase()}, or leave the header out: the right one is added`, 'warning'))
}

const CHECKED: readonly Format[] = ['json', 'xml', 'form', 'csv']

const contentTypeIn = (headers: readonly HeaderDefinition[] = []): { readonly format: Format; readonly header: HeaderDefinition } | null => {
  const header = headers.find(({ name, value }) => name.toLowerCase() === 'content-type' && !value.text.includes('{{'))
  const format = header && MEDIA.find(([type]) => type.test(header.value.text.trim()))?.[1]
  return header && format ? { format, header } : null
}

const MEDIA: readonly (readonly [RegExp, Format])[] = [
  [/^application\/x-www-form-urlencoded\b/i, 'form'], [/^application\/(?:[\w.-]+\+)?json\b/i, 'json'], [/^(?:text|application)\/(?:[\w.-]+\+)?xml\b/i, 'xml'], [/^text\/csv\b/i, 'csv'],
]
