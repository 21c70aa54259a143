import { maskedDiagnostic, tellTo, type Diagnostic, type Report, type Tell } from '../base/diagnostic.ts'
import type { Environment } from '../base/environment.ts'
import { createMasker } from '../base/secrets.ts'
import type { Plan } from '../core/plan.ts'
import type { CallingHours, Policy } from '../core/policy.ts'
import { builtInCallingHours, isCallingHoursFile, readCallingHours } from './calling-hours/read-calling-hours.ts'
import type { EndpointDefinition } from './endpoint-definition.ts'
import { findTarget, linkPatterns, type Target } from './patterns/link.ts'
import { readRecipient, type ReadRecipient } from './read-recipient.ts'
import type { Catalogue, Recipient } from './recipient.ts'
import { suggest } from './suggest.ts'
import type { FileText } from './text.ts'
import { warnOfNoPrice, warnOfUtcDays } from './warnings.ts'

/**
 * Reads all files together. A file with errors is left out, with what names it, and the others load; every problem of
 * every file is reported at its place in the user's own text.
 */
export const loadCatalogue = (files: readonly FileText[], env: Environment): { readonly catalogue: Catalogue; readonly diagnostics: readonly Diagnostic[]; /** endpoints of files with errors, as far as they could be read */ readonly broken: readonly EndpointDefinition[] } => {
  const secrets = new Set<string>()
  const diagnostics: Diagnostic[] = []
  const report = (problem: Diagnostic): void => { diagnostics.push(problem) }
  const tell = tellTo(report)
  const hours = namedTables(files, report)
  const read = files.filter(({ path }) => !isCallingHoursFile(path)).map((file) => readRecipient(file, env, secrets))
  for (const each of read) diagnostics.push(...each.diagnostics)
  const unique = withoutNamesakes(read, tell)

  const targets = unique.map((each): Target => {
    const { id, name } = each
    if (!each.sound || each.content === null) return { kind: 'broken', id, name, file: each.file, pattern: each.content?.kind === 'pattern' ? each.content.pattern : null }
    return each.content.kind === 'pattern' ? { kind: 'pattern', id, name, pattern: each.content.pattern } : { kind: 'endpoint', id, name, ping: each.content.endpoint.definition.ping, currency: each.content.endpoint.definition.type === 'pool' ? null : each.content.endpoint.definition.currency }
  })
  const plans = linkPatterns(targets, tell)
  const recipients = new Map(unique.flatMap((each) => { const recipient = withHours(recipientOf(each, plans), hours); return recipient ? [[each.id, recipient] as const] : [] }))
  // Where a file could not be read it may be the one that names the price.
  if (diagnostics.every((each) => each.severity !== 'error')) diagnostics.push(...warnOfNoPrice([...recipients.values()]))
  diagnostics.push(...warnOfUtcDays([...recipients.values()]))
  const mask = createMasker(secrets)
  const broken = read.flatMap(({ sound, content }) => (!sound && content?.kind === 'endpoint' && content.endpoint.typed ? [content.endpoint.definition] : []))
  return { catalogue: { recipients, secrets }, diagnostics: inFileOrder(diagnostics, read).map((each) => maskedDiagnostic(each, mask)), broken }
}

/** The built-in calling hours, as the user's own files change them; null where there is no such file. */
const namedTables = (files: readonly FileText[], report: Report): CallingHours | null =>
  files.filter(({ path }) => isCallingHoursFile(path)).reduce<CallingHours | null>((under, file) => {
    const { table, diagnostics } = readCallingHours(file, under ?? builtInCallingHours())
    diagnostics.forEach(report)
    return table
  }, null)

const withHours = (recipient: Recipient | null, hours: CallingHours | null): Recipient | null =>
  recipient?.kind === 'endpoint' && recipient.policy.callingHours && hours ? { ...recipient, policy: { ...recipient.policy, callingHours: hours } } : recipient

/** By id, else by display name, whatever its case; else the name that was probably meant. */
export const findRecipient = (catalogue: Catalogue, nameOrId: string): Recipient | { readonly suggestion: string | null } => {
  const recipients = [...catalogue.recipients.values()]
  return findTarget(recipients, nameOrId) ?? { suggestion: suggest(nameOrId, recipients.map((each) => each.id)) ?? suggest(nameOrId, recipients.map((each) => each.name)) }
}

/** What `deliver --to` follows: a pattern's own plan, or the endpoint alone. */
export const planFor = (recipient: Recipient): Plan =>
  recipient.kind === 'pattern' ? recipient.plan : { kind: 'send', recipient: recipient.id, price: null }

/** By id, of those that send. */
export const policiesOf = (recipients: readonly Recipient[]): ReadonlyMap<string, Policy> =>
  new Map(recipients.flatMap((each) => (each.kind === 'endpoint' ? [[each.id, each.policy] as const] : [])))

const recipientOf = ({ id, name, file, sound, content }: ReadRecipient, plans: ReadonlyMap<string, Plan>): Recipient | null => {
  if (!sound || content === null) return null
  if (content.kind === 'endpoint') return { kind: 'endpoint', id, name, file, definition: content.endpoint.definition, policy: content.endpoint.policy }
  const plan = plans.get(id)
  return plan ? { kind: 'pattern', id, name, title: content.pattern.title, file, about: content.pattern.about, plan, test: content.pattern.test } : null
}

/** Of two files with one id or one display name nobody can know which is meant: neither is sent to. */
const withoutNamesakes = (read: readonly ReadRecipient[], tell: Tell): readonly ReadRecipient[] => {
  const ids = Map.groupBy(read, (each) => each.id)
  const names = Map.groupBy(read, nameOf)
  return read.map((each) => {
    const other = (group: readonly ReadRecipient[] | undefined): ReadRecipient | undefined => group?.find((one) => one !== each)
    const sameId = other(ids.get(each.id))
    const sameName = each.content === null ? undefined : other(names.get(nameOf(each)))
    if (sameId) tell({ ...each.place, line: 0, col: 0 }, 'same-id', `two files have the id "${each.id}": ${each.file} and ${sameId.file}`, 'rename one of them: a recipient\'s id is the name of its file')
    else if (sameName) tell(each.place, 'same-name', `two recipients are named "${each.name}": the other is in ${sameName.file}`, 'change the name of one of them')
    return sameId || sameName ? { ...each, sound: false } : each
  })
}

const nameOf = ({ name }: ReadRecipient): string => name.trim().toLowerCase()

const inFileOrder = (diagnostics: readonly Diagnostic[], read: readonly ReadRecipient[]): readonly Diagnostic[] => {
  const order = new Map(read.map((each, i) => [each.file, i]))
  const at = (each: Diagnostic): number => order.get(each.file ?? '') ?? -1
  return [...diagnostics].sort((a, b) => at(a) - at(b) || a.line - b.line || a.col - b.col)
}
