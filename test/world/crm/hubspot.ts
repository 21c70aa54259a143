import type { Asked, JsonService, Said } from './json-service.ts'
import { startJsonService } from './json-service.ts'

export interface HubspotOptions {
  readonly token?: string
  /** Scopes that the token lacks. */
  readonly lacks?: readonly ('automation' | 'crm.lists.write')[]
  readonly lists?: readonly { readonly id: string; readonly name: string; readonly processingType?: string }[]
  readonly workflows?: readonly { readonly id: number; readonly name: string }[]
  /** Generations that are answered. */
  readonly generations?: readonly string[]
  /** Results carry our trace ids. */
  readonly traces?: boolean
}

export type Trouble = Said | null
export interface HubspotContact { readonly id: string; readonly properties: Readonly<Record<string, string>> }

export interface Hubspot extends JsonService {
  readonly contacts: ReadonlyMap<string, HubspotContact>
  members(list: string): readonly string[]
  enrolled(workflow: number): readonly string[]
  /** The next requests to a path that holds this text meet these, in turn. */
  meet(path: string, ...troubles: readonly Trouble[]): void
  /** Somebody else makes this contact meanwhile: the next upsert of it conflicts. */
  race(email: string): void
}

export const limited = (policyName: string): Said => ({ status: 429, body: { status: 'error', message: `You have reached your ${policyName.toLowerCase()} limit.`, errorType: 'RATE_LIMIT', correlationId: 'c-1', policyName, groupName: 'private-app' }, headers: { 'X-HubSpot-RateLimit-Interval-Milliseconds': '10000' } })
export const failed = (status: number, category: string, message: string): Said => ({ status, body: { status: 'error', message, correlationId: 'c-2', category } })

const PROPERTIES = new Set(['email', 'firstname', 'lastname', 'phone', 'lead_score', 'lead_source', 'state', 'company', 'lead_id'])

/** A portal as HubSpot's reference shows it: contacts known by e-mail, texts only, 207 for batches that fared differently, lists, workflows, limits by name. */
export const startHubspot = async (options: HubspotOptions = {}): Promise<Hubspot> => {
  const { token = 'pat-na1-secret', lacks = [], generations = ['2026-09', 'v3'], traces = true } = options
  const contacts = new Map<string, HubspotContact>()
  const lists = new Map((options.lists ?? [{ id: '512', name: 'New Leads - auto' }]).map((each) => [each.id, { ...each, members: [] as string[] }]))
  const workflows = new Map((options.workflows ?? [{ id: 10900, name: 'Welcome Series - CA' }]).map((each) => [each.id, { ...each, enrolled: [] as string[] }]))
  const troubles: { readonly path: string; readonly said: Trouble }[] = []
  const raced = new Set<string>()

  const problemOf = (properties: unknown): { readonly message: string; readonly errors: readonly { message: string; code: string }[] } | null => {
    if (typeof properties !== 'object' || properties === null) return { message: 'properties: must not be null', errors: [] }
    for (const [name, value] of Object.entries(properties)) {
      if (typeof value !== 'string') return { message: `Invalid input JSON: Cannot deserialize value of type \`java.lang.String\` for ${name}`, errors: [] }
      if (!PROPERTIES.has(name)) return { message: `Property values were not valid: [{"isValid":false,"message":"Property \\"${name}\\" does not exist","name":"${name}"}]`, errors: [{ message: `Property "${name}" does not exist`, code: 'PROPERTY_DOESNT_EXIST' }] }
      if (name === 'email' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) return { message: 'Property values were not valid', errors: [{ message: `Email address ${value} is invalid`, code: 'INVALID_EMAIL' }] }
    }
    return null
  }
  const keep = (email: string, properties: Readonly<Record<string, string>>): { readonly contact: HubspotContact; readonly isNew: boolean } => {
    const before = contacts.get(email)
    const contact = { id: before?.id ?? String(50_001 + contacts.size), properties: { ...before?.properties, ...properties } }
    contacts.set(email, contact)
    return { contact, isNew: before === undefined }
  }
  const shown = ({ id, properties }: HubspotContact) => ({ id, properties, createdAt: '2026-11-24T12:00:00Z', updatedAt: '2026-11-24T12:00:00Z', archived: false })

  const upsert = ({ text }: Asked): Said => {
    const inputs = (JSON.parse(text) as { inputs: readonly { id: string; idProperty?: string; objectWriteTraceId?: string; properties: Readonly<Record<string, string>> }[] }).inputs
    if (inputs.length > 100) return failed(400, 'VALIDATION_ERROR', 'The maximum number of inputs supported in a batch request is 100')
    const emails = inputs.map((each) => each.id.toLowerCase())
    if (inputs.some((each) => each.idProperty !== 'email')) return failed(400, 'VALIDATION_ERROR', 'idProperty is missing')
    if (new Set(emails).size < emails.length) return failed(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input')
    if (emails.some((each) => raced.has(each))) {
      for (const each of emails) if (raced.delete(each)) keep(each, { email: each })
      return failed(409, 'CONFLICT', 'Contact already exists. Existing ID: 50001')
    }
    const results: unknown[] = []
    const errors: unknown[] = []
    for (const each of inputs) {
      const problem = problemOf(each.properties)
      if (problem) errors.push({ status: 'error', category: 'VALIDATION_ERROR', ...problem, context: { ids: [each.id], ...(traces && each.objectWriteTraceId !== undefined ? { objectWriteTraceId: [each.objectWriteTraceId] } : {}) } })
      else {
        const { contact, isNew } = keep(each.id.toLowerCase(), each.properties)
        results.push({ ...shown(contact), new: isNew, ...(traces ? { objectWriteTraceId: each.objectWriteTraceId } : {}) })
      }
    }
    if (errors.length === inputs.length) return { status: 400, body: { status: 'error', correlationId: 'c-3', ...(errors[0] as object) } }
    // No order is promised.
    return { status: errors.length > 0 ? 207 : 200, body: { status: 'COMPLETE', results: results.reverse(), ...(errors.length > 0 ? { numErrors: errors.length, errors } : {}), startedAt: 'x', completedAt: 'y' } }
  }

  const answer = (asked: Asked): Said => {
    const { method, path } = asked
    if (asked.headers['authorization'] !== `Bearer ${token}`) return failed(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found. This API supports OAuth 2.0 authentication')
    const at = troubles.findIndex((each) => path.includes(each.path))
    const trouble = at < 0 ? null : troubles.splice(at, 1)[0]?.said ?? null
    if (trouble !== null && trouble !== 'reset') return trouble
    const said = served(asked, method, path)
    return trouble === 'reset' ? 'reset' : said
  }

  const served = (asked: Asked, method: string, path: string): Said => {
    const objects = /^\/crm\/(?:(v3)\/objects|objects\/([\w-]+))\/contacts(\/.*)?$/.exec(path)
    if (objects && generations.includes(objects[1] ?? objects[2] ?? '')) {
      if (method === 'POST' && objects[3] === '/batch/upsert') return upsert(asked)
      const email = decodeURIComponent((objects[3] ?? '').slice(1)).toLowerCase()
      if (method === 'PATCH' && asked.query.get('idProperty') === 'email') {
        if (!contacts.has(email)) return failed(404, 'OBJECT_NOT_FOUND', 'Object not found')
        const { properties } = JSON.parse(asked.text) as { properties: Readonly<Record<string, string>> }
        const problem = problemOf(properties)
        return problem ? { status: 400, body: { status: 'error', category: 'VALIDATION_ERROR', ...problem } } : { status: 200, body: shown(keep(email, properties).contact) }
      }
    }
    const list = /^\/crm\/(?:(v3)\/lists|lists\/([\w-]+))\/(?:object-type-id\/0-1\/name\/(.+)|(\d+)\/memberships\/add)$/.exec(path)
    if (list && generations.includes(list[1] ?? list[2] ?? '')) {
      const name = list[3] === undefined ? null : decodeURIComponent(list[3]).toLowerCase()
      const found = name === null ? lists.get(list[4] ?? '') : [...lists.values()].find((each) => each.name.toLowerCase() === name)
      if (!found) return failed(404, 'OBJECT_NOT_FOUND', 'List does not exist.')
      if (method === 'GET' && name !== null) return { status: 200, body: { list: { listId: found.id, name: found.name, objectTypeId: '0-1', processingType: found.processingType ?? 'MANUAL' } } }
      if (lacks.includes('crm.lists.write')) return failed(403, 'MISSING_SCOPES', "This app hasn't been granted all required scopes to make this call.")
      if (method === 'PUT') {
        const ids = JSON.parse(asked.text) as readonly string[]
        const known = ids.filter((id) => [...contacts.values()].some((each) => each.id === id))
        const added = known.filter((id) => !found.members.includes(id))
        found.members.push(...added)
        return { status: 200, body: { recordsIdsAdded: added, recordIdsRemoved: [], recordIdsMissing: ids.filter((id) => !known.includes(id)) } }
      }
    }
    if (path.startsWith('/automation/') && lacks.includes('automation')) return failed(403, 'MISSING_SCOPES', 'This call needs the scope automation')
    if (method === 'GET' && path === '/automation/v3/workflows') return { status: 200, body: { workflows: [...workflows.values()].map(({ id, name }) => ({ id, name, type: 'DRIP_DELAY', enabled: true })) } }
    const enrol = /^\/automation\/v2\/workflows\/(\d+)\/enrollments\/contacts\/(.+)$/.exec(path)
    if (method === 'POST' && enrol) {
      const workflow = workflows.get(Number(enrol[1]))
      const email = decodeURIComponent(enrol[2] ?? '').toLowerCase()
      if (!workflow || !contacts.has(email)) return failed(404, 'OBJECT_NOT_FOUND', workflow ? 'contact does not exist' : 'workflow does not exist')
      workflow.enrolled.push(email)
      return { status: 204 }
    }
    return failed(404, 'OBJECT_NOT_FOUND', `no such resource: ${method} ${path}`)
  }

  const service = await startJsonService(answer)
  return {
    ...service, contacts,
    members: (list) => lists.get(list)?.members ?? [],
    enrolled: (workflow) => workflows.get(workflow)?.enrolled ?? [],
    meet: (path, ...next) => { troubles.push(...next.map((said) => ({ path, said }))) },
    race: (email) => { raced.add(email.toLowerCase()) },
  }
}
