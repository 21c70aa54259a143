import { ENDPOINT_SECTION, type EndpointPlaces, type EndpointValues } from './endpoint-keys.ts'
import type { Reading } from './fields/field.ts'
import { HTTP_TYPES, TYPE_KINDS, type EndpointType } from './endpoint-type.ts'

/** Which types read what only some do. */
const READERS: Readonly<Partial<Record<keyof EndpointValues, readonly EndpointType[]>>> = {
  instance: ['salesforce.create_lead'], apiVersion: ['salesforce.create_lead', 'hubspot.create_or_update_contact'], externalId: ['salesforce.create_lead'], object: ['salesforce.create_lead'], assignmentRules: ['salesforce.create_lead'], triggerWorkflows: ['salesforce.create_lead'],
  portalId: ['hubspot.create_or_update_contact'], lists: ['hubspot.create_or_update_contact'], workflow: ['hubspot.create_or_update_contact'],
  domain: ['five9.add_to_list'], list: ['five9.add_to_list'], recordKey: ['five9.add_to_list'], updateCrm: ['five9.add_to_list'], callAsap: ['five9.add_to_list'], scheduleCalls: ['five9.add_to_list'],
  from: ['email'], to: ['email'], cc: ['email'], replyTo: ['email'], subject: ['email'], body: ['email'], attach: ['email'],
  proxy: HTTP_TYPES,
  fileName: ['sftp', 'file'], key: ['sftp'], hostKey: ['sftp'], path: ['file'],
}

/** A key that the type does not read does nothing; that is probably not what was meant. */
export const tellOfUnusedKeys = (type: EndpointType, places: EndpointPlaces, reading: Reading): void => {
  for (const [name, types] of Object.entries(READERS) as [keyof EndpointPlaces, readonly EndpointType[]][]) {
    const place = places[name]
    if (place && name === 'body' && TYPE_KINDS[type] === 'plain') reading.tell(place, 'unused-key', '"Body" is that of an e-mail: what a request holds stands under Field Mapping', 'write Field Mapping: and a line for each field, such as first_name: {{lead.first_name}}; for a text as it stands write Format: Text and the text behind Field Mapping')
    else if (place && !types.includes(type)) reading.tell(place, 'unused-key', `"${ENDPOINT_SECTION[name].key}" means nothing to this type of recipient`, `it is for Type: ${types.join(', ')}; leave it out`, 'warning')
  }
}
