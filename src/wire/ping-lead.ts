import { diagnosticAt, type Diagnostic } from '../base/diagnostic.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { MappingEntry, MappingNode } from '../definitions/mapping-node.ts'
import type { Text } from '../definitions/text.ts'
import type { RenderInput } from './endpoint.ts'

/** What of a lead a request may say. */
export type Carry = (input: RenderInput) => RenderInput
interface Carried { readonly body: Carry; readonly beside: Carry }

/** A post says all of it. */
export const WHOLE: Carried = { body: (input) => input, beside: (input) => input }

/**
 * A ping carries only its own fields (contract, section 4): `body` is what its mapping may read. Headers, extra fields, the
 * idempotency key and an address that the post has too (`beside`) may say of the lead its id, its source, and what the
 * mapping says itself: a hash or a few digits of a phone, or a condition on it, do not say the phone.
 */
export const leadOfPing = (mapping: MappingNode | null): Carried => {
  const only = (named: ReadonlySet<string>): Carry => (input) => {
    const fields = Object.fromEntries(Object.entries(input.lead.fields).filter(([name]) => maySay(named, name)))
    return { ...input, lead: { id: input.lead.id, fields } }
  }
  return { body: only(namedIn(mapping)), beside: only(namedIn(mapping, said)) }
}

/** Where headers, extra fields or the address name what the ping must not carry: headers are left out of it, an address would lack a part. */
export const pingProblems = ({ ping, headers, extraFields, url, backupUrl, endpoints }: EndpointDefinition): readonly Diagnostic[] => {
  if (!ping) return []
  const named = namedIn(ping.mapping, said)
  const shared = [...headers.map((each) => each.value), ...textsOf(extraFields)]
  const addresses = ping.endpoint ? [] : [url, backupUrl, ...endpoints.map((each) => each.use)].flatMap((each) => each ?? [])
  const help = (field: string): string => `add ${field} to the ping's Fields where the buyer asks for it`
  return [
    ...shared.flatMap((text) => secretsIn(text, named).map((field) => diagnosticAt(text.place, 'ping-field', `lead.${field} stands here, and the ping does not carry it: it goes with the post only`, help(field), 'warning'))),
    ...addresses.flatMap((text) => secretsIn(text, named).map((field) => diagnosticAt(text.place, 'ping-field', `the ping goes to this address too, which names lead.${field}, and the ping does not carry that`, `write an Endpoint under Ping, or ${help(field)}`))),
  ]
}

const maySay = (named: ReadonlySet<string>, field: string): boolean =>
  named.has('*') || field === 'id' || /^source(\.|$)/.test(field) || named.has(field) || named.has(field.split('.')[0] ?? field)

const secretsIn = (text: Text, named: ReadonlySet<string>): readonly string[] => [...wordsAfterLead(text.text)].filter((field) => !maySay(named, field))

/** Every word of the templates and conditions of a mapping, bare names among them; `*` where the whole lead is named. */
const namedIn = (mapping: MappingNode | null, of = (tag: string): string => tag): ReadonlySet<string> => {
  const named = new Set<string>()
  for (const { text: whole } of textsOf(mapping)) {
    // The inside of a block's braces stands alone; in a value only what is between braces counts.
    const text = (whole.includes('{{') ? whole.match(/\{\{[^}]*\}\}/g) ?? [] : [whole]).map(of).join(' ')
    if (/\blead\b(?!\s*\.)/.test(text)) named.add('*')
    for (const [, bracketed, word = bracketed] of text.matchAll(/\[([^\]]+)\]|([^\s!-#%-,./;->@[-^`{-~]+)/g)) if (word !== undefined) named.add(word)
  }
  return named
}

/** What of a tag is said as it is: nothing of a condition, nor of what a helper leaves a part or a hash of. */
const said = (tag: string): string => {
  if (/^(?:\{\{~?)?\s*(?:#|\^|else\b)/.test(tag)) return ''
  let rest = tag
  for (let before = ''; before !== rest;) { before = rest; rest = rest.replace(PART, ' ') }
  return /^\{\{~?\s*(?:hash|first|last|slice|truncate|age|compare)\s/.test(rest) ? '' : rest
}
const PART = /\(\s*(?:hash|first|last|slice|truncate|age|compare)\s[^()]*\)/g

const wordsAfterLead = (text: string): ReadonlySet<string> => new Set([...text.matchAll(/\blead\.(?:\[([^\]]+)\]|([^\s!-#%-,./;->@[-^`{-~]+))/g)].map(([, bracketed, word]) => bracketed ?? word ?? ''))

/** Templates and the openings of blocks; constants say nothing of a lead. */
export const textsOf = (node: MappingNode | null): readonly Text[] => {
  switch (node?.kind) {
    case undefined: case 'constant': return []
    case 'template': return node.text.includes('{{') ? [node] : []
    case 'list': return node.items.flatMap(textsOf)
    case 'map': return node.entries.flatMap(textsOfEntry)
  }
}

const textsOfEntry = (each: MappingEntry): readonly Text[] =>
  each.kind === 'entry' ? textsOf(each.value) : [each.open, ...each.then.flatMap(textsOfEntry), ...each.otherwise.flatMap(textsOfEntry)]
