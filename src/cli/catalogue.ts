import { basename, extname, resolve } from 'node:path'
import { checkTransport } from '../adapters/http/check.ts'
import { readInTime } from '../adapters/read-in-time.ts'
import { diagnosticAt, maskedDiagnostic, UserError, usageError, type Diagnostic } from '../base/diagnostic.ts'
import { createMasker } from '../base/secrets.ts'
import { pricedIn, recipientsOf, type Plan } from '../core/plan.ts'
import type { Mode } from '../core/event.ts'
import type { Policy } from '../core/policy.ts'
import { findRecipient, loadCatalogue, planFor, policiesOf } from '../definitions/catalogue.ts'
import { withPatternTests } from '../definitions/pattern-tests.ts'
import type { Catalogue, EndpointDefinition, Recipient } from '../definitions/types.ts'
import { compileEndpoint } from '../wire/compile.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { maskedReader, maskedToken } from '../wire/masked.ts'
import { createReader } from '../wire/read.ts'
import type { Ledger } from '../ports.ts'
import type { Invocation } from './command.ts'
import { isPath, readRecipientFile, readRecipientFolders, type RecipientFile } from './recipient-files.ts'
import { sortDiagnostics } from './render/diagnostic.ts'
import { someOf } from './render/figures.ts'
import { NO_SANDBOX, testDefinition, type SandboxUrls } from './test-mode.ts'

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
  const endpoints = compileEndpoints(reached, mode, null, pricedIn([plan]), opened.catalogue.secrets)
  return { recipient, plan, policies: policiesOf(reached), endpoints }
}

/** By id or display name; of one whose file is gone, the name as it stands: the store knows its id. */
export const idOfName = ({ catalogue }: Opened, name: string): string => {
  const found = findRecipient(catalogue, name)
  return 'kind' in found ? found.id : name
}

/** Throws one UserError with the problems of all of them. */
export const compileEndpoints = (recipients: Iterable<Recipient>, mode: Mode, sandbox: SandboxUrls | null, priced: ReadonlySet<string>, secrets: ReadonlySet<string>): ReadonlyMap<string, Endpoint> => {
  const { endpoints, diagnostics } = compileAll(recipients, mode, sandbox, priced, secrets)
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new UserError(errors)
  return endpoints
}

export const compileAll = (recipients: Iterable<Recipient>, mode: Mode, sandbox: SandboxUrls | null, priced: ReadonlySet<string>, secrets: ReadonlySet<string>): { readonly endpoints: ReadonlyMap<string, Endpoint>; readonly diagnostics: readonly Diagnostic[] } => {
  const endpoints = new Map<string, Endpoint>()
  const mask = createMasker(secrets)
  const diagnostics: Diagnostic[] = []
  for (const each of recipients) {
    if (each.kind !== 'endpoint') continue
    const definition: EndpointDefinition = mode === 'test' ? testDefinition(each.definition, sandbox ?? NO_SANDBOX) : each.definition
    const compiled = compileEndpoint(definition)
    diagnostics.push(...compiled.diagnostics, ...transportProblems(definition))
    if (compiled.endpoint === null) continue
    const reader = (hasPriceFallback: boolean) => maskedReader(readInTime(definition, createReader(definition, { hasPriceFallback })), mask)
    const hasPrice = each.policy.price !== null || priced.has(each.id)
    endpoints.set(each.id, {
      ...compiled.endpoint, ...reader(hasPrice), ...(hasPrice || definition.parsing.price === null ? {} : { priced: reader(true) }),
      ...(compiled.endpoint.token ? { token: maskedToken(compiled.endpoint.token, mask) } : {}),
    })
  }
  return { endpoints, diagnostics: diagnostics.map((each) => maskedDiagnostic(each, mask)) }
}

const transportProblems = ({ transport, place }: EndpointDefinition): readonly Diagnostic[] =>
  checkTransport(transport).map(({ setting, message }) =>
    diagnosticAt(transport.places?.[setting] ?? place, 'bad-transport', message, 'Proxy and TLS stand under Settings; files are looked for from where finalmile is started'))

/** A run has leads of many plans: of each it is asked whether its own names a price. */
export const NOT_PRICED: ReadonlySet<string> = new Set()

/** Undefined where it has problems. */
export const compileAlone = (recipient: Recipient, mode: Mode, sandbox: SandboxUrls | null, secrets: ReadonlySet<string>): Endpoint | undefined => {
  const { endpoints, diagnostics } = compileAll([recipient], mode, sandbox, NOT_PRICED, secrets)
  return diagnostics.some((each) => each.severity === 'error') ? undefined : endpoints.get(recipient.id)
}

/**
 * The others each when it is first asked for: a run meets leads of other targets, which share a batch with its own, and leads
 * that were taken in when the pattern named other recipients. Problems of those do not stop it: they have no endpoint.
 */
export const withOthers = (endpoints: ReadonlyMap<string, Endpoint>, others: readonly Recipient[], compile: (recipient: Recipient) => Endpoint | undefined): Pick<ReadonlyMap<string, Endpoint>, 'get'> => {
  const left = new Map(others.map((each) => [each.id, each]))
  const found = new Map(endpoints)
  return {
    get: (id) => {
      const other = left.get(id)
      if (other === undefined) return found.get(id)
      left.delete(id)
      const endpoint = compile(other)
      if (endpoint) found.set(id, endpoint)
      return endpoint
    },
  }
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
