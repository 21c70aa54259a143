import { usageError } from '../../base/diagnostic.ts'

/** A rate that grows (or falls) evenly: leads a millisecond at the start and at the end. */
export interface Ramp { readonly from: number; readonly to: number }

const UNITS: Readonly<Record<string, number>> = { s: 1_000, sec: 1_000, second: 1_000, m: 60_000, min: 60_000, minute: 60_000, h: 3_600_000, hour: 3_600_000 }

/** `0..1000/min`, `50/s`. */
export const readRamp = (value: string): Ramp => {
  const [, first = '', second, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*(?:\.\.\s*(\d+(?:\.\d+)?)\s*)?\/\s*([a-z]+)\s*$/i.exec(value) ?? []
  const per = UNITS[unit.toLowerCase()]
  const [from, to] = [Number(first), Number(second ?? first)]
  if (per === undefined || from + to === 0) throw usageError(`--ramp takes leads over time, not "${value}"`, 'for example --ramp 0..1000/min, or --ramp 50/s all the time')
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
