import type { Report } from '../../base/diagnostic.ts'
import { shortHash } from '../../base/hash.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Text } from '../../definitions/text.ts'
import type { Rendered, Renderer, RenderInput } from '../endpoint.ts'
import { compileDocument, type Document } from '../mapping/document.ts'
import { compileTemplate, templateOptions, type TemplateOptions } from '../template/template.ts'
import { textOf } from '../template/text-of.ts'

/** What the templates of a recipient without pings may name. */
export const typeOptions = (definition: EndpointDefinition, report: Report): TemplateOptions =>
  templateOptions({ recipient: { id: definition.id, name: definition.name }, tables: definition.tables, captures: null }, report)

/** Without any mapping, the whole lead. */
export const documentOf = ({ mapping, includeAllFields, omitEmpty }: EndpointDefinition, options: TemplateOptions): Document =>
  compileDocument({ mapping, includeAll: includeAllFields || mapping === null, omitEmpty }, options)

/** The same leads under the same keys make the same key, however often the batch is tried. */
export const oneKeyOf = (all: readonly string[]): string => {
  const keys = [...new Set(all)]
  return keys.length === 1 ? keys[0] ?? '' : shortHash(keys.join('\n'))
}

/** One message or file, of a lead or of a batch of them. */
export const oneForAll = (make: (input: RenderInput, inputs: readonly RenderInput[]) => Rendered): Pick<Renderer, 'render' | 'renderBatch'> => ({
  render: (input) => make(input, [input]),
  renderBatch: (inputs) => {
    const [first] = inputs
    return first ? make({ ...first, key: oneKeyOf(inputs.map((each) => each.key)) }, inputs) : { ok: false, reason: 'a batch without leads' }
  },
})

/** One text of a lead; undefined where its fields are missing. `clean` is applied to every value that goes in, never to the author's own words. */
export const compileWords = (source: Text, options: TemplateOptions, clean?: (value: string) => string): ((input: RenderInput) => string | undefined) => {
  const template = compileTemplate(source, clean ? { ...options, encode: clean } : options)
  if (template.kind === 'constant') return () => template.value
  if (template.kind === 'text') return template.read
  return (input) => {
    const value = template.read(input)
    if (value === undefined || value === null) return undefined
    return clean ? clean(textOf(value)) : textOf(value)
  }
}
