import { usageError } from '../../base/diagnostic.ts'
import { HOUR, SECOND, unitMs } from '../../base/time.ts'

/** A rate that grows (or falls) evenly: leads a millisecond at the start and at the end. */
export interface Ramp { readonly from: number; readonly to: number }

/** `0..1000/min`, `50/s`. */
export const readRamp = (value: string): Ramp => {
  const [, first = '', second, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(?:\.\.\s*(\d+(?:\.\d+)?)\s*)?\/\s*([a-z]+)\s*$/i.exec(value) ?? []
  const per = unitMs(unit.toLowerCase()) ?? 0
  const [from, to] = [Number(first), Number(second ?? first)]
  if (per < SECOND || per > HOUR || from + to === 0) throw usageError(`--ramp takes leads over time, not "${value}"`, 'for example --ramp 0..1000/min, or --ramp 50/s all the time')
  return { from: from / per, to: to / per }
}

/** Leads that are due by `ms` after the start, of a ramp over `forMs`. */
export const dueBy = ({ from, to }: Ramp, forMs: number, ms: number): number => {
  const at = Math.min(Math.max(ms, 0), forMs)
  return Math.floor(from * at + ((to - from) * at * at) / (2 * forMs) + 1e-9)
}

/** When lead `n` (from 0) is due, in milliseconds after the start. */
export const dueAt = ({ from, to }: Ramp, forMs: number, n: number): number => {
  const wanted = n + 1
  const growth = (to - from) / (2 * forMs)
  if (growth === 0) return wanted / from
  const root = from * from + 4 * growth * wanted
  return root < 0 ? forMs : (-from + Math.sqrt(root)) / (2 * growth)
}
