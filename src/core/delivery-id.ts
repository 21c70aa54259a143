import type { Mode } from './event.ts'

/** What names a delivery: the lead to this target, for the n-th time. */
interface DeliveryKey { readonly mode: Mode; readonly to: string; readonly leadId: string; readonly number: number }

/** The same for the same lead, target, mode and number on every machine, and legible: `live:1:auto-waterfall:L0001`. */
export const deliveryIdOf = ({ mode, to, leadId, number }: DeliveryKey): string => `${mode}:${number}:${to.replaceAll(':', '%3A')}:${leadId}`

/** The parts of such an id; null where it is none. */
export const deliveryKeyOf = (id: string): DeliveryKey | null => {
  const first = id.indexOf(':')
  const second = id.indexOf(':', first + 1)
  const third = id.indexOf(':', second + 1)
  const mode = id.slice(0, first)
  const number = Number(id.slice(first + 1, second))
  if (first < 0 || second < 0 || third < 0 || (mode !== 'live' && mode !== 'test') || !Number.isInteger(number)) return null
  return { mode, number, to: id.slice(second + 1, third).replaceAll('%3A', ':'), leadId: id.slice(third + 1) }
}
