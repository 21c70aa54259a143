import type { Place } from '../base/diagnostic.ts'
import type { PlacesOf, Reading, Section, ValuesOf } from './fields/field.ts'
import { PARSING_SECTION, PING_PARSING_SECTION } from './fields/parsing.ts'
import { block, namesOf } from './fields/section.ts'
import { normalKey } from './keys.ts'
import { suggest } from './suggest.ts'
import type { ParsingDefinition } from './answer-definition.ts'

export const PARSING = block('Response Parsing', PARSING_SECTION, (read, reading) => parsingOf(read.values, read.places, optionalOf(PARSING_SECTION, read, reading)))
export const PING_PARSING = block("the ping's Response Parsing", PING_PARSING_SECTION, (read, reading) => parsingOf(read.values, read.places, optionalOf(PING_PARSING_SECTION, read, reading)))

const parsingOf = (values: ValuesOf<typeof PING_PARSING_SECTION>, places: PlacesOf<typeof PING_PARSING_SECTION>, optional: readonly string[] = []): ParsingDefinition => ({
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
  optional,
  bid: values.bid ?? null,
  pingId: values.pingId ?? null,
  places: Object.fromEntries(Object.entries(places).flatMap(([name, place]): readonly [string, Place][] => (place ? [[name, place]] : []))),
})

/** The names as the table has them, in lower case: `Revenue` is the price; a name of Capture may be missing anyway. */
const optionalOf = (section: Section, { values, places }: { readonly values: ValuesOf<typeof PARSING_SECTION>; readonly places: PlacesOf<typeof PARSING_SECTION> }, { tell }: Reading): readonly string[] =>
  (values.optional ?? []).flatMap((each) => {
    const field = section[namesOf(section).get(normalKey(each)) ?? '']
    if (field !== undefined) return [field.key.toLowerCase()]
    if (places.optional && !Object.hasOwn(values.capture ?? {}, each)) {
      const known = ['Lead ID', 'Price', ...('pingId' in section ? ['Ping ID'] : [])]
      const near = suggest(each, known)
      tell(places.optional, 'bad-value', `Optional names "${each}", which is no value of an answer`, near === null ? `write one of ${known.join(', ')}` : `did you mean ${near}?`)
    }
    return []
  })

export const NO_PARSING: ParsingDefinition = parsingOf({}, {})
