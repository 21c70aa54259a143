import { idFieldAmong } from '../../adapters/leads/identity.ts'
import type { Inspect } from '../../adapters/leads/batch.ts'
import type { LeadSource } from '../../adapters/leads/check.ts'
import { diagnosticAt, type Diagnostic } from '../../base/diagnostic.ts'
import { shellWord } from '../../base/shell.ts'
import { withDots } from '../../core/lead-path.ts'
import { childrenOf, rootPath, sendsOf, type Plan } from '../../core/plan.ts'
import type { Condition, LeadCondition } from '../../core/condition.ts'
import type { Policy } from '../../core/policy.ts'
import { textsIn, type MappingNode } from '../../definitions/mapping-node.ts'
import { isSameName, leadPath, usualField } from '../../wire/draft/guess.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import { someOf } from '../render/figures.ts'
import { leadFieldsIn } from '../sheet/fields.ts'
import type { Target } from '../recipients/catalogue.ts'

/**
 * What the columns of CSV files and the fields of JSON files tell before anything is sent: requests go out without the fields that a mapping names
 * otherwise, and a lead without an id is known by its whole row. An error where leads that are to be kept back would be sold: cron reads no warnings.
 */
export const columnRemarks = (sources: readonly LeadSource[], target: Pick<Target, 'plan' | 'endpoints' | 'policies'>, idAsked: boolean): readonly Diagnostic[] => {
  const mapped = mappedBy([...target.endpoints.values()])
  const asked = askedOf(target)
  const remarks = sources.flatMap(({ name, columns }) => (columns === null ? [] : [...fieldRemarks(name, columns, mapped), ...askedRemarks(name, columns, asked), ...(idAsked ? [] : idRemarks(name, columns))]))
  // The files of a month have the same columns: what is the matter is told of the first.
  return [...new Map(remarks.toReversed().map((each) => [each.message + each.help, each])).values()].reverse()
}

/** The same of a stream, which nobody can look at before: its leads are set aside, as long as no field has come that a rule asks for. */
export const createStreamCheck = (target: Pick<Target, 'plan' | 'policies'>): Inspect => {
  const asked = askedOf(target)
  const found = new Map<string, { readonly fields: Set<string>; reason: string | null }>()
  return ({ lead, file }) => {
    const known = found.get(file) ?? { fields: new Set(), reason: null }
    const before = known.fields.size
    for (const field of Object.keys(lead.fields)) known.fields.add(field)
    if (known.fields.size === before) return known.reason
    const first = askedRemarks(file, [...known.fields], asked).find(({ severity }) => severity === 'error')
    known.reason = first === undefined ? null : `${first.message}; ${first.help}`
    found.set(file, known)
    return known.reason
  }
}

/** `fields`: those that mappings name as `lead.x`; every lead has an id and a source. `words`: a bare name is a field too. `all`: unmapped fields are sent as well. */
interface Mapped { readonly fields: readonly string[]; readonly words: ReadonlySet<string>; readonly all: boolean }

const mappedBy = (endpoints: readonly Endpoint[]): Mapped => {
  const mappings: readonly (MappingNode | null)[] = endpoints.flatMap(({ definition: { mapping, ping } }) => [mapping, ping?.mapping ?? null])
  return {
    fields: [...new Set(mappings.flatMap((each) => [...leadFieldsIn(each)]))].filter((each) => each !== 'id' && each !== 'source'),
    words: new Set(mappings.flatMap(textsIn).flatMap(({ text }) => text.match(/\w+/g) ?? [])),
    all: endpoints.some(({ definition }) => definition.includeAllFields),
  }
}

const isIn = (columns: readonly string[], field: string): boolean => columns.some((each) => each === field || each.startsWith(`${field}.`))

const fieldRemarks = (file: string, columns: readonly string[], { fields, words, all }: Mapped): readonly Diagnostic[] => {
  const missing = fields.filter((field) => !isIn(columns, field))
  const alike = missing.flatMap((field) => {
    const column = columns.find((each) => isSameName(each, field)) ?? columns.find((each) => usualField(each) === field)
    return column === undefined || fields.includes(column) ? [] : [`${leadPath(column)} for lead.${field}`]
  })
  if (alike.length > 0) return [remark(file, 'fields that are mapped have other names in this file: they are left out of the requests', `in Field Mapping write ${someOf(alike, 8)}; or rename them in the file`)]
  if (fields.length === 0 || missing.length < fields.length || all || columns.some((each) => each !== 'id' && words.has(each))) return []
  return [remark(file, `no field that is mapped is in this file: ${someOf(fields, 8)}`, `it has ${someOf(columns, 8)}: in Field Mapping write ${leadPath(columns.find((each) => usualField(each) !== 'id') ?? 'name')}`)]
}

/** What a rule of a recipient asks of a lead. `keepsBack`: without the field leads pass that it is there to keep back (`not (dnc = "yes")`); else none passes. */
interface Asked { readonly rule: string; readonly of: string; readonly field: string; readonly keepsBack: boolean }

const askedOf = ({ plan, policies }: Pick<Target, 'plan' | 'policies'>): readonly Asked[] => [...guardsIn(plan), ...[...policies.values()].flatMap(askedBy)]

const askedBy = ({ name, duplicateCheck, acceptWhen, requirements }: Policy): readonly Asked[] => [
  ...(duplicateCheck === null ? [] : [{ rule: 'Duplicate Check', of: name, field: fieldAt(duplicateCheck.field), keepsBack: true }]),
  ...acceptedBy(acceptWhen, name),
  ...requirements.flatMap(({ check }) => (check.kind === 'condition' ? askedIn('Requirements', name, check.condition) : [])),
]

/** What patterns ask, at any depth. */
const guardsIn = (plan: Plan): readonly Asked[] =>
  plan.kind === 'send' ? [] : [...acceptedBy(plan.guard.acceptWhen, plan.pattern), ...childrenOf(plan, rootPath).flatMap((child) => guardsIn(child.plan))]

const acceptedBy = (acceptWhen: LeadCondition | null, of: string): readonly Asked[] => (acceptWhen === null ? [] : askedIn('Accept When', of, acceptWhen.condition))

const askedIn = (rule: string, of: string, condition: Condition, keepsBack = false): readonly Asked[] => {
  switch (condition.kind) {
    case 'and':
    case 'or': return condition.terms.flatMap((term) => askedIn(rule, of, term, keepsBack))
    case 'not': return askedIn(rule, of, condition.term, !keepsBack)
    default: return condition.path.kind === 'path' ? [{ rule, of, field: fieldAt(condition.path.text), keepsBack }] : []
  }
}

const fieldAt = (path: string): string => withDots(path).replace(/^lead\./, '')

/** Errors where somebody is not kept back. A column that the same recipient asks for stands for no other. */
const askedRemarks = (file: string, columns: readonly string[], asked: readonly Asked[]): readonly Diagnostic[] => asked.flatMap(({ rule, of, field, keepsBack }) => {
  const column = isIn(columns, field) || columns.some((each) => field.startsWith(`${each}.`)) ? undefined : columnAlike(columns, field)
  if (column === undefined || asked.some((each) => each.of === of && each.field === column)) return []
  return [diagnosticAt({ file, line: 1, col: 1 }, 'columns', `${rule} of ${of} asks for ${field}, which has another name in this file: no lead is known by it`, `write ${leadPath(column)} there, or rename it in the file; where it is something else, name it there too`, keepsBack ? 'error' : 'warning')]
})

const columnAlike = (columns: readonly string[], field: string): string | undefined =>
  columns.find((each) => isSameName(each, field)) ?? columns.find((each) => usualField(each) === (usualField(field) ?? field))

/** The column that seems to name leads, where none is called `id`. */
export const likelyId = (columns: readonly string[]): string | undefined =>
  idFieldAmong(columns, undefined) === null ? columns.find((each) => usualField(each) === 'id') : undefined

const idRemarks = (file: string, columns: readonly string[]): readonly Diagnostic[] => {
  const column = likelyId(columns)
  return column === undefined ? [] : [remark(file, 'no `id` in this file: a lead is known by all that it holds, and one of which anything changes is another lead', `if \`${column}\` names leads, add --id ${shellWord(column)}`)]
}

const remark = (file: string, message: string, help: string): Diagnostic => diagnosticAt({ file, line: 1, col: 1 }, 'columns', message, help, 'warning')

/** Buyers whose post says what their ping brought (its id, the bid), where the plan posts to them and no Ping/Post pattern asks them first. */
export const unaskedRemarks = ({ plan, endpoints }: Pick<Target, 'plan' | 'endpoints'>): readonly Diagnostic[] =>
  [...new Set(sendsOf(plan).flatMap(({ send, bids }) => (bids ? [] : send.recipient)))].flatMap((id) => {
    const definition = endpoints.get(id)?.definition
    if (!definition || ![...textsIn(definition.mapping), ...definition.headers.map((each) => each.value), definition.url].some((each) => /\{\{[^}]*\bping\./.test(each?.text ?? ''))) return []
    return [diagnosticAt(definition.place, 'not-asked', `${definition.name} is posted to without being asked for a bid first: what its ping would bring is left out of the requests`, `make a file with Pattern: Ping/Post and Buyers: [${definition.name}], and send to that`, 'warning')]
  })
