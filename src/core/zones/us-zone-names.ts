import { isZone } from '../../base/zone.ts'

/** What Americans call their zones, in winter, in summer and all year; EST and MST are names of IANA's too, but of zones without summer time, which nobody means. */
const NAMES: readonly (readonly [pattern: RegExp, zone: string])[] = [
  [/^(?:e[sd]?t|eastern)$/, 'America/New_York'], [/^(?:c[sd]?t|central)$/, 'America/Chicago'],
  [/^(?:m[sd]?t|mountain)$/, 'America/Denver'], [/^(?:p[sd]?t|pacific)$/, 'America/Los_Angeles'],
  [/^(?:ak[sd]?t|alaska)$/, 'America/Anchorage'], [/^(?:ast|atlantic)$/, 'America/Puerto_Rico'], [/^(?:sst|samoa)$/, 'Pacific/Pago_Pago'],
  [/^arizona$/, 'America/Phoenix'], [/^hawaii(?:an)?$/, 'Pacific/Honolulu'],
]

/** The IANA zone that a text means, of a lead or a template; null where it means none. */
export const zoneNamed = (name: string): string | null => zoneOfAmericanName(name) ?? (isZone(name) ? name : null)

/** `EST`, `Eastern`, `US Eastern`, `Eastern Standard Time`, `(UTC-05:00) Eastern Time (US & Canada)`; undefined for what is none of these. */
export const zoneOfAmericanName = (name: string): string | undefined => {
  const short = name.trim().toLowerCase().replace(/^\((?:utc|gmt)[-+:\d]+\)\s*|\s*\(us & canada\)$/g, '').replace(/^us\s+/, '').replace(/(?:\s+(?:standard|daylight))?(?:\s+time)?$/, '')
  return NAMES.find(([pattern]) => pattern.test(short))?.[1]
}
