import type { Report } from '../../../base/diagnostic.ts'
import type { EndpointOf } from '../../../definitions/endpoint-definition.ts'
import { compileAuth } from '../../encode/auth.ts'
import { besideOwn, compileHeaders, USER_AGENT } from '../../encode/headers.ts'
import { jsonOfBuilt } from '../../encode/json.ts'
import { compileUrl } from '../../encode/url.ts'
import type { RenderInput, Rendered, Renderer } from '../../endpoint.ts'
import type { Built } from '../../mapping/build.ts'
import { textOf } from '../../template/text-of.ts'
import { documentOf, typeOptions } from '../compiling.ts'
import { salesforceToken } from './token.ts'

type Salesforce = EndpointOf<'salesforce.create_lead'>

/**
 * A record by REST: made (`sobjects/Lead`), or made or updated by an external id; many in one call by sObject
 * Collections, each for itself (`allOrNone: false`).
 */
export const compileSalesforce = (definition: Salesforce, report: Report): Renderer => {
  const options = typeOptions(definition, report)
  const { settings } = definition
  const { externalId } = settings
  const document = documentOf(definition, options)
  const authorize = compileAuth(definition.auth, options)
  const own = compileHeaders(definition.headers, options)
  const token = salesforceToken(definition, options)
  const host = compileHost(definition, options)

  const request = (input: RenderInput, path: string, body: string): Rendered => {
    const origin = host(input)
    if (origin === null) return { ok: false, reason: 'the token host named no organisation that leads could be sent to' }
    const headers = besideOwn(own, input, [['Content-Type', 'application/json; charset=utf-8'], ['Accept', 'application/json'], USER_AGENT, ...settings.headers, ...authorize(input, body)])
    return { ok: true, request: { method: definition.method, url: `${origin.url}/services/data/${settings.version}${path}`, headers, body, compression: definition.compression, mayBePrivate: origin.mayBePrivate } }
  }
  const recordOf = (input: RenderInput): ReadonlyMap<string, Built> => { const built = document.build(input); return built instanceof Map ? built : new Map<string, Built>() }
  const idOf = (record: ReadonlyMap<string, Built>): string | null => {
    const value = externalId === null ? undefined : record.get(externalId)
    const text = value && 'leaf' in value && value.leaf !== null ? textOf(value.leaf) : ''
    // No encoding keeps a dot segment from being a step up in the path.
    return text === '' || text === '.' || text === '..' ? null : text
  }
  const withoutId = (record: ReadonlyMap<string, Built>): ReadonlyMap<string, Built> => new Map([...record].filter(([name]) => name !== externalId))
  const refusal = `the lead has no value for ${externalId ?? ''}, by which its record would be known`

  return {
    ...(token ? { token } : {}),
    ...(externalId === null ? {} : {
      refuses: (input: RenderInput) => (idOf(recordOf(input)) === null ? refusal : null),
      keptApart: (input: RenderInput) => idOf(recordOf(input))?.toLowerCase() ?? null,
    }),
    render: (input) => {
      const record = recordOf(input)
      if (externalId === null) return request(input, `/sobjects/${settings.object}`, jsonOfBuilt(record))
      const id = idOf(record)
      // Neither the id nor its field may stand in the body.
      return id === null ? { ok: false, reason: refusal } : request(input, `/sobjects/${settings.object}/${externalId}/${encodeURIComponent(id)}`, jsonOfBuilt(withoutId(record)))
    },
    renderBatch: (inputs) => {
      const [first] = inputs
      if (!first) return { ok: false, reason: 'a batch without leads' }
      const attributes = `"attributes":{"type":${JSON.stringify(settings.object)}}`
      const records = inputs.map((input) => { const json = jsonOfBuilt(recordOf(input)); return json === '{}' ? `{${attributes}}` : `{${attributes},${json.slice(1)}` })
      return request(first, `/composite/sobjects${externalId === null ? '' : `/${settings.object}/${externalId}`}`, `{"allOrNone":false,"records":[${records.join(',')}]}`)
    },
  }
}

/** The organisation's own host comes with the token, over TLS from the host that the author named; else that one. */
const compileHost = ({ url, settings: { followsToken }, transport: { allowPrivateNetwork } }: Salesforce, options: ReturnType<typeof typeOptions>): ((input: RenderInput) => { readonly url: string; readonly mayBePrivate: boolean } | null) => {
  const fixed = { url: url.text, mayBePrivate: compileUrl(url, options).writtenOut || allowPrivateNetwork }
  return (input) => {
    if (!followsToken || input.host === null || input.host === undefined) return fixed
    return /^https:\/\/[a-z0-9.-]+(:\d+)?\/?$/i.test(input.host) ? { url: input.host.replace(/\/$/, ''), mayBePrivate: allowPrivateNetwork } : null
  }
}
