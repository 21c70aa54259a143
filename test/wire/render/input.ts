import type { Lead, LeadValue } from '../../../src/core/lead.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import type { RenderInput } from '../../../src/wire/endpoint.ts'
import type { HttpRequest } from '../../../src/wire/request.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { buildDefinition } from '../build-definition.ts'

/** Friday 1 May 2026, 09:00 UTC. */
export const NOW = Date.UTC(2026, 4, 1, 9, 0, 0)

export const leadOf = (fields: Readonly<Record<string, unknown>>): Lead => ({ id: String(fields['id'] ?? 'lead-1'), fields: fields as Record<string, LeadValue> })

export const inputOf = (fields: Readonly<Record<string, unknown>>, given: Partial<RenderInput> = {}): RenderInput => ({
  lead: leadOf(fields), source: {}, vars: {}, runId: 'run-1', deliveryId: 'delivery-1', deliveryNumber: 1, attempt: 1, phase: 'post', now: NOW, key: 'key-1', target: 'endpoint', ...given,
})

/** The request of one lead; throws where there is none, with the reason. */
export const requestOf = (definition: Partial<EndpointDefinition>, fields: Readonly<Record<string, unknown>>, given: Partial<RenderInput> = {}): HttpRequest => {
  const { endpoint, diagnostics } = compileEndpoint(buildDefinition(definition))
  if (!endpoint) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  const rendered = endpoint.render(inputOf(fields, given))
  if (!rendered.ok) throw new Error(rendered.reason)
  const { request } = rendered
  if (request.kind !== undefined && request.kind !== 'http') throw new Error(`a request of kind ${request.kind}`)
  return request
}

export const bodyOf = (definition: Partial<EndpointDefinition>, fields: Readonly<Record<string, unknown>>, given: Partial<RenderInput> = {}): string => {
  const { body } = requestOf(definition, fields, given)
  return body === null ? '' : typeof body === 'string' ? body : Buffer.from(body).toString('latin1')
}

export const diagnosticsOf = (definition: Partial<EndpointDefinition>) => compileEndpoint(buildDefinition(definition)).diagnostics

export const headersOf = (request: HttpRequest): Record<string, string> => Object.fromEntries(request.headers.map(([name, value]) => [name, value]))
