import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import { AS_WRITTEN } from './environment.ts'
import { normalKey } from './keys.ts'
import type { YamlEntry, YamlNode } from './yaml-tree.ts'

/** Lines without a colon: prose is a rule of a Retry Strategy alone, elsewhere it would be a key without a value, and a field of the mapping be lost. */
export const bareLines = (node: YamlNode): readonly Diagnostic[] =>
  node.kind === 'map' ? node.entries.flatMap(ofEntry) : node.kind === 'list' ? node.items.flatMap(bareLines) : []

const ofEntry = (entry: YamlEntry): readonly Diagnostic[] => {
  if (entry.kind === 'block') return [...entry.then, ...entry.otherwise].flatMap(ofEntry)
  const name = normalKey(entry.key)
  if (AS_WRITTEN.has(name) || name.startsWith('retr')) return []
  return entry.bare ? [told(entry)] : bareLines(entry.value)
}

const told = ({ key, keyPlace }: Extract<YamlEntry, { kind: 'entry' }>): Diagnostic => {
  const [, name, colon, value] = /^([^:{]+?)(?:(:)(?!\/\/)|\s+(?=\{\{))(\S.*)$/.exec(key) ?? []
  const message = colon === undefined ? 'this line has no colon' : 'there is no blank behind the colon'
  return diagnosticAt(keyPlace, 'missing-colon', message, name === undefined ? `write ${key}: and its value; words for people go under Notes` : `write ${name}: ${value}`)
}
