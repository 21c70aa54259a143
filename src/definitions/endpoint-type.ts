/**
 * `plain`: HTTP as the recipient's file says it. `service`: HTTP to a service that has its own address and ways. `handover`:
 * given to a mail or file server, or to a folder. `pool`: kept here for a person.
 */
export const TYPE_KINDS = {
  custom: 'plain', 'webhook.post': 'plain',
  'salesforce.create_lead': 'service', 'hubspot.create_or_update_contact': 'service', 'five9.add_to_list': 'service',
  email: 'handover', sftp: 'handover', file: 'handover', pool: 'pool',
} as const
export type EndpointType = keyof typeof TYPE_KINDS

export const isHttp = (type: EndpointType): boolean => TYPE_KINDS[type] === 'plain' || TYPE_KINDS[type] === 'service'
export const HTTP_TYPES = (Object.keys(TYPE_KINDS) as EndpointType[]).filter(isHttp)

export const FORMATS = ['json', 'xml', 'form', 'query', 'csv', 'text', 'soap'] as const
export type Format = (typeof FORMATS)[number]
