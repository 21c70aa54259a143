import type { Report } from '../../base/diagnostic.ts'
import { shortHash } from '../../base/hash.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Rendered, Renderer, RenderInput } from '../endpoint.ts'
import { compileDocument, type Document } from '../mapping/document.ts'
import { templateOptions, type TemplateOptions } from '../template/template.ts'

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
