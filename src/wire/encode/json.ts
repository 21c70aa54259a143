import type { RenderInput } from '../endpoint.ts'
import type { Built } from '../mapping/build.ts'
import { otherFields, type Document } from '../mapping/document.ts'
import type { Shape, ShapeEntry } from '../mapping/shape.ts'

/**
 * One function from a lead to its JSON text. Key texts are made once and values appended between them: no object is built.
 * Where one lead can reach the same key twice, the values are built first, so that the last one wins.
 */
export const compileJson = (document: Document): ((input: RenderInput) => string) => {
  if (!document.direct) return (input) => jsonOfBuilt(document.build(input))
  const { shape, mapped, omitEmpty } = document
  const empty = shape.kind === 'list' ? '[]' : '{}'
  const write = compileShape(shape)
  if (!document.includeAll) return (input) => write(input) ?? empty
  return (input) => {
    const text = write(input) ?? empty
    let out = text.slice(0, -1)
    for (const [key, value] of otherFields(input, mapped, omitEmpty)) out += `${out === '{' ? '' : ','}${JSON.stringify(key)}:${jsonOf(value) ?? 'null'}`
    return `${out}}`
  }
}

type Write = (input: RenderInput) => string | undefined

const compileShape = (shape: Shape): Write => {
  switch (shape.kind) {
    case 'constant': { const text = jsonOf(shape.value) ?? 'null'; return () => text }
    case 'value': { const { read } = shape; return (input) => { const value = read(input); return typeof value === 'string' ? jsonText(value) : jsonOf(value) } }
    case 'map': return compileMembers(shape.entries, '{', '}', true)
    case 'list': return compileMembers(shape.items, '[', ']', false)
  }
}

const compileMembers = (entries: readonly ShapeEntry[], open: string, close: string, keyed: boolean): Write => {
  if (entries.length === 0) return () => open + close
  const append = compileAppend(entries, keyed)
  return (input) => {
    const inner = append(input, open)
    return inner === open ? undefined : inner + close
  }
}

type Append = (input: RenderInput, out: string) => string

/** Each member's text starts with its comma and key, made once; the first member of a lead goes without the comma. */
const compileAppend = (entries: readonly ShapeEntry[], keyed: boolean): Append => {
  const steps = entries.map((each): Append => {
    if (each.kind === 'block') {
      const { holds } = each.test
      const then = compileAppend(each.then, keyed)
      const otherwise = compileAppend(each.otherwise, keyed)
      return (input, out) => (holds(input) ? then(input, out) : otherwise(input, out))
    }
    const first = keyed ? `${JSON.stringify(each.key)}:` : ''
    const next = `,${first}`
    const write = compileShape(each.shape)
    return (input, out) => {
      const text = write(input)
      return text === undefined ? out : out + (out.length === 1 ? first : next) + text
    }
  })
  return (input, out) => {
    let text = out
    for (let i = 0; i < steps.length; i++) text = (steps[i] as Append)(input, text)
    return text
  }
}

/** Undefined for what JSON leaves out. */
const jsonOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return jsonText(value)
  if (value === undefined) return undefined
  return JSON.stringify(value)
}

const jsonText = (text: string): string => (NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`)
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

export const jsonOfBuilt = (built: Built): string => {
  if (built instanceof Map) return `{${[...built].map(([key, value]) => `${JSON.stringify(key)}:${jsonOfBuilt(value)}`).join(',')}}`
  if ('list' in built) return `[${built.list.map(jsonOfBuilt).join(',')}]`
  return 'leaf' in built ? jsonOf(built.leaf) ?? 'null' : 'null'
}
