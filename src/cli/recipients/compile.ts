import { checkTransport } from '../../adapters/http/check.ts'
import { readInTime } from '../../adapters/read-in-time.ts'
import { diagnosticAt, maskedDiagnostic, UserError, type Diagnostic } from '../../base/diagnostic.ts'
import { createMasker } from '../../base/secrets.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Recipient } from '../../definitions/recipient.ts'
import { compileEndpoint } from '../../wire/compile.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import { maskedReader, maskedToken } from '../../wire/masked.ts'
import { createReader } from '../../wire/read.ts'
import { testDefinition, type SandboxUrls } from './test-mode.ts'

/** As `compileAll`, and throws one UserError with the problems of all of them. */
export const compileEndpoints = (...of: Parameters<typeof compileAll>): ReadonlyMap<string, Endpoint> => {
  const { endpoints, diagnostics } = compileAll(...of)
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new UserError(errors)
  return endpoints
}

/** `sandbox`: who plays them in a rehearsal; null: they are sent to, live. `priced`: those for which a pattern names a price. */
export const compileAll = (recipients: Iterable<Recipient>, sandbox: SandboxUrls | null, priced: ReadonlySet<string>, secrets: ReadonlySet<string>): { readonly endpoints: ReadonlyMap<string, Endpoint>; readonly diagnostics: readonly Diagnostic[] } => {
  const endpoints = new Map<string, Endpoint>()
  const mask = createMasker(secrets)
  const diagnostics: Diagnostic[] = []
  for (const each of recipients) {
    if (each.kind !== 'endpoint') continue
    const definition: EndpointDefinition = sandbox === null ? each.definition : testDefinition(each.definition, sandbox)
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
export const compileAlone = (recipient: Recipient, sandbox: SandboxUrls | null, secrets: ReadonlySet<string>): Endpoint | undefined => {
  const { endpoints, diagnostics } = compileAll([recipient], sandbox, NOT_PRICED, secrets)
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
