import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import type { YamlEntry, YamlNode } from './yaml-tree.ts'

/**
 * Variables that are set to nothing where a whole value depends on them, such as those of an example `.env` that was not
 * filled in: a forgotten secret is told as that. Inside a longer value (`https://api${SUFFIX}.example`) nothing is a value.
 */
export const emptyVariables = (root: YamlNode, env: Environment): readonly Diagnostic[] => {
  const found: Diagnostic[] = []
  const node = (each: YamlNode): void => {
    if (each.kind === 'map') each.entries.forEach(entry)
    else if (each.kind === 'list') each.items.forEach(node)
    else {
      const name = /^(?:(?:bearer|basic|token)\s+)?\$\{\s*(\w+)\s*\}$/i.exec(each.text.trim())?.[1]
      if (name !== undefined && Object.hasOwn(env, name) && env[name]?.trim() === '') found.push(diagnosticAt(each.place, 'empty-variable', `the variable ${name} is set to nothing`, `give it a value in .env, or with export ${name}=…`))
    }
  }
  const entry = (each: YamlEntry): void => {
    if (each.kind === 'entry') node(each.value)
    else [...each.then, ...each.otherwise].forEach(entry)
  }
  node(root)
  return found
}
