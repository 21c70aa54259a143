import { DAY, SECOND, parseDuration, unitMs } from '../../base/time.ts'
import type { Rate } from '../../core/rate.ts'
import { parseAmount, type Amount } from '../values/amount.ts'
import { parsed, refused } from '../values/parsed.ts'
import { isEmpty, textual, type Kind } from './field.ts'
import { yesNo } from './plain.ts'

export const DURATION: Kind<number> = textual('a duration', (text, place) => {
  const read = parseDuration(text)
  if (read.ok) return parsed(read.ms)
  return read.problem === 'needs-unit'
    ? refused(place, 'needs-unit', `\`${text}\` needs a unit`, `write ${text}s`)
    : refused(place, 'bad-duration', `got "${text}", expected a duration`, 'write 10 seconds, 5 min, 24h or 100ms')
})

/** A time that something is given: none at all would let nothing through. */
export const SPAN: Kind<number> = {
  ...DURATION,
  read: (node, reading) => {
    const ms = DURATION.read(node, reading)
    if (ms !== 0) return ms
    return reading.tell(node.place, 'bad-duration', `got "${node.kind === 'scalar' ? node.text : ''}", expected a duration above zero`, 'write 10 seconds')
  },
}

export const CURRENCY: Kind<string> = textual('a currency', (text, place) =>
  /^[A-Za-z]{3}$/.test(text) ? parsed(text.toUpperCase()) : refused(place, 'bad-currency', `got "${text}", expected the three letters of a currency`, 'write USD or EUR'))

export const NOTIFY: Kind<string> = textual('a webhook URL or an e-mail address', (text, place) =>
  /^https?:\/\/\S+$/.test(text) || /^[^\s@]+@[^\s@]+$/.test(text) ? parsed(text) : refused(place, 'bad-address', `got "${text}", expected a webhook URL or an e-mail address`, 'write https://hooks.example/alerts or ops@example.com'))

export const MONEY: Kind<Amount> = textual('an amount of money', parseAmount, { type: ['string', 'number'] })

/** `60%` as 0.6. */
export const SHARE: Kind<number> = textual('a percentage', (text, place) => {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text)
  const share = match ? Number(match[1]) / 100 : Number.NaN
  return share >= 0 && share <= 1 ? parsed(share) : refused(place, 'bad-percentage', `got "${text}", expected a percentage`, 'write 60%')
})

export const COUNT: Kind<number> = textual('a count', (text, place) => {
  const match = /^(\d+(?:(?:,\d{2,3})*,\d{3})?)\s*(?:leads?|connections?|attempts?|requests?|calls?|times?|tries|at once)?$/i.exec(text)
  const count = match ? Number((match[1] ?? '').replaceAll(',', '')) : 0
  return count >= 1 ? parsed(count) : refused(place, 'bad-count', `got "${text}", expected a whole number from 1 on`, 'write 10')
})

const BYTE_UNITS: Readonly<Record<string, number>> = { b: 1, byte: 1, bytes: 1, kb: 1024, kib: 1024, k: 1024, mb: 1024 ** 2, mib: 1024 ** 2, m: 1024 ** 2, gb: 1024 ** 3, gib: 1024 ** 3 }

export const BYTES: Kind<number> = textual('a size', (text, place) => {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text)
  if (match?.[2] === '') return refused(place, 'needs-unit', `\`${text}\` needs a unit`, `write ${text} MB or ${text} KB`)
  const unit = BYTE_UNITS[(match?.[2] ?? '').toLowerCase()]
  return match && unit !== undefined && Number(match[1]) > 0 ? parsed(Math.round(Number(match[1]) * unit)) : refused(place, 'bad-size', `got "${text}", expected a size`, 'write 1 MB or 500 KB')
})

/** Yes is the default of 300 seconds, no a new connection each time. */
export const KEEP_ALIVE: Kind<number> = {
  ...DURATION,
  takes: 'a duration, or yes or no',
  read: (node, reading) => {
    const said = node.kind === 'scalar' && !isEmpty(node) ? yesNo(node.text) : null
    return said === null ? DURATION.read(node, reading) : said ? 300_000 : 0
  },
}

export const RATE: Kind<Rate> = textual('a rate', (text, place) => {
  const match = /^(\d+(?:(?:,\d{2,3})*,\d{3})?)\s*(?:leads?|requests?)?\s*(?:per|an?|\/)\s*([a-z]+)$/i.exec(text)
  const count = Number((match?.[1] ?? '').replaceAll(',', ''))
  const perMs = unitMs((match?.[2] ?? '').toLowerCase()) ?? 0
  return count >= 1 && perMs >= SECOND && perMs <= DAY ? parsed({ count, perMs }) : refused(place, 'bad-rate', `got "${text}", expected a rate`, 'write 50 per second')
})
