import type { Place } from '../../base/diagnostic.ts'
import type { Cap, CapPeriod } from '../../core/policy.ts'
import { hasCurrency, parseAmount } from './amount.ts'
import { parsed, refused, type Parsed } from './parsed.ts'

const PERIODS: Readonly<Record<string, CapPeriod>> = { hour: 'hour', hourly: 'hour', hr: 'hour', day: 'day', daily: 'day', week: 'week', weekly: 'week', month: 'month', monthly: 'month', mo: 'month' }

/** One cap: `100 per day`, `20/hour`, `$5,000 per month`, `10 leads a week`. */
export const parseCap = (text: string, place: Place): Parsed<Cap> => {
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
