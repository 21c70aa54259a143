import type { Place } from '../../base/diagnostic.ts'
import { parseDuration } from '../../base/time.ts'
import type { AlertRule } from '../../core/report/alerts.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

const METRICS: Readonly<Record<string, AlertRule['metric']>> = { 'success rate': 'success rate', 'response time': 'response time', 'error rate': 'error rate', errors: 'error rate', latency: 'response time', 'average response time': 'response time' }

/** `success rate < 90%`, `response time > 2s`, `error rate > 20%`; "errors spike" (subject document) is an error rate above 20 %. */
export const parseAlertRule = (text: string, place: Place): Parsed<AlertRule> => {
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
