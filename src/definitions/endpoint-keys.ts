import type { Place } from '../base/diagnostic.ts'
import { AUTH_SECTION, CREDENTIALS } from './fields/auth.ts'
import { BATCH_SECTION } from './fields/batch.ts'
import { CIRCUIT_SECTION, isCircuitRule } from './fields/circuit-breaker.ts'
import { branchCondition, ENDPOINTS } from './fields/endpoints.ts'
import type { PlacesOf, Reading, Section, ValuesOf } from './fields/field.ts'
import { PARSING_SECTION, PING_PARSING_SECTION } from './fields/parsing.ts'
import { PATTERN_SECTION } from './fields/pattern.ts'
import { STRATEGY_SECTION } from './fields/retry-strategy.ts'
import { givenTwice, namesOf, readSection } from './fields/section.ts'
import { SERVICE_OPTIONS, SETTINGS } from './fields/settings.ts'
import { TEST_SECTION } from './fields/test-settings.ts'
import { ENDPOINT_TOP } from './fields/top.ts'
import { normalKey, withoutRemark } from './keys.ts'
import { suggest } from './suggest.ts'
import type { YamlEntry, YamlNode } from './yaml-tree.ts'

/** Everything that may stand at an endpoint's top level; what stands there alone goes before what has a block of its own. */
export const ENDPOINT_SECTION = { ...CREDENTIALS, ...SERVICE_OPTIONS, ...SETTINGS, ...ENDPOINT_TOP }

/** `Options` holds what the service does, and what the subject document prints there. */
export const OPTIONS_SECTION = {
  ...SERVICE_OPTIONS,
  callWindow: ENDPOINT_TOP.callWindow, callingHours: ENDPOINT_TOP.callingHours, days: ENDPOINT_TOP.days, timezone: ENDPOINT_TOP.timezone, duplicateCheck: ENDPOINT_TOP.duplicateCheck,
  lists: ENDPOINT_TOP.lists, workflow: ENDPOINT_TOP.workflow,
}

export const SETTINGS_SECTION = { ...CREDENTIALS, ...SETTINGS }

export type EndpointValues = ValuesOf<typeof ENDPOINT_SECTION>
export type EndpointPlaces = PlacesOf<typeof ENDPOINT_SECTION>

/** The keys of an endpoint, wherever they stand: at the top level, under Settings, under Options. */
export const readEndpointKeys = (root: Extract<YamlNode, { kind: 'map' }>, reading: Reading): { readonly values: EndpointValues; readonly places: EndpointPlaces } => {
  const top: YamlEntry[] = []
  const settings: YamlEntry[] = []
  const options: YamlEntry[] = []
  const branches: YamlEntry[] = []
  const seen = new Map<string, string>()
  for (const entry of root.entries) {
    if (entry.kind === 'entry' && isCircuitRule(entry.key)) { top.push({ ...entry, key: 'circuitBreaker', value: { kind: 'map', entries: [entry], place: entry.keyPlace } }); continue }
    const key = entry.kind === 'entry' ? blockOf(entry, reading) : ''
    const into = key === 'settings' || key === 'setting' ? settings : key === 'options' || key === 'option' ? options : null
    if (entry.kind === 'block' || into === null) { (entry.kind === 'entry' && branchCondition(entry.key) !== null ? branches : top).push(entry); continue }
    // The very same key twice is told by the reader of YAML.
    if ((seen.get(key) ?? entry.key) !== entry.key) reading.tell(entry.keyPlace, 'given-twice', `"${entry.key}" is given twice`, 'put all of its keys under one')
    seen.set(key, entry.key)
    if (entry.value.kind === 'map') for (const each of entry.value.entries) (each.kind === 'entry' && branchCondition(each.key) !== null ? branches : into).push(each)
    else reading.tell(entry.value.kind === 'list' ? entry.value.place : entry.keyPlace, 'wrong-shape', `${entry.key} is a block of keys`, 'write its keys on the lines below, indented')
  }
  const parts = [
    readSection(ENDPOINT_SECTION, top, reading, { elsewhere: (key, how) => elsewhere(key, how, TOP_HINTS) }),
    readSection(SETTINGS_SECTION, settings, reading, { within: 'Settings', elsewhere: (key, how) => elsewhere(key, how, SETTINGS_HINTS) }),
    readSection(OPTIONS_SECTION, options, reading, { within: 'Options', elsewhere: (key, how) => elsewhere(key, how, OPTIONS_HINTS) }),
  ]
  const values: Record<string, unknown> = {}
  const places: Record<string, Place> = {}
  const keys: Record<string, Place> = {}
  for (const part of parts) {
    for (const [name, key] of Object.entries(part.keys) as [string, Place][]) {
      const before = keys[name]
      if (before) reading.report(givenTwice((ENDPOINT_SECTION as Section)[name]?.key ?? name, key, before))
      else keys[name] = key
      places[name] ??= (part.places as Readonly<Record<string, Place>>)[name] ?? key
    }
    for (const [name, value] of Object.entries(part.values)) values[name] ??= value
  }
  const [first] = branches
  if (first?.kind === 'entry') {
    // The subject document's `If buyer_region = "west":` with a `Use` below it.
    if (places['endpoints']) reading.tell(first.keyPlace, 'given-twice', 'endpoints by region are given twice', 'write all of them under Endpoints')
    else {
      places['endpoints'] = first.keyPlace
      values['endpoints'] = ENDPOINTS.read({ kind: 'map', entries: branches, place: first.keyPlace }, reading)
    }
  }
  return { values, places } as { values: EndpointValues; places: EndpointPlaces }
}

const BLOCKS = ['Settings', 'Options']

/** Its key as it is compared; that of a block which is misspelt is told, and the block read all the same. */
const blockOf = ({ key, keyPlace, value }: Extract<YamlEntry, { kind: 'entry' }>, reading: Reading): string => {
  const known = normalKey(key)
  if (value.kind !== 'map' || namesOf(ENDPOINT_SECTION).has(known) || /^(settings?|options?)$/.test(known) || elsewhere(key, 'exact', TOP_HINTS) !== null) return known
  const near = suggest(key, [...Object.values(ENDPOINT_SECTION as Section).map((field) => field.key), ...BLOCKS])
  if (near === null || !BLOCKS.includes(near)) return known
  reading.tell(keyPlace, 'unknown-key', `"${key}" is no key of a recipient file`, `did you mean "${near}"?`)
  return normalKey(near)
}

interface Hint { readonly section: Section; readonly help: (field: string) => string }

const PATTERN_HINT: Hint = { section: PATTERN_SECTION, help: (key) => `"${key}" belongs to a pattern: write Pattern: Waterfall (or another) into a file of its own` }
const TOP_HINTS: readonly Hint[] = [
  { section: PARSING_SECTION, help: (key) => `"${key}" belongs under Response Parsing` },
  { section: AUTH_SECTION, help: (key) => `"${key}" belongs under Auth` },
  { section: STRATEGY_SECTION, help: (key) => `"${key}" belongs under Retry Strategy` },
  { section: BATCH_SECTION, help: (key) => `"${key}" belongs under Batch` },
  { section: CIRCUIT_SECTION, help: (key) => `"${key}" belongs under Circuit Breaker` },
  { section: TEST_SECTION, help: (key) => `"${key}" belongs under Test Settings` },
  { section: PING_PARSING_SECTION, help: (key) => `"${key}" belongs under the Response Parsing of Ping` },
  PATTERN_HINT,
]
const SETTINGS_HINTS: readonly Hint[] = [
  { section: ENDPOINT_TOP, help: (key) => `"${key}" belongs at the top level, not under Settings` },
  { section: SERVICE_OPTIONS, help: (key) => `"${key}" belongs under Options` },
  ...TOP_HINTS,
]
const OPTIONS_HINTS: readonly Hint[] = [
  { section: SETTINGS, help: (key) => `"${key}" belongs under Settings` },
  { section: ENDPOINT_TOP, help: (key) => `"${key}" belongs at the top level, not under Options` },
  ...TOP_HINTS,
]

/** What other systems call what stands under another name here. */
const OTHER_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(lead)?(filters?|criteria|conditions?|states|statesaccepted|acceptedstates|geo)$/, 'write Accept When: lead.state in (CA, TX) and lead.loan_amount >= 100000'],
  [/^((daily|hourly|weekly|monthly|lead)?(caps?|limits?|volume)|max(imum)?(leads)?per(day|hour|month))$/, 'write Caps: 50 per day, 10 per hour'],
  [/^((business|operating|delivery|office)?hours|schedule|dayparting|openinghours)$/, 'write Call Window: 9am-5pm, Days: Mon-Fri and Timezone: America/New_York; the Schedule of a batch stands under Batch'],
  [/^(host(name)?|server|port|folder|directory|remotepath)$/, 'all of an address stands in Endpoint: sftp://user@sftp.example.com:22/folder/, smtp://user@mail.example.com:587 or https://…'],
  [/^(columns|csvcolumns|payload|fieldmap)$/, 'write Field Mapping: and a line for each field below it'],
  [/^header$/, 'write Headers: and a line for each below it; that of a signature stands under Auth'],
  [/^api(key|token)$/, 'write Headers: and X-API-Key: ${NAME} below it, or Auth: Bearer ${NAME}'],
]

const elsewhere = (key: string, how: 'exact' | 'near', hints: readonly Hint[]): string | null => {
  const other = how === 'exact' ? OTHER_NAMES.find(([names]) => names.test(normalKey(key)))?.[1] : undefined
  if (other !== undefined) return other
  for (const { section, help } of hints) {
    const near = how === 'exact' ? withoutRemark(key) : suggest(key, Object.values(section).map((field) => field.key))
    const name = near === null ? undefined : namesOf(section).get(normalKey(near))
    if (name !== undefined) return `${how === 'exact' ? '' : 'perhaps '}${help(section[name]?.key ?? key)}`
  }
  return null
}
