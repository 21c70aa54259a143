import type { Place } from '../base/diagnostic.ts'
import type { PlacesOf, ValuesOf } from './fields/field.ts'
import { PARSING_SECTION, PING_PARSING_SECTION } from './fields/parsing.ts'
import { block } from './fields/section.ts'
import type { ParsingDefinition } from './types.ts'

export const PARSING = block('Response Parsing', PARSING_SECTION, ({ values, places }) => parsingOf(values, places))
export const PING_PARSING = block("the ping's Response Parsing", PING_PARSING_SECTION, ({ values, places }) => parsingOf(values, places))

const parsingOf = (values: ValuesOf<typeof PING_PARSING_SECTION>, places: PlacesOf<typeof PING_PARSING_SECTION>): ParsingDefinition => ({
  format: values.format ?? null,
  success: values.success ?? null,
  rejected: values.rejected ?? null,
  duplicate: values.duplicate ?? null,
  error: values.error ?? null,
  leadId: values.leadId ?? null,
  price: values.price ?? null,
  message: values.message ?? null,
  redirectUrl: values.redirectUrl ?? null,
  capture: values.capture ?? {},
  optional: (values.optional ?? []).map((each) => each.toLowerCase()),
  bid: values.bid ?? null,
  pingId: values.pingId ?? null,
  places: Object.fromEntries(Object.entries(places).flatMap(([name, place]): readonly [string, Place][] => (place ? [[name, place]] : []))),
})

export const NO_PARSING: ParsingDefinition = parsingOf({}, {})
