import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { YamlEntry, YamlNode } from './yaml-tree.ts'

export interface Substituted {
  readonly root: YamlNode
  /** Every value that came from the environment: shown as `••••` everywhere. */
  readonly secrets: ReadonlySet<string>
  readonly diagnostics: readonly Diagnostic[]
}

/** Replaces `${NAME}` in every value. The value is never read again, neither as YAML nor as a template. */
export const substitute = (root: YamlNode, env: Readonly<Record<string, string | undefined>>): Substituted => {
  const secrets = new Set<string>()
  const diagnostics: Diagnostic[] = []
  const node = (each: YamlNode): YamlNode => {
    switch (each.kind) {
      case 'map': return { ...each, entries: each.entries.map(entry) }
      case 'list': return { ...each, items: each.items.map(node) }
      case 'scalar': {
        if (!each.text.includes('${')) return each
        const text = each.text.replace(VARIABLE, (whole, name: string) => {
          const value = Object.hasOwn(env, name) ? env[name] : undefined
          if (value === undefined) {
            diagnostics.push(diagnosticAt(each.place, 'missing-variable', `the variable ${name} is not set`, `export ${name}=… or add it to .env`))
            return whole
          }
          if (value !== '') secrets.add(value)
          return value
        })
        return { ...each, text, value: text }
      }
      default: return each satisfies never
    }
  }
  const entry = (each: YamlEntry): YamlEntry =>
    each.kind === 'entry' ? { ...each, value: node(each.value) } : { ...each, then: each.then.map(entry), otherwise: each.otherwise.map(entry) }
  return { root: node(root), secrets, diagnostics }
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
