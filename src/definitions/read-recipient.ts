import { basename, extname } from 'node:path'
import { isSameProblem, tellTo, type Diagnostic, type Place } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { ENDPOINT_SECTION } from './endpoint-keys.ts'
import { substitute } from './environment.ts'
import { isEmpty, type Reading } from './fields/field.ts'
import { PATTERN_SECTION } from './fields/pattern.ts'
import { namesOf } from './fields/section.ts'
import { bareLines, emptyVariables, foreignFile, oddQuotes, unreadableLetter } from './file-mistakes.ts'
import { normalKey } from './keys.ts'
import type { Pattern } from './patterns/pattern.ts'
import { readPattern } from './patterns/read-pattern.ts'
import { readEndpoint, type ReadEndpoint } from './read-endpoint.ts'
import type { FileText } from './text.ts'
import { readYaml, type YamlNode } from './yaml-tree.ts'

/** One file, read by itself. */
export interface ReadRecipient {
  readonly file: string
  readonly id: string
  readonly name: string
  readonly place: Place
  /** Null where the YAML could not be read. */
  readonly content: { readonly kind: 'endpoint'; readonly endpoint: ReadEndpoint } | { readonly kind: 'pattern'; readonly pattern: Pattern } | null
  readonly diagnostics: readonly Diagnostic[]
  /** No error among them. */
  readonly sound: boolean
}

/** Values from the environment are added to `secrets`. */
export const readRecipient = (file: FileText, env: Environment, secrets: Set<string>): ReadRecipient => {
  const id = basename(file.path, extname(file.path))
  const diagnostics: Diagnostic[] = []
  const emptyLines = new Set<number>()
  // What a forgotten variable or colon leaves behind is not told again.
  const report = (problem: Diagnostic): void => { if (!emptyLines.has(problem.line) && !diagnostics.some((each) => isSameProblem(each, problem))) diagnostics.push(problem) }
  const tell = tellTo(report)
  const result = (name: string, place: Place, content: ReadRecipient['content']): ReadRecipient =>
    ({ file: file.path, id, name, place, content, diagnostics, sound: diagnostics.every((each) => each.severity !== 'error') })

  const start: Place = { file: file.path, line: 1, col: 1 }
  const foreign = foreignFile(file)
  if (foreign) {
    report(foreign)
    return result(nameInText(file.text) ?? id, start, null)
  }
  const unreadable = unreadableLetter(file)
  if (unreadable) report(unreadable)
  const yaml = readYaml(file)
  yaml.diagnostics.forEach(report)
  // The name of a file that cannot be read is still worth knowing: patterns name it.
  if (yaml.root === null) {
    if (yaml.diagnostics.length === 0) tell(start, 'empty-file', 'this file is empty', 'write Recipient: and its name')
    const levelled = levelLines(file, yaml.diagnostics)
    if (levelled) readRecipient(levelled.file, env, secrets).diagnostics.filter((each) => isTrueOf(each, levelled.moved)).forEach(report)
    return result(nameInText(file.text) ?? id, start, null)
  }
  if (yaml.root.kind !== 'map') {
    tell(yaml.root.place, 'wrong-shape', 'this file is no recipient: it has no keys', 'write Recipient: and its name on the first line, then Settings: and the others')
    return result(id, start, null)
  }
  const substituted = substitute(yaml.root, env)
  substituted.diagnostics.forEach(report)
  for (const each of [...emptyVariables(yaml.root, env), ...bareLines(yaml.root)]) { report(each); emptyLines.add(each.line) }
  oddQuotes(yaml.root).forEach(report)
  const own = new Set(substituted.secrets)
  const root = substituted.root.kind === 'map' ? substituted.root : yaml.root

  const said = entryOf(root, 'recipient')
  const name = said?.value.kind === 'scalar' && !isEmpty(said.value) ? said.value.text.trim() : id
  const place = said?.keyPlace ?? start
  if (!said) tell(start, 'missing-key', 'this file has no Recipient', 'write Recipient: and its name on the first line')
  const reading: Reading = { report, tell, name, env, secret: (value) => { if (value !== '') own.add(value) }, isSecret: (text) => [...own].some((secret) => text.includes(secret)) }
  if (isPattern(root)) {
    const pattern = readPattern(id, name, root, place, reading)
    own.forEach((each) => secrets.add(each))
    return result(pattern.name, place, { kind: 'pattern', pattern })
  }
  const endpoint = readEndpoint(id, name, root, place, reading)
  // What is missing may be what was misspelt.
  if (diagnostics.some((each) => each.code === 'unknown-key' || each.code === 'wrong-shape')) diagnostics.splice(0, diagnostics.length, ...diagnostics.filter((each) => each.code !== 'no-success-rule' && !isMisspelt(each, diagnostics)))
  own.forEach((each) => secrets.add(each))
  return result(name, place, { kind: 'endpoint', endpoint })
}

/** What is told of a file whose lines were moved to be read holds for the user's own: not what a moved line says, nor what is missing. */
const isTrueOf = ({ code, severity, line }: Diagnostic, moved: ReadonlySet<number>): boolean => severity === 'error' && code !== 'missing-key' && !moved.has(line)

/** A file that arranges others: it has a Pattern, or a list that only patterns have. */
const isPattern = (root: Extract<YamlNode, { kind: 'map' }>): boolean => {
  if (entryOf(root, 'pattern')) return true
  if (entryOf(root, 'settings') ?? entryOf(root, 'fieldmapping') ?? entryOf(root, 'endpoint')) return false
  return root.entries.some((each) => each.kind === 'entry' && LISTS.has(namesOf(PATTERN_SECTION).get(normalKey(each.key)) ?? '') && !namesOf(ENDPOINT_SECTION).has(normalKey(each.key)))
}

const LISTS = new Set(['try', 'windows', 'sendTo', 'buyers'])

const entryOf = (root: Extract<YamlNode, { kind: 'map' }>, key: string) => {
  const found = root.entries.find((each) => each.kind === 'entry' && normalKey(each.key) === key)
  return found?.kind === 'entry' ? found : undefined
}

const nameInText = (text: string): string | null => /^recipient\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^#\n]+))/im.exec(text)?.slice(1).find((each) => each !== undefined)?.trim() ?? null

/** `has no Domain`, where `Domian` was written. */
const isMisspelt = (missing: Diagnostic, all: readonly Diagnostic[]): boolean =>
  missing.code === 'missing-key' && all.some((each) => each.code === 'unknown-key' && missing.message.endsWith(`has no ${/did you mean "([^"]+)"/.exec(each.help ?? '')?.[1] ?? '?'}`))

/** The file with its wrongly indented lines at the level of the line above them, and which lines those are. */
interface Levelled { readonly file: FileText; readonly moved: ReadonlySet<number> }

/** Null where something else than an indentation keeps the file from being read, so that nothing can be known of the rest. */
const levelLines = (file: FileText, problems: readonly Diagnostic[]): Levelled | null => {
  if (problems.length === 0 || problems.some((each) => each.code !== 'bad-indentation')) return null
  const lines = file.text.split('\n')
  const moved = new Set<number>()
  for (const { line, col } of problems) {
    // At its first column the line itself is meant, behind a value the one below.
    let i = nextFilled(lines, col === 1 ? line - 1 : line)
    const above = lines.slice(0, i).findLastIndex(isFilled)
    const [odd, level] = [indentOf(lines[i]), indentOf(lines[above])]
    if (above < 0 || odd === level) return null
    // Those behind it that stand as it does are meant to be beside it.
    for (; i < lines.length && isFilled(lines[i]) && indentOf(lines[i]) === odd; i++) {
      lines[i] = `${' '.repeat(level)}${(lines[i] ?? '').trimStart()}`
      moved.add(i + 1)
    }
  }
  return { file: { ...file, text: lines.join('\n') }, moved }
}

const isFilled = (line: string | undefined): boolean => line !== undefined && /^\s*[^\s#]/.test(line)
const indentOf = (line: string | undefined): number => /^ */.exec(line ?? '')?.[0].length ?? 0

const nextFilled = (lines: readonly string[], from: number): number => {
  const found = lines.slice(from).findIndex(isFilled)
  return found < 0 ? lines.length : from + found
}
