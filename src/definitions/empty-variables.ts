import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { scalarsIn, type YamlNode } from './yaml-tree.ts'

/**
 * Variables that are set to nothing where a whole value depends on them, such as those of an example `.env` that was not
 * filled in: a forgotten secret is told as that. Inside a longer value (`https://api${SUFFIX}.example`) nothing is a value.
 */
export const emptyVariables = (root: YamlNode, env: Environment): readonly Diagnostic[] => scalarsIn(root).flatMap(({ text, place }) => {
  const name = /^(?:(?:bearer|basic|token)\s+)?\$\{\s*(\w+)\s*\}$/i.exec(text.trim())?.[1]
  return name !== undefined && Object.hasOwn(env, name) && env[name]?.trim() === '' ? [diagnosticAt(place, 'empty-variable', `the variable ${name} is set to nothing`, `give it a value in .env, or with export ${name}=…`)] : []
})
