import { holds, type Condition, type ValuePath } from '../../core/condition.ts'
import { resolveLead, withDots } from '../../core/lead-path.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Text } from '../../definitions/text.ts'
import type { RenderInput } from '../endpoint.ts'
import type { Carry } from '../ping-lead.ts'
import { compilePath, type Read } from '../template/scope.ts'
import type { TemplateOptions } from '../template/template.ts'
import { compileUrl, type CompiledUrl } from './url.ts'

type Target = { readonly ok: true; readonly url: string; readonly mayBePrivate: boolean } | { readonly ok: false; readonly reason: string }

/** Where a request goes: the ping's own endpoint, the backup, the first of `Endpoints` whose condition holds, or the endpoint. */
export const compileTarget = (definition: EndpointDefinition, phase: PhaseName, options: TemplateOptions, carried: Carry): ((input: RenderInput) => Target) => {
  const allowed = definition.transport.allowPrivateNetwork
  const compile = (text: Text): ((input: RenderInput) => Target) => {
    const url: CompiledUrl = compileUrl(text, options)
    const mayBePrivate = allowed || url.writtenOut
    if (!text.text.includes('{{')) { const fixed: Target = { ok: true, url: text.text.trim(), mayBePrivate }; return () => fixed }
    return (input) => { const result = url.render(input); return result.ok ? { ...result, mayBePrivate } : result }
  }
  const none = (reason: string) => (): Target => ({ ok: false, reason })
  const ping = phase === 'ping' ? definition.ping?.endpoint ?? null : null
  if (ping) return compile(ping)
  const shared = (text: Text): ((input: RenderInput) => Target) => { const target = compile(text); return (input) => target(carried(input)) }
  const main = definition.url ? shared(definition.url) : none('no endpoint is given for this lead')
  const backup = definition.backupUrl ? shared(definition.backupUrl) : main
  const regional = definition.endpoints.map(({ when, use }) => ({ holds: when ? compileWhen(when, options, use) : () => true, target: shared(use) }))
  return (input) => {
    if (input.target === 'backup') return backup(input)
    for (const each of regional) if (each.holds(input)) return each.target(input)
    return main(input)
  }
}

/** A condition on the lead; its paths are those of templates, and lists are walked into as in other conditions. */
const compileWhen = (condition: Condition, options: TemplateOptions, near: Text): ((input: RenderInput) => boolean) => {
  const reads = new Map<string, Read>()
  const visit = (each: Condition): void => {
    switch (each.kind) {
      case 'and': case 'or': each.terms.forEach(visit); break
      case 'not': visit(each.term); break
      default: {
        if (each.path.kind !== 'path' || reads.has(each.path.text)) break
        const read = compilePath(withDots(each.path.text).split('.'), options.vocabulary, near.place)
        if (typeof read === 'function') reads.set(each.path.text, read)
        else options.report(read)
      }
    }
  }
  visit(condition)
  const valuesAt = (path: ValuePath, input: RenderInput): readonly unknown[] => {
    const value = path.kind === 'path' ? reads.get(path.text)?.(input) : undefined
    return value === undefined || value === null || Array.isArray(value) ? resolveLead(input.lead, path) : [value]
  }
  return (input) => holds(condition, (path) => valuesAt(path, input))
}
