import { literalOf } from './fields/plain.ts'
import type { EndpointValues } from './endpoint-keys.ts'

/** What a type reads by itself (Salesforce, HubSpot, Five9, e-mail, SFTP, files), by the names of the table of fields. */
const NAMES = [
  'soapVersion', 'soapAction', 'namespace', 'security', 'instance', 'object', 'portalId', 'domain', 'list', 'from', 'to', 'cc', 'replyTo', 'subject', 'body', 'attach', 'fileName', 'key', 'hostKey', 'path',
  'assignmentRules', 'triggerWorkflows', 'maxAttempts', 'lists', 'workflow',
] as const satisfies readonly (keyof EndpointValues)[]

/** Texts that may hold templates keep their places; nothing is there that was not written. */
export const compileOptions = (values: EndpointValues): Readonly<Record<string, unknown>> => {
  const options: Record<string, unknown> = {}
  for (const name of NAMES) if (values[name] !== undefined) options[name] = values[name]
  if (typeof values.duplicateCheck === 'boolean') options['duplicateCheck'] = values.duplicateCheck
  // Credentials of a file server are no templates.
  if (values.type === 'sftp') for (const name of ['username', 'password', 'key'] as const) if (values[name] !== undefined) options[name] = literalOf(values[name])
  return options
}
