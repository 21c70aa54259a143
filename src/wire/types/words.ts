import type { Text } from '../../definitions/text.ts'
import type { RenderInput } from '../endpoint.ts'
import { compileTemplate, type TemplateOptions } from '../template/template.ts'
import { textOf } from '../template/text-of.ts'

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
