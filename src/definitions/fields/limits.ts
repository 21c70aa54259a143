import type { Place } from '../../base/diagnostic.ts'
import { parseDuration } from '../../base/time.ts'
import type { Cap, CapPeriod, DuplicateCheck } from '../../core/policy.ts'
import type { AlertRule } from '../../core/report/alerts.ts'
import { hasCurrency, parseAmount } from '../values/amount.ts'
import { parsed, refused, type Parsed } from '../values/parsed.ts'
import { isEmpty, take, textOf, textual, type Kind } from './field.ts'
import { listOf, yesNo } from './plain.ts'

const PERIODS: Readonly<Record<string, CapPeriod>> = { hour: 'hour', hourly: 'hour', hr: 'hour', day: 'day', daily: 'day', week: 'week', weekly: 'week', month: 'month', monthly: 'month', mo: 'month' }

/** One cap: `100 per day`, `20/hour`, `$5,000 per month`, `10 leads a week`. */
const parseCap = (text: string, place: Place): Parsed<Cap> => {
  const match = /^(.*?)\s*(?:\bper\b|\ban?\b|\beach\b|\/)\s*([a-z]+)$/i.exec(text.trim()) ?? /^(\S+)\s+(hourly|daily|weekly|monthly)$/i.exec(text.trim())
  const period = PERIODS[(match?.[2] ?? '').toLowerCase()]
  if (!match || period === undefined) {
    return refused(place, 'bad-cap', `got "${text}", expected an amount per hour, day, week or month`, /^\d[\d,]*$/.test(text.trim()) ? `write ${text.trim()} per day` : 'write 100 per day, 20 per hour, $5,000 per month')
  }
  const amount = (match[1] ?? '').trim()
  const count = /^(\d[\d,]*)\s*(?:leads?|sales?)?$/i.exec(amount)
  if (count) {
    const leads = Number((count[1] ?? '').replaceAll(',', ''))
    return leads >= 1 ? parsed({ period, limit: { kind: 'leads', count: leads } }) : refused(place, 'bad-cap', `got "${text}": a cap of none lets nothing through`, 'leave the recipient out of its patterns, or pause it')
  }
  const sum = hasCurrency(amount) ? parseAmount(amount, place) : null
  return sum?.ok && sum.value.amount > 0 ? parsed({ period, limit: { kind: 'revenue', amount: sum.value } }) : refused(place, 'bad-cap', `got "${text}", expected a count of leads or an amount of money`, 'write 100 per day, or $5,000 per month')
}

export const CAPS = listOf(textual('an amount per hour, day, week or month', parseCap))

const METRICS: Readonly<Record<string, AlertRule['metric']>> = { 'success rate': 'success rate', 'response time': 'response time', 'error rate': 'error rate', errors: 'error rate', latency: 'response time', 'average response time': 'response time' }

/** `success rate < 90%`, `response time > 2s`, `error rate > 20%`; "errors spike" (subject document) is an error rate above 20 %. */
const parseAlertRule = (text: string, place: Place): Parsed<AlertRule> => {
  if (/^errors?\s+spikes?$/i.test(text)) return parsed({ metric: 'error rate', op: '>', value: 0.2, text })
  const match = /^([a-z_ ]+?)\s*(<|>|below|above|under|over)\s*=?\s*(\S.*)$/i.exec(text)
  const metric = METRICS[(match?.[1] ?? '').toLowerCase().replace(/_/g, ' ')]
  if (!match || metric === undefined) return refused(place, 'bad-alert', `got "${text}", expected success rate, error rate or response time, and a limit`, 'write success rate < 90%, response time > 2s or error rate > 20%')
  const op = match[2] === '<' || /^(below|under)$/i.test(match[2] ?? '') ? '<' : '>'
  const limit = match[3] ?? ''
  if (metric === 'response time') {
    const wait = parseDuration(limit)
    return wait.ok ? parsed({ metric, op, value: wait.ms, text }) : refused(place, wait.problem === 'needs-unit' ? 'needs-unit' : 'bad-alert', wait.problem === 'needs-unit' ? `\`${limit}\` needs a unit` : `got "${limit}", expected a duration`, `write response time ${op} 2s`)
  }
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(limit)
  return share && Number(share[1]) <= 100 ? parsed({ metric, op, value: Number(share[1]) / 100, text }) : refused(place, 'bad-alert', `got "${limit}", expected a percentage`, `write ${metric} ${op} ${percentFor(limit)}`)
}

/** What a number without its sign was meant as: 0.2 and 20 are 20%. */
const percentFor = (limit: string): string => {
  const number = Number(limit)
  return number > 0 && number <= 100 ? `${number < 1 ? Number((number * 100).toFixed(2)) : number}%` : '90%'
}

export const ALERT_RULES = listOf(textual('a figure and its limit', parseAlertRule))

/** A rule, or the yes or no that Salesforce takes. */
export const DUPLICATE_CHECK: Kind<DuplicateCheck | boolean> = {
  takes: 'a field and a time, or yes or no',
  schema: { type: ['string', 'boolean'] },
  read: (node, reading) => {
    const said = node.kind === 'scalar' && !isEmpty(node) ? yesNo(node.text) : null
    if (said !== null) return said
    const text = textOf(node, 'a field and a time', reading)
    return text === undefined ? undefined : take(parseDuplicateCheck(text, node.place), reading)
  },
}

/** `phone_1 within 30 days`. */
const parseDuplicateCheck = (text: string, place: Place): Parsed<DuplicateCheck> => {
  const match = /^(?:by\s+)?((?:[\w.-]|\[[^\]]*\])+)\s+(?:within|in|for)\s+(?:the\s+)?(?:last\s+)?(\S.*)$/i.exec(text.trim())
  if (!match) return refused(place, 'bad-duplicate-check', `got "${text}", expected a field and a time`, 'write phone_1 within 30 days')
  const [, field = '', time = ''] = match
  const within = parseDuration(time)
  if (!within.ok) return refused(place, within.problem === 'needs-unit' ? 'needs-unit' : 'bad-duration', within.problem === 'needs-unit' ? `\`${time}\` needs a unit` : `got "${time}", expected a duration`, within.problem === 'needs-unit' ? `write ${field} within ${time} days` : 'write phone_1 within 30 days')
  return parsed({ field: field.replace(/^lead\./, ''), withinMs: within.ms })
}
