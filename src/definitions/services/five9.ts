import type { Place } from '../../base/diagnostic.ts'
import type { Condition, ValuePath } from '../../core/condition.ts'
import type { ParsingDefinition, ResponseCodeRow } from '../answer-definition.ts'
import type { EndpointBasics, EndpointOf } from '../endpoint-definition.ts'
import type { EndpointPlaces, EndpointValues } from '../endpoint-keys.ts'
import type { Reading } from '../fields/field.ts'
import type { MappingEntry, MappingNode } from '../mapping-node.ts'
import { windowOf } from '../policy-of.ts'
import type { Text } from '../text.ts'
import { namesIn } from './names-in.ts'

/** Where Five9 takes leads into a dialing list: the list is addressed, and the campaign that dials it is Five9's affair. */
const HOST = 'https://api.five9.com'
const PATH = '/web2campaign/AddToList'

/**
 * `five9.add_to_list` written out as the form post that it is: the F9… parameters in front of the author's own fields,
 * and Five9's table of codes behind the author's own rules. From here on it is an ordinary endpoint.
 */
export const asWeb2Campaign = (definition: EndpointBasics, values: EndpointValues, places: EndpointPlaces, reading: Reading): EndpointOf<'five9.add_to_list'> => {
  const own = definition.mapping?.kind === 'map' ? definition.mapping.entries : []
  const window = values.scheduleCalls === true && values.callWindow ? windowOf(values) : null
  tellOfMistakes(definition, values, own, places, reading)
  return {
    ...definition,
    type: 'five9.add_to_list',
    url: addressOf(definition.url, definition.place),
    backupUrl: definition.backupUrl && addressOf(definition.backupUrl, definition.place),
    endpoints: definition.endpoints.map(({ when, use }) => ({ when, use: addressOf(use, definition.place) })),
    test: definition.test && { ...definition.test, endpoint: definition.test.endpoint && addressOf(definition.test.endpoint, definition.place) },
    format: 'form',
    mapping: { kind: 'map', place: definition.mapping?.place ?? definition.place, entries: [...parametersOf(definition, values, own), ...own.map(dialable)] },
    includeAllFields: definition.includeAllFields || definition.mapping === null,
    responseCodes: [...definition.responseCodes, ...five9Rows(definition.place)],
    parsing: five9Parsing(definition.parsing),
    settings: { calls: window && { window, zone: values.timezone ?? { kind: 'lead' } } },
  }
}

/** `Settings: Endpoint` replaces the host; an address with a path of its own is taken whole. */
const addressOf = (written: Text | null, place: Place): Text => {
  if (written === null) return { text: HOST + PATH, place }
  return /^https?:\/\/[^/?#]+\/?$/i.test(written.text.trim()) ? { ...written, text: written.text.trim().replace(/\/$/, '') + PATH } : written
}

const parametersOf = ({ place }: EndpointBasics, values: EndpointValues, own: readonly MappingEntry[]): readonly MappingEntry[] => {
  const named = namesIn(own)
  const entry = (key: string, value: Text | string | readonly Text[] | null | undefined): readonly MappingEntry[] =>
    value === null || value === undefined || named.has(key) ? [] : [{ kind: 'entry', key, value: nodeOf(value, place), place }]
  const flag = (key: string, said: boolean | undefined): readonly MappingEntry[] => (said === undefined ? [] : entry(key, said ? '1' : '0'))
  return [
    ...entry('F9domain', values.domain), ...entry('F9list', values.list),
    ...entry('F9key', values.recordKey ?? [{ text: 'number1', place }]),
    ...flag('F9updateCRM', values.updateCrm), ...flag('F9CallASAP', values.callAsap),
    // Without it the answer does not say how it went.
    ...entry('F9retResults', '1'),
  ]
}

const nodeOf = (value: Text | string | readonly Text[], place: Place): MappingNode => {
  if (typeof value === 'string') return { kind: 'template', text: value, place }
  if ('text' in value) return { kind: 'template', text: value.text, place: value.place }
  const [first] = value
  return value.length === 1 && first ? nodeOf(first, place) : { kind: 'list', items: value.map((each) => nodeOf(each, place)), place }
}

/** Five9 takes digits only, ten of a North American number: a phone that is mapped as it stands is sent as those, without the country code 1. */
const dialable = (entry: MappingEntry): MappingEntry => {
  if (entry.kind === 'block') return { ...entry, then: entry.then.map(dialable), otherwise: entry.otherwise.map(dialable) }
  const path = entry.value.kind === 'template' && NUMBERS.has(entry.key) ? /^\s*\{\{\s*([\w.[\]]+)\s*\}\}\s*$/.exec(entry.value.text)?.[1] : undefined
  return path === undefined || entry.value.kind !== 'template' ? entry : { ...entry, value: { ...entry.value, text: `{{digits (format ${path} "##########")}}` } }
}

const NUMBERS = new Set(['number1', 'number2', 'number3'])

const tellOfMistakes = (definition: EndpointBasics, { domain, list }: EndpointValues, own: readonly MappingEntry[], places: EndpointPlaces, reading: Reading): void => {
  const { tell } = reading
  const { name, mapping, includeAllFields, batch } = definition
  const place = mapping?.place ?? definition.place
  const named = namesIn(own)
  if (!domain && !places.domain && !named.has('F9domain')) tell(definition.place, 'missing-key', `${name} has no Domain`, 'write Domain: ${FIVE9_DOMAIN} under Settings: the name of your Five9 domain (F9domain)')
  if (!list && !places.list && !named.has('F9list')) tell(definition.place, 'missing-key', `${name} has no List`, 'write List: New Leads under Settings: the dialing list that leads join (F9list)')
  if (!named.has('number1') && !includeAllFields) tell(place, 'missing-number', `${name} maps no number1, without which Five9 takes no record`, 'write number1: {{lead.phone_1}} under Field Mapping')
  if (named.has('F9TimeToCall') !== named.has('F9TimeFormat')) tell(place, 'time-without-format', 'F9TimeToCall and F9TimeFormat must come together (code 710)', 'write F9TimeFormat: "yyyy-MM-dd HH:mm:ss Z" beside F9TimeToCall, or use Schedule Calls: yes with a Call Window')
  if (named.has('F9retURL')) tell(place, 'no-answer', 'with F9retURL Five9 redirects, and the answer does not say how it went', 'leave F9retURL out')
  if (mapping !== null && mapping.kind !== 'map') tell(place, 'wrong-shape', "Five9's fields are a block of names", 'write number1: {{lead.phone_1}} and the others, a line each')
  if (places.format && definition.format !== 'form') tell(places.format, 'unsupported-format', 'Web2Campaign takes a form', 'leave Format out')
  if (batch) tell(places.batch ?? definition.place, 'no-batch', 'Web2Campaign takes one record in a request', 'leave Batch out')
  if (places.scheduleCalls && !places.callWindow) tell(places.scheduleCalls, 'missing-key', 'Schedule Calls needs a Call Window', 'write Call Window: 9am-8pm and Timezone: lead')
  else if (places.scheduleCalls && !places.timezone) tell(places.scheduleCalls, 'missing-key', 'Schedule Calls needs a Timezone', 'write Timezone: lead, for the clock of where the lead lives')
}

/** The answer is a page with status 200 in every case; this hidden field says how it went, and without it the page says nothing. */
const FIVE9_CODE: ValuePath = { kind: 'css', selector: '#F9errCode', attribute: 'value' }
const FIVE9_WORDS: ValuePath = { kind: 'css', selector: '#F9errDesc', attribute: 'value' }

const isOneOf = (...codes: readonly number[]): Condition => ({ kind: 'in', path: FIVE9_CODE, values: codes })

/** Web2Campaign's own table, as one public integration lists it; a code that is not in it, and 708 (several records match), refuse this lead alone. */
const CODES: readonly { readonly codes: readonly number[]; readonly means: ResponseCodeRow['means']; readonly text: string; readonly retry?: true; readonly pause?: true }[] = [
  { codes: [715], means: 'rate-limited', text: 'Five9 took too many requests (715)', retry: true },
  { codes: [716, 718], means: 'auth', text: 'the Five9 domain is disabled or unknown (716, 718)', pause: true },
  { codes: [600, 700, 709, 710, 711, 712, 713, 714], means: 'invalid-data', text: 'Five9 refused a field' },
]

const five9Rows = (place: Place): readonly ResponseCodeRow[] =>
  CODES.map(({ codes, means, text, retry, pause }) => ({ status: { from: 200, to: 299 }, when: isOneOf(...codes), means, retry: retry ?? null, pause: pause ?? false, text, place }))

/** What the author's own Response Parsing says goes before this. */
const five9Parsing = (own: ParsingDefinition): ParsingDefinition => ({
  ...own,
  format: own.format ?? 'html',
  success: own.success ?? isOneOf(0, 602),
  duplicate: own.duplicate ?? isOneOf(603),
  message: own.message ?? FIVE9_WORDS,
  proof: own.proof ?? FIVE9_CODE,
})
