import type { StepName } from '../../../core/plan.ts'
import type { Text } from '../../../definitions/text.ts'
import type { HubspotSettings } from '../../../definitions/type-settings.ts'
import type { Lookup, LookupReply, Rendered, RenderInput } from '../../endpoint.ts'
import { Answer } from '../../parse/answer.ts'
import type { Reply } from '../../request.ts'
import { compileWords, type TemplateOptions } from '../../template/template.ts'
import { failureOfStep } from './errors.ts'
import type { Ask } from './render.ts'
import { objectIn } from '../../parse/json.ts'

/**
 * A contact's list and its workflow. Both may be given by name; HubSpot takes ids, which are looked up once. Enrolment
 * is known of the second generation of its API alone (a legacy one, by e-mail address); no later one has it.
 */
export const compileSteps = ({ generation, list, workflow, enrolsByName }: HubspotSettings, options: TemplateOptions, ask: Ask, emailOf: (input: RenderInput) => string | null): ((input: RenderInput, step: StepName) => Rendered) => {
  const lists = generation === 'v3' ? '/crm/v3/lists' : `/crm/lists/${generation}`
  const listOf = list && named(list, options)
  const workflowOf = workflow && named(workflow, options)

  const known = (input: RenderInput, kind: StepName, name: string | null, lookup: (name: string) => Lookup): { readonly id: string } | Extract<Rendered, { ok: false }> => {
    if (name === null) return { ok: false, reason: `the ${kind} depends on a field which this lead does not have` }
    if (/^\d+$/.test(name)) return { id: name }
    if (kind === 'workflow' && enrolsByName) return { id: encodeURIComponent(name) }
    const asked = lookup(name)
    const id = input.found?.(asked.name)
    return id === undefined ? { ok: false, reason: `${asked.name} is not looked up yet`, lookup: asked } : { id }
  }

  return (input, step) => {
    if (step === 'list') {
      const contact = input.made?.id ?? null
      if (contact === null) return { ok: false, reason: 'HubSpot gave no id of the contact that could join a list' }
      const found = known(input, step, listOf?.(input) ?? null, (name) => ({ name: `list ${name}`, request: ask(input, 'GET', `${lists}/object-type-id/0-1/name/${encodeURIComponent(name)}`, null), read: (reply) => readList(reply, name) }))
      return 'id' in found ? { ok: true, request: ask(input, 'PUT', `${lists}/${found.id}/memberships/add`, JSON.stringify([contact])) } : found
    }
    const email = emailOf(input)
    if (email === null) return { ok: false, reason: 'enrolment needs an e-mail address' }
    const found = known(input, step, workflowOf?.(input) ?? null, (name) => ({ name: `workflow ${name}`, request: ask(input, 'GET', '/automation/v3/workflows', null), read: (reply) => readWorkflows(reply, name) }))
    return 'id' in found ? { ok: true, request: ask(input, 'POST', `/automation/v2/workflows/${found.id}/enrollments/contacts/${encodeURIComponent(email)}`, null) } : found
  }
}

const named = (text: Text, options: TemplateOptions): ((input: RenderInput) => string | null) => {
  const words = compileWords(text, options)
  return (input) => words(input)?.trim() || null
}

const readList = (reply: Reply, name: string): LookupReply => {
  const answer = okAnswer(reply)
  if (answer === null) return missing(reply, `HubSpot has no list named "${name}"`)
  const body = objectIn(answer.json())
  const list = objectIn(body?.['list']) ?? body
  const id = idIn(list?.['listId'] ?? list?.['id'])
  if (id === null) return missing(reply, `the answer about the list "${name}" has no listId`)
  if (list?.['processingType'] === 'DYNAMIC') return never(`the list "${name}" is dynamic: HubSpot fills it by its filters, and nobody can be added`)
  return { kind: 'found', value: id }
}

const readWorkflows = (reply: Reply, name: string): LookupReply => {
  const workflows = objectIn(okAnswer(reply)?.json())?.['workflows']
  if (!Array.isArray(workflows)) return missing(reply, 'HubSpot did not list its workflows')
  const wanted = name.toLowerCase()
  const found = workflows.map(objectIn).find((each) => typeof each?.['name'] === 'string' && each['name'].trim().toLowerCase() === wanted)
  const id = idIn(found?.['id'])
  return id === null ? never(`HubSpot has no contact-based workflow named "${name}"; write its id, or let the workflow begin when a contact joins the list`) : { kind: 'found', value: id }
}

const okAnswer = (reply: Reply): Answer | null => (reply.kind === 'answer' && reply.status >= 200 && reply.status < 300 ? new Answer(reply, null) : null)

const missing = (reply: Reply, words: string): LookupReply =>
  reply.kind === 'answer' && (reply.status === 404 || reply.status < 300) ? never(words) : { kind: 'failed', verdict: failureOfStep(reply) }

const never = (reason: string): LookupReply => ({ kind: 'failed', verdict: { kind: 'failed', class: 'invalid_data', retry: false, alert: true, reason, said: null } })

const idIn = (value: unknown): string | null => (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? String(value) : null)

