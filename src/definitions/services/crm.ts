import type { Place } from '../../base/diagnostic.ts'
import type { Policy } from '../../core/policy.ts'
import type { StepName } from '../../core/plan.ts'
import { tokenVariable } from '../read-auth.ts'
import { ENDPOINT_SECTION, type EndpointPlaces } from '../endpoint-keys.ts'
import type { Reading } from '../fields/field.ts'
import { normalKey } from '../keys.ts'
import { TYPES } from '../fields/top.ts'
import type { AuthDefinition } from '../auth-definition.ts'
import type { EndpointBasics, EndpointDefinition } from '../endpoint-definition.ts'
import type { EndpointType } from '../endpoint-type.ts'
import type { Text } from '../text.ts'
import type { YamlNode } from '../yaml-tree.ts'

export const isCrm = (type: EndpointType): boolean => type === 'salesforce.create_lead' || type === 'hubspot.create_or_update_contact'

/** Where Salesforce asks for tokens, under the organisation's host; known before the Auth block is read. */
export const withTokenUrl = (root: Extract<YamlNode, { kind: 'map' }>, place: Place, reading: Reading): Reading => {
  const type = root.entries.find((each) => each.kind === 'entry' && normalKey(each.key) === 'type')
  const named = type?.kind === 'entry' && type.value.kind === 'scalar' ? normalKey(type.value.text) : ''
  const isSalesforce = named === 'salesforce' || Object.entries(TYPES).some(([name, each]) => each === 'salesforce.create_lead' && normalKey(name) === named)
  return isSalesforce ? { ...reading, tokenUrl: { text: '/services/oauth2/token', place } } : reading
}

/** The service's host, or what `Settings: Endpoint` says instead of it (a sandbox, a test): an origin, with a path in front of the service's own if need be. */
export const hostOf = (written: Text | null, service: Text, reading: Reading): Text => {
  if (written === null) return service
  const text = written.text.trim().replace(/\/(?:services|crm|automation)(?:\/.*)?$/i, '').replace(/\/+$/, '')
  if (text.includes('{{')) reading.tell(written.place, 'bad-url', 'the host cannot depend on the lead', 'write it out, or a recipient for each host')
  return { text, place: written.place }
}

/** What the names of a recipient's own variables begin with. */
export const variableStem = (name: string): string => tokenVariable(name).replace(/_TOKEN$/, '')

/** Credentials by the recipient's own variables, where the file names none: `<RECIPIENT_NAME>_CLIENT_ID` and `_CLIENT_SECRET`, or `_TOKEN`. */
export const ownCredentials = ({ name, place, auth }: EndpointBasics, reading: Reading, client: boolean): AuthDefinition | null => {
  if (auth !== null) return auth
  const variable = tokenVariable(name)
  const valueOf = (each: string): Text | null => {
    const value = Object.hasOwn(reading.env, each) ? reading.env[each] : undefined
    if (value === undefined || value === '') return null
    reading.secret(value)
    return { text: value, place }
  }
  const [clientId, clientSecret] = client ? [valueOf(`${variableStem(name)}_CLIENT_ID`), valueOf(`${variableStem(name)}_CLIENT_SECRET`)] : [null, null]
  if (clientId && clientSecret) return { kind: 'oauth2', tokenUrl: { text: '/services/oauth2/token', place }, clientId, clientSecret, scope: null }
  const token = valueOf(variable)
  return token && { kind: 'bearer', token }
}

/** What no CRM can do, and what a file may forget of any. */
export const tellOfCrm = (service: string, example: string, { ping, place, format, mapping }: EndpointBasics, places: EndpointPlaces, reading: Reading): void => {
  const { tell } = reading
  if (ping) tell(places.ping ?? place, 'no-ping', 'a CRM cannot be asked for a bid', 'leave Ping out')
  if (places.format && format !== 'json') tell(places.format, 'unsupported-format', `${service} takes JSON`, 'leave Format out')
  if (mapping !== null && mapping.kind !== 'map') tell(mapping.place, 'wrong-shape', `${service}'s fields are a block of names`, `write ${example} and the others, a line each`)
}

/** What each service takes in one request. */
const MOST: Readonly<Partial<Record<EndpointType, number>>> = { 'salesforce.create_lead': 200, 'hubspot.create_or_update_contact': 100 }
/** `Accumulate` names a time alone. */
const NO_COUNT = 1_000

export const policyOfService = (definition: EndpointDefinition, policy: Policy, places: EndpointPlaces, reading: Reading): Policy => {
  const most = MOST[definition.type]
  if (most === undefined) return policy
  for (const key of ['responseParsing', 'responseCodes', 'retryOn', 'idempotency', 'endpoints', 'backupEndpoint', 'bodyParameter', 'root'] as const) {
    const place = places[key]
    if (place) reading.tell(place, 'unused-key', `"${ENDPOINT_SECTION[key].key}" means nothing to ${definition.type}, which has rules of its own`, 'leave it out; a Custom Integration can say it all', 'warning')
  }
  const { batch } = policy
  if (batch && batch.maxLeads > most && batch.maxLeads !== NO_COUNT) reading.tell(places.batch ?? definition.place, 'bad-batch', `${definition.type} takes at most ${most} leads in one request, not ${batch.maxLeads}`, `write Accumulate: ${most} leads or 5 minutes`)
  const { list, workflow } = definition.type === 'hubspot.create_or_update_contact' ? definition.settings : { list: null, workflow: null }
  const steps: readonly StepName[] = [...(list ? ['list' as const] : []), ...(workflow ? ['workflow' as const] : [])]
  return { ...policy, batch: batch && { ...batch, maxLeads: Math.min(batch.maxLeads, most) }, ...(steps.length > 0 ? { steps } : {}) }
}
