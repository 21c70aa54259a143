import type { Place } from '../../base/diagnostic.ts'
import { tokenVariable } from '../read-auth.ts'
import type { EndpointPlaces, EndpointValues } from '../endpoint-keys.ts'
import type { Reading } from '../fields/field.ts'
import type { EndpointBasics, EndpointOf } from '../endpoint-definition.ts'
import type { HubspotSettings } from '../type-settings.ts'
import { hostOf, ownCredentials, tellOfCrm } from './crm.ts'
import { namesIn } from './names-in.ts'

const HOST = 'https://api.hubapi.com'
/** The generation that is current from September 2026 on; v3 is answered until September 2027. */
const GENERATION = '2026-09'

/** `hubspot.create_or_update_contact`: the host, the generation of the API, and what follows the contact. */
export const asHubspot = (definition: EndpointBasics, values: EndpointValues, places: EndpointPlaces, reading: Reading): EndpointOf<'hubspot.create_or_update_contact'> => {
  const { lists, workflow } = values
  const settings: HubspotSettings = {
    generation: generationOf(values, places, definition.place, reading),
    list: lists?.addTo ?? null,
    workflow: lists?.workflow ?? (workflow === undefined ? null : { text: workflow, place: places.workflow ?? definition.place }),
  }
  const auth = ownCredentials(definition, reading, false)
  tellOfMistakes({ ...definition, auth }, settings, places, reading)
  return { ...definition, type: 'hubspot.create_or_update_contact', settings, auth, format: 'json', method: 'POST', url: hostOf(definition.url, { text: HOST, place: definition.place }, reading) }
}

const generationOf = (values: EndpointValues, places: EndpointPlaces, place: Place, reading: Reading): string => {
  const written = (values.apiVersion ?? GENERATION).trim().toLowerCase()
  if (!/^(v3|20\d\d-\d\d(-beta)?)$/.test(written)) reading.tell(places.apiVersion ?? place, 'bad-value', `got "${values.apiVersion ?? ''}", expected a generation of HubSpot's API`, `write API Version: ${GENERATION}, or v3`)
  return written
}

const tellOfMistakes = (definition: EndpointBasics, { workflow }: HubspotSettings, places: EndpointPlaces, reading: Reading): void => {
  const { tell } = reading
  const { name, mapping, place, auth, includeAllFields } = definition
  tellOfCrm('HubSpot', 'email: {{lead.email}}', definition, places, reading)
  const named = mapping?.kind === 'map' ? namesIn(mapping.entries) : new Set<string>()
  if (!named.has('email') && !includeAllFields && mapping !== null) tell(mapping.place, 'missing-field', `${name} maps no email, by which HubSpot knows a contact`, 'write email: {{lead.email}} under Field Mapping')
  if (auth === null && !places.auth) tell(place, 'no-credentials', `${name} has no Auth, and no variable of its own holds a token`, `write Auth: Bearer \${HUBSPOT_TOKEN}, or set ${tokenVariable(name)}`, 'warning')
  if (workflow && !/^\s*\d+\s*$/.test(workflow.text)) tell(workflow.place, 'workflow-by-name', 'HubSpot enrols by the id of a workflow; its id is looked up by this name among the contact-based workflows (automation v3), and not found for others', 'write the id that stands in the address of the workflow, or let the workflow begin when a contact joins the list', 'warning')
}
