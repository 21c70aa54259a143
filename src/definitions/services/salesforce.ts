import type { Place } from '../../base/diagnostic.ts'
import type { EndpointPlaces, EndpointValues } from '../endpoint-keys.ts'
import type { Reading } from '../fields/field.ts'
import type { EndpointBasics, EndpointOf } from '../endpoint-definition.ts'
import type { Text } from '../text.ts'
import type { SalesforceSettings } from '../type-settings.ts'
import { hostOf, ownCredentials, tellOfCrm, variableStem } from './crm.ts'
import { namesIn } from './names-in.ts'

/** Winter '27. An organisation that lags, or a later release, is a setting. */
const VERSION = 'v68.0'

/** `salesforce.create_lead`: the organisation's host, the version, and what REST can do of the options. */
export const asSalesforce = (definition: EndpointBasics, values: EndpointValues, places: EndpointPlaces, reading: Reading): EndpointOf<'salesforce.create_lead'> => {
  const version = versionOf(values, places, definition.place, reading)
  const settings: SalesforceSettings = {
    version, object: values.object ?? 'Lead', externalId: values.externalId ?? null,
    headers: headersOf(values), followsToken: definition.url === null,
  }
  const auth = ownCredentials(definition, reading, true)
  tellOfMistakes({ ...definition, auth }, settings, values, places, reading)
  return {
    ...definition, type: 'salesforce.create_lead', settings, auth, format: 'json', method: settings.externalId === null ? 'POST' : 'PATCH',
    url: hostOf(definition.url, instanceOf(values.instance, definition.place), reading),
  }
}

const instanceOf = (instance: Text | undefined, place: Place): Text => {
  const host = instance?.text.trim().replace(/^https?:\/\//i, '').replace(/\/.*$/, '') ?? ''
  return { text: `https://${host}`, place: instance?.place ?? place }
}

const versionOf = (values: EndpointValues, places: EndpointPlaces, place: Place, reading: Reading): string => {
  const number = /^v?(\d{2,3})(?:\.0)?$/i.exec(values.apiVersion ?? VERSION)?.[1]
  if (number === undefined) reading.tell(places.apiVersion ?? place, 'bad-value', `got "${values.apiVersion ?? ''}", expected a version of Salesforce's REST API`, `write API Version: ${VERSION}`)
  return `v${number ?? VERSION.slice(1, -2)}.0`
}

/** Absent headers mean what Salesforce does by itself: assignment rules run, a duplicate that a rule finds is refused. */
const headersOf = ({ assignmentRules, duplicateCheck }: EndpointValues): SalesforceSettings['headers'] => [
  ...(assignmentRules === undefined ? [] : [['Sforce-Auto-Assign', typeof assignmentRules === 'string' ? assignmentRules : assignmentRules ? 'TRUE' : 'FALSE'] as const]),
  ...(typeof duplicateCheck === 'boolean' ? [['Sforce-Duplicate-Rule-Header', `allowSave=${duplicateCheck ? 'false' : 'true'}`] as const] : []),
]

const tellOfMistakes = (definition: EndpointBasics, { object, externalId }: SalesforceSettings, values: EndpointValues, places: EndpointPlaces, reading: Reading): void => {
  const { tell } = reading
  const { name, mapping, place, auth } = definition
  if (values.triggerWorkflows === false) tell(places.triggerWorkflows ?? place, 'not-controllable', 'REST cannot keep triggers, flows and workflows from running', 'leave it out or write yes; to skip them, let the organisation check a custom permission of the integration user')
  if (definition.url === null && !places.instance && !places.endpoint) tell(place, 'missing-key', `${name} has no Instance`, 'write Instance: acme.my.salesforce.com under Settings: the My Domain host of the organisation')
  tellOfCrm('Salesforce', 'LastName: {{lead.last_name}}', definition, places, reading)
  if (auth !== null && auth.kind !== 'bearer' && auth.kind !== 'oauth2' && auth.kind !== 'jwt-bearer') tell(place, 'unsupported-auth', 'Salesforce takes OAuth2 client credentials, a JWT, or a token', 'write Auth with Client ID: ${SF_CLIENT_ID} and Client Secret: ${SF_CLIENT_SECRET}')
  if (auth?.kind === 'jwt-bearer' && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(auth.key.text)) tell(auth.key.place, 'bad-key', 'the Private Key is no PEM text', 'write Private Key: ${SF_PRIVATE_KEY}, a variable that holds the text from -----BEGIN PRIVATE KEY----- on; line ends may be written as \\n')
  if (auth === null && !places.auth) tell(place, 'no-credentials', `${name} has no Auth, and no variable of its own holds credentials`, `write Auth with Client ID and Client Secret, or set ${variableStem(name)}_CLIENT_ID and ${variableStem(name)}_CLIENT_SECRET`, 'warning')
  const named = mapping?.kind === 'map' ? namesIn(mapping.entries) : new Set<string>()
  const all = definition.includeAllFields
  if (externalId !== null && !named.has(externalId) && !all) tell(places.externalId ?? place, 'missing-field', `${externalId} is no field of Field Mapping, so that no record is known by it`, `write ${externalId}: {{lead.id}} under Field Mapping`)
  if (object !== 'Lead' || all) return
  for (const [field, example] of [['LastName', '{{lead.last_name}}'], ['Company', '{{default lead.company "Individual"}}']] as const) {
    if (!named.has(field)) tell(mapping?.place ?? place, 'missing-field', `a Lead needs ${field}, which Field Mapping does not have${field === 'Company' ? ': all but organisations with person accounts refuse it (REQUIRED_FIELD_MISSING)' : ''}`, `write ${field}: ${example} under Field Mapping`, 'warning')
  }
}
