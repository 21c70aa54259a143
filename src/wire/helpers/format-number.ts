import { textOf } from '../template/text-of.ts'

/** `0,0.00` groups by thousands with two places, `0.0` one place, `00000` pads; what stands around it stays. */
export const prepareNumberFormat = (pattern: string): ((value: unknown) => string) | string => {
  const match = /^([^0]*)(0[0,]*)(?:\.(0+))?([^0]*)$/.exec(pattern)
  if (!match) return `"${pattern}" is not a number pattern such as "0,0.00"`
  const [, before = '', whole = '', fraction = '', after = ''] = match
  const grouped = whole.includes(',')
  const least = grouped ? 1 : whole.length
  return (value) => {
    const text = textOf(value)
    const decimal = decimalOf(text)
    if (!decimal) return text
    const [integer, rest] = roundTo(decimal.integer, decimal.fraction, fraction.length)
    const shown = grouped ? integer.replace(/\B(?=(\d{3})+$)/g, ',') : integer.padStart(least, '0')
    const zero = /^0*$/.test(integer + rest)
    return `${decimal.minus && !zero ? '-' : ''}${before}${shown}${rest === '' ? '' : `.${rest}`}${after}`
  }
}

const decimalOf = (text: string): { minus: boolean; integer: string; fraction: string } | null => {
  const plain = text.trim().replace(/^([+-]?)\s*[$€£¥]/, '$1')
  const match = /^([+-]?)(\d[\d,]*)?(?:\.(\d*))?$/.exec(/e/i.test(plain) && Number.isFinite(Number(plain)) && Math.abs(Number(plain)) < 1e21 ? Number(plain).toFixed(20) : plain)
  if (!match || (match[2] === undefined && !match[3])) return null
  // `45,00` is no 4,500: commas stand before three digits (two, in India) or nowhere.
  if (match[2]?.includes(',') && !/^\d{1,3}(,\d{2,3})*,\d{3}$/.test(match[2])) return null
  return { minus: match[1] === '-', integer: (match[2] ?? '0').replaceAll(',', '').replace(/^0+(?=\d)/, ''), fraction: match[3] ?? '' }
}

/** Half up on the decimal digits themselves: 1.005 is 1.01, which binary numbers get wrong. */
const roundTo = (integer: string, fraction: string, places: number): [string, string] => {
  const kept = fraction.padEnd(places, '0').slice(0, places)
  if ((fraction[places] ?? '0') < '5') return [integer, kept]
  const next = String(BigInt(integer + kept) + 1n).padStart(places + 1, '0')
  return [next.slice(0, next.length - places), next.slice(next.length - places)]
}
