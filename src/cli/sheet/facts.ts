import { formatDuration } from '../../base/time.ts'
import { capZone } from '../../core/caps.ts'
import type { CallWindow, Policy, ZoneSource } from '../../core/policy.ts'
import { isHttp, TYPE_KINDS, type EndpointDefinition } from '../../definitions/types.ts'
import { conditionText } from '../../wire/condition-text.ts'
import { plural, showMoney } from '../render/figures.ts'
import { authWords, withoutCredentials } from './auth.ts'

/** One line of a sheet. `ours`: of no concern to the buyer, and left out of what is shared. */
export interface Fact { readonly label: string; readonly text: string; readonly ours?: true }

/** What is agreed about one endpoint, and how it is driven. */
export const factsOf = (definition: EndpointDefinition, policy: Policy): readonly Fact[] => {
  const { about, transport, type } = definition
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
    ['Window', windowWords(definition.calls?.window ?? policy.window, definition.calls?.zone ?? policy.zone) + (definition.calls ? '; outside it the dialer is told when to call' : '')],
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
const stepsOf = ({ hubspot, salesforce }: EndpointDefinition): string | null => {
  if (salesforce) return `${salesforce.object} of API ${salesforce.version}${salesforce.externalId === null ? '' : `, made or updated by ${salesforce.externalId}`}`
  if (!hubspot) return null
  return [`contact by e-mail, API ${hubspot.generation}`, ...(hubspot.list ? [`then list ${hubspot.list.text}`] : []), ...(hubspot.workflow ? [`then workflow ${hubspot.workflow.text}`] : [])].join('\n')
}

/** Where an e-mail or a file goes, and what it is. */
const handoverFacts = ({ type, options, batch }: EndpointDefinition): readonly (readonly [string, string | null])[] => {
  const option = (name: string): string | null => { const value = options[name]; return typeof value === 'string' ? value : typeof value === 'object' && value !== null && 'text' in value ? String(value.text) : null }
  switch (type) {
    case 'email': {
      const attached = option('attach') ?? (batch ? 'csv' : 'none')
      return [['From', option('from')], ['To', option('to')], ['Cc', option('cc')], ['Reply to', option('replyTo')], ['Subject', option('subject')], ['Message', `text and HTML${attached === 'none' ? '' : `, with the lead as ${attached.toUpperCase()} attached`}`]]
    }
    case 'sftp': return [['File name', option('fileName')], ['Host key', option('hostKey')]]
    case 'file': return [['Path', option('path')], ['File name', option('fileName')]]
    default: return []
  }
}

/** Mail and file servers have their user in the address; null where Auth says it, or there is none. */
const serverAuth = ({ type, options, url, auth }: EndpointDefinition): string | null => {
  if (type !== 'email' && type !== 'sftp') return null
  if (options['key'] !== undefined) return 'user and private key'
  return auth !== null || options['password'] !== undefined || /:\/\/[^/]*:[^/]*@/.test(url?.text ?? '') ? 'user and password' : 'none'
}

const formatWords = ({ format, charset, compression, bodyParameter, options }: EndpointDefinition): string => {
  const name = format === 'form' || format === 'query' || format === 'text' ? `${format[0]?.toUpperCase() ?? ''}${format.slice(1)}` : format.toUpperCase()
  const version = format === 'soap' ? ` ${String(options['soapVersion'] ?? '1.1')}` : ''
  return `${name}${version}${bodyParameter === null ? '' : ` in the form field ${bodyParameter}`}${charset.toLowerCase() === 'utf-8' ? '' : `, ${charset}`}${compression === null ? '' : `, compressed by ${compression}`}`
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const windowWords = (window: CallWindow | null, zone: ZoneSource): string => {
  if (window === null) return ''
  const days = window.days.length === 7 ? '' : `${window.days.map((day) => DAYS[day - 1]).join(', ')} `
  const where = zone.kind === 'zone' ? zone.name : zone.kind === 'lead' ? "the lead's time zone" : `the lead's time zone (${zone.path})`
  return `${days}${window.spans.map(({ fromMinute, toMinute }) => `${clock(fromMinute)}–${clock(toMinute)}`).join(', ')}, ${where}`
}

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
