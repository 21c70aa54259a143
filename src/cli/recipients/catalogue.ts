import { basename, extname, resolve } from 'node:path'
import { maskedDiagnostic, usageError, UserError, type Diagnostic } from '../../base/diagnostic.ts'
import { createMasker } from '../../base/secrets.ts'
import { pricedIn, recipientsOf, type Plan } from '../../core/plan.ts'
import type { Mode } from '../../core/event.ts'
import type { Policy } from '../../core/policy.ts'
import { findRecipient, loadCatalogue, planFor, policiesOf } from '../../definitions/catalogue.ts'
import { withPatternTests } from '../../definitions/pattern-tests.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Catalogue, Recipient } from '../../definitions/recipient.ts'
import { compileEndpoint } from '../../wire/compile.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import type { Ledger } from '../../ports.ts'
import type { Invocation } from '../command.ts'
import { isPath, readRecipientFile, readRecipientFolders, type RecipientFile } from './files.ts'
import { sortDiagnostics } from '../render/diagnostic.ts'
import { someOf } from '../render/figures.ts'
import { compileEndpoints } from './compile.ts'
import { NO_SANDBOX } from './test-mode.ts'

/** All recipients that could be read, and the problems of those that could not. */
export interface Opened {
  readonly catalogue: Catalogue
  readonly diagnostics: readonly Diagnostic[]
  readonly broken: readonly EndpointDefinition[]
  readonly files: readonly RecipientFile[]
  /** Files that a command names outside the recipient folders, as it names them. */
  readonly outside: readonly string[]
}

/** What a delivery goes to, with all that it can reach, ready to be sent to. */
export interface Target {
  readonly recipient: Recipient
  readonly plan: Plan
  readonly policies: ReadonlyMap<string, Policy>
  readonly endpoints: ReadonlyMap<string, Endpoint>
}

/** The recipient folders, and those of `names` that are paths to files outside them; of one name alone, as a rehearsal of that asks. */
export const openCatalogue = async ({ settings, environment, cwd }: Invocation, names: readonly string[] = []): Promise<Opened> => {
  const inFolders = await readRecipientFolders(settings.recipients, cwd)
  const known = new Set(inFolders.map((each) => resolve(cwd, each.file)))
  const outside = names.filter((name) => isPath(name) && !known.has(resolve(cwd, name)))
  const files = [...inFolders, ...(await Promise.all(outside.map((name) => readRecipientFile(name, cwd))))]
  const opened = { ...loadCatalogue(files.map((each) => ({ path: each.file, text: each.text })), environment), files, outside }
  const [name, ...others] = names
  const to = name === undefined || others.length > 0 ? null : lookUp(opened, name)
  return { ...opened, catalogue: { ...opened.catalogue, recipients: withPatternTests(opened.catalogue.recipients, to) } }
}

/** By id, display name or path; the error suggests what was probably meant, or shows why its file could not be read. */
export const requireRecipient = (opened: Opened, name: string, wanted: 'any' | 'endpoint' = 'any'): Recipient => {
  const found = lookUp(opened, name)
  if (found !== null && wanted === 'endpoint' && found.kind === 'pattern') {
    throw usageError(`${found.name} is a pattern: it sends nothing itself`, `name one of its recipients: ${recipientsOf(found.plan).join(', ')}`)
  }
  if (found !== null) return found
  const broken = brokenFile(opened, name)
  if (broken !== null) throw new UserError(problemsOf(opened, broken))
  const suggestion = isPath(name) ? null : findRecipient(opened.catalogue, name)
  throw usageError(`no recipient "${name}"`, suggestion !== null && 'suggestion' in suggestion && suggestion.suggestion !== null ? `did you mean ${suggestion.suggestion}?` : namesOf(opened, name))
}

/** Who there is: those that have the word in their name, else all. */
const namesOf = ({ catalogue }: Opened, word: string): string => {
  const all = [...catalogue.recipients.values()]
  const alike = all.filter(({ id, name }) => `${id}\n${name}`.toLowerCase().includes(word.toLowerCase()))
  const ids = (alike.length > 0 ? alike : all).map((each) => each.id)
  if (ids.length === 0) return 'there are no recipient files here: finalmile init makes an example project'
  return `there ${ids.length === 1 ? 'is' : 'are'} ${someOf(ids)}`
}

/** Who was sent to: as `requireRecipient`, and by the id in the store also one whose file is gone, whose returns still come. */
export const requireBuyer = async (opened: Opened, name: string, ledger: Ledger, mode: Mode): Promise<string> =>
  (lookUp(opened, name) === null && (await wasSentTo(ledger, mode, name)) ? name : requireRecipient(opened, name, 'endpoint').id)

const wasSentTo = async (ledger: Ledger, mode: Mode, id: string): Promise<boolean> => {
  if ((await ledger.recipientStates(mode)).some((each) => each.recipient === id)) return true
  for await (const { event } of ledger.events({ mode })) if (event.type === 'attemptStarted' && event.recipient === id) return true
  return false
}

/** Problems of recipients that the target does not reach do not stop it. */
export const openTarget = (opened: Opened, name: string, mode: Mode): Target => {
  const recipient = requireRecipient(opened, name)
  const plan = planFor(recipient)
  const reached = recipientsOf(plan).flatMap((id) => opened.catalogue.recipients.get(id) ?? [])
  const endpoints = compileEndpoints(reached, mode === 'test' ? NO_SANDBOX : null, pricedIn([plan]), opened.catalogue.secrets)
  return { recipient, plan, policies: policiesOf(reached), endpoints }
}

/** By id or display name; of one whose file is gone, the name as it stands: the store knows its id. */
export const idOfName = ({ catalogue }: Opened, name: string): string => {
  const found = findRecipient(catalogue, name)
  return 'kind' in found ? found.id : name
}

/** What amounts that name no currency are in: that of these recipients (a pool pays nothing), where they have one together; else dollars. */
export const currencyAmong = (recipients: readonly Recipient[]): string => {
  const currencies = new Set(recipients.flatMap((each) => (each.kind === 'endpoint' && each.definition.type !== 'pool' ? [each.definition.currency] : [])))
  const [only = 'USD', ...others] = currencies
  return others.length === 0 ? only : 'USD'
}

export const plansOf = ({ recipients }: Catalogue): readonly Plan[] => [...recipients.values()].flatMap((each) => (each.kind === 'pattern' ? each.plan : []))

const lookUp = ({ catalogue, files }: Opened, name: string): Recipient | null => {
  if (isPath(name)) {
    const wanted = resolve(name)
    const file = files.find((each) => resolve(each.file) === wanted)?.file
    for (const each of catalogue.recipients.values()) if (each.file === file) return each
    return null
  }
  const found = findRecipient(catalogue, name)
  return 'kind' in found ? found : null
}

const brokenFile = ({ files }: Opened, name: string): RecipientFile | null => {
  const plain = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, '$2').toLowerCase()
  return files.find((each) =>
    isPath(name) ? resolve(each.file) === resolve(name)
      : basename(each.file, extname(each.file)).toLowerCase() === plain(name) || plain(/^recipient\s*:(.*)$/im.exec(each.text)?.[1] ?? '') === plain(name)) ?? null
}

/** In files with errors, which are not compiled, what is wrong with templates: but where a line is told of already, or a key that is missing may be one that was misspelt. */
export const alsoWrong = ({ broken, diagnostics, catalogue }: Opened): readonly Diagnostic[] => {
  const mask = createMasker(catalogue.secrets)
  const told = new Set(diagnostics.map((each) => `${each.file}:${each.line}`))
  return broken.flatMap((definition) => compileEndpoint(definition).diagnostics).filter((each) => each.code !== 'missing-key' && !told.has(`${each.file}:${each.line}`)).map((each) => maskedDiagnostic(each, mask))
}

/** Of the file, and of files that it names: a waterfall fails because its buyer's file does. */
const problemsOf = (opened: Opened, file: RecipientFile): readonly Diagnostic[] => {
  const named = (each: Diagnostic): boolean => each.file !== null && file.text.toLowerCase().includes(basename(each.file, extname(each.file)).replaceAll('-', ' ').toLowerCase())
  const errors = sortDiagnostics([...opened.diagnostics, ...alsoWrong(opened)].filter((each) => each.severity === 'error'))
  const own = errors.filter((each) => each.file === file.file)
  return [...own, ...errors.filter((each) => each.file !== file.file && named(each))]
}
