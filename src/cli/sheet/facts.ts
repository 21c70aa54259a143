import { formatDuration } from '../../base/time.ts'
import { twoDigits } from '../../base/zone.ts'
import { capZone } from '../../core/caps.ts'
import type { CallWindow, Policy, ZoneSource } from '../../core/policy.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import { isHttp, TYPE_KINDS } from '../../definitions/endpoint-type.ts'
import type { Text } from '../../definitions/text.ts'
import { conditionText } from '../../wire/condition-text.ts'
import { plural, showMoney } from '../render/figures.ts'
import { authWords, withoutCredentials } from './auth.ts'

/** One line of a sheet. `ours`: of no concern to the buyer, and left out of what is shared. */
export interface Fact { readonly label: string; readonly text: string; readonly ours?: true }

/** What is agreed about one endpoint, and how it is driven. */
export const factsOf = (definition: EndpointDefinition, policy: Policy): readonly Fact[] => {
  const { about, transport, type } = definition
  const calls = definition.type === 'five9.add_to_list' ? definition.settings.calls : null
  const facts: (readonly [label: string, text: string | null, ours?: true])[] = [
    ['Buyer', about.buyer], ['Contact', about.contact], ['Documentation', about.documentation],
    ['Type', type === 'custom' ? 'Custom Integration' : type], ['Version', definition.version],
    ['Endpoint', definition.url === null ? null : `${isHttp(type) ? `${definition.method} ` : ''}${withoutCredentials(definition.url.text)}`],
    ...handoverFacts(definition),
    ['Regional', definition.endpoints.map(({ when, use }) => `${withoutCredentials(use.text)} ${when === null ? 'otherwise' : `where ${conditionText(when)}`}`).join('\n')],
    ['Ping', definition.ping && `${definition.method} ${withoutCredentials((definition.ping.endpoint ?? definition.url)?.text ?? '')}${definition.ping.timeoutMs === null ? '' : `, within ${formatDuration(definition.ping.timeoutMs)}`}`],
    ['Backup', definition.backupUrl && withoutCredentials(definition.backupUrl.text)],
    ['Steps', stepsOf(definition)],
    ['Format', type === 'pool' || type === 'email' ? null : formatWords(definition)],
    ['Auth', type === 'pool' || type === 'file' ? null : serverAuth(definition) ?? authWords(definition.auth)],
    ['Headers', definition.headers.map(({ name, value }) => `${name}: ${value.text}`).join('\n')],
    ['Repeats', definition.idempotency === null ? null : `the same ${definition.idempotency.header} on every try of one lead`],
    ['Timeout', type === 'pool' || type === 'file' ? null : formatDuration(policy.timeoutMs)],
    ['Connections', TYPE_KINDS[type] === 'plain' ? `up to ${transport.connections}${transport.keepAliveMs === 0 ? ', a new one for each request' : ''}${transport.rate === null ? '' : `, ${plural(transport.rate.count, 'request')} in ${formatDuration(transport.rate.perMs)}`}` : null],
    ['Batch', policy.batch === null ? null : `${plural(policy.batch.maxLeads, 'lead')}${policy.batch.schedule === null ? ` or ${formatDuration(policy.batch.maxWaitMs)}` : `, at ${policy.batch.schedule} (${capZone(policy)})`}, as ${definition.batch?.format.toUpperCase() ?? ''}`],
    ['Price', policy.price === null ? null : showMoney(policy.price)],
    ['Accepts', policy.acceptWhen?.text ?? null],
    ['Requirements', [...policy.requirements.map((each) => each.reason), ...about.requirements].join('\n')],
    ['Window', calls ? `${windowWords(calls.window, calls.zone)}; outside it the dialer is told when to call` : windowWords(policy.window, policy.zone)],
    ['Max attempts', policy.maxAttempts === null ? null : `${plural(policy.maxAttempts, 'request')} for one lead`],
    ['Caps', policy.caps.map((each) => `${each.limit.kind === 'leads' ? plural(each.limit.count, 'lead') : showMoney(each.limit.amount)} per ${each.period}`).join(', ')],
    ['Duplicates', policy.duplicateCheck === null ? null : `not offered twice within ${formatDuration(policy.duplicateCheck.withinMs)} (${policy.duplicateCheck.field})`],
    ['Cost', policy.cost === null ? null : showMoney(policy.cost), true],
    ['Alert when', definition.alertWhen.map((each) => each.text).join(', '), true], ['Notify', definition.notify, true],
    ['Notes', about.notes, true],
  ]
  return facts.flatMap(([label, text, ours]) => (text === null || text === '' ? [] : [{ label, text, ...(ours ? { ours } : {}) }]))
}

/** What follows a contact, and how a record is known. */
const stepsOf = (definition: EndpointDefinition): string | null => {
  switch (definition.type) {
    case 'salesforce.create_lead': {
      const { object, version, externalId } = definition.settings
      return `${object} of API ${version}${externalId === null ? '' : `, made or updated by ${externalId}`}`
    }
    case 'hubspot.create_or_update_contact': {
      const { generation, list, workflow } = definition.settings
      return [`contact by e-mail, API ${generation}`, ...(list ? [`then list ${list.text}`] : []), ...(workflow ? [`then workflow ${workflow.text}`] : [])].join('\n')
    }
    default: return null
  }
}

/** Where an e-mail or a file goes, and what it is. */
const handoverFacts = (definition: EndpointDefinition): readonly (readonly [string, string | null])[] => {
  switch (definition.type) {
    case 'email': {
      const { from, to, cc, replyTo, subject, attach } = definition.settings
      const attached = attach ?? (definition.batch ? 'csv' : 'none')
      return [['From', textOf(from)], ['To', textOf(to)], ['Cc', textOf(cc)], ['Reply to', textOf(replyTo)], ['Subject', textOf(subject)], ['Message', `text and HTML${attached === 'none' ? '' : `, with the lead as ${attached.toUpperCase()} attached`}`]]
    }
    case 'sftp': return [['File name', textOf(definition.settings.fileName)], ['Host key', definition.settings.hostKey]]
    case 'file': return [['Path', textOf(definition.settings.path)], ['File name', textOf(definition.settings.fileName)]]
    default: return []
  }
}

const textOf = (text: Text | null): string | null => text && text.text

/** Mail and file servers have their user in the address; null where Auth says it, or there is none. */
const serverAuth = (definition: EndpointDefinition): string | null => {
  const { type, url, auth } = definition
  if (type !== 'email' && type !== 'sftp') return null
  const { key, password } = definition.type === 'sftp' ? definition.settings : { key: null, password: null }
  if (key) return 'user and private key'
  return auth !== null || password !== null || /:\/\/[^/]*:[^/]*@/.test(url?.text ?? '') ? 'user and password' : 'none'
}

const formatWords = ({ format, charset, compression, bodyParameter, soap }: EndpointDefinition): string => {
  const name = format === 'form' || format === 'query' || format === 'text' ? `${format[0]?.toUpperCase() ?? ''}${format.slice(1)}` : format.toUpperCase()
  const version = format === 'soap' ? ` ${soap.version}` : ''
  return `${name}${version}${bodyParameter === null ? '' : ` in the form field ${bodyParameter}`}${charset.toLowerCase() === 'utf-8' ? '' : `, ${charset}`}${compression === null ? '' : `, compressed by ${compression}`}`
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const windowWords = (window: CallWindow | null, zone: ZoneSource): string => {
  if (window === null) return ''
  const days = window.days.length === 7 ? '' : `${window.days.map((day) => DAYS[day - 1]).join(', ')} `
  const where = zone.kind === 'zone' ? zone.name : zone.kind === 'lead' ? "the lead's time zone" : `the lead's time zone (${zone.path})`
  return `${days}${window.spans.map(({ fromMinute, toMinute }) => `${clock(fromMinute)}–${clock(toMinute)}`).join(', ')}, ${where}`
}

const clock = (minute: number): string => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`
