import type { MappingNode } from '../../definitions/mapping-node.ts'
import type { RenderInput } from '../endpoint.ts'
import type { TemplateOptions } from '../template/template.ts'
import { build, withoutEmpty, type Built } from './build.ts'
import { compileMapping } from './compile-mapping.ts'
import { hasRepeats, keysOf, type Shape } from './shape.ts'

interface DocumentSource {
  readonly mapping: MappingNode | null
  readonly includeAll: boolean
  readonly omitEmpty: boolean
}

export type Document = ReturnType<typeof compileDocument>

/** What an encoder works from: the shape, and how every lead's values are built from it. Without any mapping the document is the whole lead where `includeAll`, else empty; `carried`: what of a lead may be said. */
export const compileDocument = (source: DocumentSource, options: TemplateOptions, carried = (input: RenderInput): RenderInput => input) => {
  const { includeAll, omitEmpty } = source
  const shape: Shape = source.mapping ? compileMapping(source.mapping, options, omitEmpty) : { kind: 'map', entries: [] }
  if (includeAll && source.mapping && shape.kind !== 'map') options.tell(source.mapping.place, 'no-place', `Include All Fields puts fields beside the mapped ones, and this mapping is ${shape.kind === 'list' ? 'a list' : 'one text'}`, 'leave Include All Fields out, or name the fields here')
  const mapped = new Set(shape.kind === 'map' ? keysOf(shape.entries) : [])
  const empty: Built = shape.kind === 'list' ? { list: [] } : new Map()
  return {
    shape,
    /** Adds the lead's other fields beside the mapped ones. */
    includeAll: includeAll && shape.kind === 'map',
    /** Top-level keys that the mapping itself names, whether or not a lead fills them. */
    mapped: mapped as ReadonlySet<string>,
    omitEmpty,
    /** The shape can be written straight away, key by key. */
    direct: !hasRepeats(shape),
    build: (whole: RenderInput): Built => {
      const input = carried(whole)
      const built = build(shape, input) ?? empty
      return includeAll && built instanceof Map ? withAllFields(built, mapped, omitEmpty, input) : built
    },
  }
}

const withAllFields = (built: ReadonlyMap<string, Built>, mapped: ReadonlySet<string>, omitEmpty: boolean, input: RenderInput): Built => {
  const out = new Map(built)
  for (const [key, leaf] of otherFields(input, mapped, omitEmpty)) out.set(key, { leaf })
  return out
}

/** Lead fields that the mapping does not name; null ones never, empty ones not under `Omit Empty`. */
export const otherFields = (input: RenderInput, mapped: ReadonlySet<string>, omitEmpty: boolean): readonly (readonly [string, unknown])[] => {
  const others = Object.entries(input.lead.fields).filter(([key, value]) => !mapped.has(key) && value !== null && value !== undefined)
  return omitEmpty ? others.flatMap(([key, value]) => { const left = withoutEmpty(value); return left === undefined ? [] : [[key, left] as const] }) : others
}
