import type { Report } from '../../../base/diagnostic.ts'
import type { EndpointOf } from '../../../definitions/endpoint-definition.ts'
import { compileAuth } from '../../encode/auth.ts'
import { besideOwn, compileHeaders, USER_AGENT, type Header } from '../../encode/headers.ts'
import { compileUrl } from '../../encode/url.ts'
import type { Rendered, Renderer, RenderInput } from '../../endpoint.ts'
import type { Built } from '../../mapping/build.ts'
import type { HttpRequest } from '../../request.ts'
import { textOf } from '../../template/text-of.ts'
import { compileTokenSource } from '../../token.ts'
import { documentOf, typeOptions } from '../compiling.ts'
import { compileSteps } from './steps.ts'

/** A request of HubSpot's, with what every one of them has. */
export type Ask = (input: RenderInput, method: string, path: string, body: string | null) => HttpRequest

/**
 * Contacts by their e-mail address, made or updated, many in one call; what follows (`steps`) are requests of their own.
 * Objects of another generation of the API stand under another path.
 */
export const compileHubspot = (definition: EndpointOf<'hubspot.create_or_update_contact'>, report: Report): Renderer => {
  const options = typeOptions(definition, report)
  const { generation } = definition.settings
  const contacts = generation === 'v3' ? '/crm/v3/objects/contacts' : `/crm/objects/${generation}/contacts`
  const authorize = compileAuth(definition.auth, options)
  const own = compileHeaders(definition.headers, options)
  const token = compileTokenSource(definition, options)
  const host = definition.url
  const mayBePrivate = compileUrl(host, options).writtenOut || definition.transport.allowPrivateNetwork
  const ask: Ask = (input, method, path, body) => {
    const ofBody: readonly Header[] = body === null ? [] : [['Content-Type', 'application/json; charset=utf-8']]
    const headers = besideOwn(own, input, [...ofBody, ['Accept', 'application/json'], USER_AGENT, ...authorize(input, body ?? '')])
    return { method, url: host.text + path, headers, body, compression: body === null ? null : definition.compression, mayBePrivate }
  }

  const document = documentOf(definition, options)
  const properties = (input: RenderInput) => propertiesOf(document.build(input))
  const emailOf = (input: RenderInput): string | null => properties(input)['email']?.trim() || null
  const entry = (input: RenderInput, email: string) => ({ id: email, idProperty: 'email', objectWriteTraceId: input.lead.id, properties: properties(input) })
  const steps = compileSteps(definition.settings, options, ask, emailOf)

  return {
    ...(token ? { token } : {}),
    refuses: (input) => (emailOf(input) === null ? NO_EMAIL : null),
    keptApart: (input) => emailOf(input)?.toLowerCase() ?? null,
    render: (input): Rendered => {
      if (input.phase === 'list' || input.phase === 'workflow') return steps(input, input.phase)
      const email = emailOf(input)
      if (email === null) return { ok: false, reason: NO_EMAIL }
      if (input.target === 'update') return { ok: true, request: ask(input, 'PATCH', `${contacts}/${encodeURIComponent(email)}?idProperty=email`, JSON.stringify({ properties: properties(input) })) }
      return { ok: true, request: ask(input, 'POST', `${contacts}/batch/upsert`, JSON.stringify({ inputs: [entry(input, email)] })) }
    },
    renderBatch: (inputs) => {
      const [first] = inputs
      if (!first) return { ok: false, reason: 'a batch without leads' }
      return { ok: true, request: ask(first, 'POST', `${contacts}/batch/upsert`, JSON.stringify({ inputs: inputs.map((each) => entry(each, emailOf(each) ?? '')) })) }
    },
  }
}

const NO_EMAIL = 'HubSpot knows contacts by their e-mail address, and this lead has none'

/** HubSpot takes texts only: `"80"`, `"true"`; several values of one property are joined by `;`, as its multiple checkboxes are. */
export const propertiesOf = (built: Built): Readonly<Record<string, string>> =>
  built instanceof Map ? Object.fromEntries([...built as ReadonlyMap<string, Built>].map(([name, value]) => [name, textIn(value)])) : {}

const textIn = (built: Built): string => {
  if (built instanceof Map) return JSON.stringify(propertiesOf(built))
  if ('list' in built) return built.list.map(textIn).join(';')
  if (!('leaf' in built) || built.leaf === null || built.leaf === undefined) return ''
  return Array.isArray(built.leaf) ? built.leaf.map((each) => textOf(each)).join(';') : textOf(built.leaf)
}
