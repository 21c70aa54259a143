import { commonDivisor } from '../../base/common-divisor.ts'
import type { Place } from '../../base/diagnostic.ts'
import type { Money } from '../../base/money.ts'
import { durationWords } from '../../base/time.ts'
import { ENDPOINT_SECTION } from '../endpoint-keys.ts'
import { take, type PlacesOf, type Reading, type ValuesOf } from '../fields/field.ts'
import { KEYS_OF, PATTERN_SECTION, type PatternKind } from '../fields/pattern.ts'
import type { WindowRow } from '../fields/references.ts'
import { namesOf, readSection } from '../fields/section.ts'
import { normalKey } from '../keys.ts'
import { currencyOf, inCurrency } from '../policy-of.ts'
import { aboutOf } from '../read-endpoint.ts'
import { parseReference, type Reference } from '../values/reference.ts'
import { parseWindowLabel } from '../values/window-label.ts'
import type { YamlEntry, YamlNode } from '../yaml-tree.ts'
import { FALLBACK_MOVES_ON, WATERFALL_MOVES_ON, type Pattern, type Shape } from './pattern.ts'

type Values = ValuesOf<typeof PATTERN_SECTION>
type Places = PlacesOf<typeof PATTERN_SECTION>

const DEFAULT_PING_TIMEOUT_MS = 3_000

/** Reads a pattern file; its recipients are found when all files are read. */
export const readPattern = (id: string, name: string, root: Extract<YamlNode, { kind: 'map' }>, place: Place, reading: Reading): Pattern => {
  const { values, places } = readSection(PATTERN_SECTION, withWindows(root.entries), reading, { within: 'a pattern', elsewhere })
  const currency = currencyOf(values)
  const kind = places.pattern ? values.pattern : guessed(places, place, reading)
  tellOfPrices(values, inCurrency(values.minimumPrice, currency), reading)
  return {
    id, place, currency: values.currency === undefined ? null : currency,
    name: kind === 'single' && !places.try && !places.sendTo ? values.name ?? spoken(id) : name,
    title: kind === undefined ? null : titleOf(kind),
    about: aboutOf(values),
    test: values.testSettings ?? null,
    guard: { acceptWhen: values.acceptWhen ?? null, minimumPrice: values.minimumPrice, minimumMargin: values.minimumMargin, cost: values.cost },
    shape: kind === undefined ? null : shapeOf(kind, values, places, place, reading),
  }
}

/** `Hour 0-24: Exclusive Buyer ($75)` at the top level, as the subject document prints it, is a row of Windows. */
const withWindows = (entries: readonly YamlEntry[]): readonly YamlEntry[] => {
  const isRow = (each: YamlEntry): each is Extract<YamlEntry, { kind: 'entry' }> => each.kind === 'entry' && parseWindowLabel(each.key, each.keyPlace).ok
  const rows = entries.filter(isRow)
  const [first] = rows
  if (!first) return entries
  return [...entries.filter((each) => !isRow(each)), { kind: 'entry', key: 'Windows', keyPlace: first.keyPlace, value: { kind: 'map', entries: rows, place: first.keyPlace } }]
}

const elsewhere = (key: string, how: 'exact' | 'near'): string | null =>
  how === 'exact' && normalKey(key) === 'type' ? 'write Pattern: Waterfall, or another of the patterns' : how === 'exact' && (/^settings?$|^options?$/i.test(key.trim()) || namesOf(ENDPOINT_SECTION).has(normalKey(key))) ? `a pattern sends nothing itself: write "${key}" into the files of its recipients` : null

const guessed = (places: Places, place: Place, reading: Reading): undefined => {
  const likely = places.windows ? 'Exclusive Window' : places.buyers ? 'Ping/Post' : places.sendTo ? 'Simultaneous' : 'Waterfall'
  return reading.tell(place, 'missing-key', 'this recipient names others, but no Pattern', `write Pattern: ${likely}`)
}

/** Amounts of different currencies are not compared: such a recipient is never passed by. */
const tellOfPrices = ({ try: tried, sendTo, buyers, windows }: Values, minimum: Money | null, reading: Reading): void => {
  if (minimum === null) return
  for (const { price, place } of [tried, sendTo, buyers, ...(windows ?? []).map((each) => each.references)].flatMap((each) => each ?? [])) {
    if (price !== null && inCurrency(price, minimum.currency).currency !== minimum.currency) reading.tell(place, 'other-currency', `this price is in ${price.currency}, and Minimum Price in ${minimum.currency}: they cannot be compared`, 'write both in one currency', 'warning')
  }
}

/** The name of a file, for people: `my-buyer` is "My Buyer". */
const spoken = (id: string): string => id.split(/[\s_-]+/).map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(' ')

const shapeOf = (kind: PatternKind, values: Values, places: Places, place: Place, reading: Reading): Shape | null => {
  const keys = KEYS_OF[kind]
  for (const name of ['try', 'finally', 'windows', 'sendTo', 'buyers', 'accept', 'pingTimeout', 'minimumBid'] as const) {
    const at = places[name]
    if (at && name !== keys.list && !keys.also.includes(name)) reading.tell(at, 'unused-key', `"${PATTERN_SECTION[name].key}" means nothing to Pattern: ${titleOf(kind)}`, `its recipients stand under ${PATTERN_SECTION[keys.list].key}`)
  }
  if (kind === 'single') return singleShape(values, places, place, reading)
  if (!places[keys.list]) {
    reading.tell(place, 'missing-key', `Pattern: ${titleOf(kind)} needs ${PATTERN_SECTION[keys.list].key}`, `write ${PATTERN_SECTION[keys.list].key}: ${PATTERN_SECTION[keys.list].example}`)
    return null
  }
  const written = values[keys.list]
  if (written === undefined) return null
  if (written.length === 0) {
    reading.tell(places[keys.list] ?? place, 'empty-value', `${PATTERN_SECTION[keys.list].key} names no recipient`, 'name at least one')
    return null
  }
  const last = values.finally ?? null
  switch (kind) {
    case 'waterfall': return { kind: 'sequence', steps: plain(values.try, kind, reading), moveOn: WATERFALL_MOVES_ON, finally: last }
    case 'fallback': return { kind: 'sequence', steps: plain(values.try, kind, reading), moveOn: FALLBACK_MOVES_ON, finally: last }
    case 'exclusive window': return { kind: 'windows', windows: inOrder(values.windows ?? [], reading), finally: last }
    case 'simultaneous': {
      if (values.accept === 'bid') reading.tell(places.accept ?? place, 'bad-value', 'highest bid is for Ping/Post', 'write first responder, all, or up to 3')
      return { kind: 'race', entrants: plain(values.sendTo, kind, reading), accept: typeof values.accept === 'number' ? values.accept : 1 }
    }
    case 'ping/post': {
      if (typeof values.accept === 'number') reading.tell(places.accept ?? place, 'bad-value', 'Ping/Post sends to the highest bid', 'write Accept: highest bid, or leave it out')
      return { kind: 'auction', bidders: plain(values.buyers, kind, reading), windowMs: values.pingTimeout ?? DEFAULT_PING_TIMEOUT_MS, floor: values.minimumBid }
    }
    case 'round robin': return { kind: 'share', entrants: plain(values.try, kind, reading), weights: (values.try ?? []).map(() => 1) }
    case 'weighted': return weightedShape(values.try ?? [], places.try ?? place, reading)
  }
}

const titleOf = (kind: PatternKind): string => kind.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())

const singleShape = (values: Values, places: Places, place: Place, reading: Reading): Shape | null => {
  const given = values.try ?? values.sendTo
  if (given && given.length > 1) {
    reading.tell(given[1]?.place ?? place, 'bad-value', 'a Single pattern has one recipient', 'write Pattern: Waterfall for several')
    return null
  }
  const to: Reference | undefined = given?.[0] ?? (places.try || places.sendTo || values.recipient === undefined ? undefined : take(parseReference(values.recipient, places.recipient ?? place), reading))
  plain(to ? [to] : [], 'single', reading)
  return to ? { kind: 'single', to, finally: values.finally ?? null } : null
}

/** Shares are for Weighted alone. */
const plain = (references: readonly Reference[] = [], kind: PatternKind, reading: Reading): readonly Reference[] => {
  for (const each of references) if (each.weight !== null) reading.tell(each.place, 'unused-share', `a share (${each.weight}%) means nothing to Pattern: ${titleOf(kind)}`, 'write Pattern: Weighted, or leave the share out')
  return references
}

const weightedShape = (references: readonly Reference[], place: Place, reading: Reading): Shape | null => {
  const without = references.filter((each) => each.weight === null)
  for (const each of without) reading.tell(each.place, 'missing-share', `${each.name} has no share`, `write ${each.name} (50%), or Pattern: Round Robin for equal shares`)
  if (without.length > 0) return null
  const weights = references.map((each) => each.weight ?? 0)
  const total = Math.round(weights.reduce((sum, each) => sum + each, 0) * 1_000) / 1_000
  if (total !== 100) {
    reading.tell(place, 'bad-shares', `the shares add up to ${total}%, not 100%`, 'change them so that they add up to 100%')
    return null
  }
  return { kind: 'share', entrants: references, weights: wholeWeights(weights) }
}

const inOrder = (rows: readonly WindowRow[], reading: Reading): readonly WindowRow[] => {
  rows.forEach((row, i) => {
    plain(row.references, 'exclusive window', reading)
    const before = rows[i - 1]
    // `Day 1-2` is the second day: the first is `Day 0-1`.
    if (row.opensMs > (before === undefined ? 0 : before.closesMs ?? row.opensMs)) reading.tell(row.place, 'window-gap', `nobody has a lead ${before === undefined ? 'before' : `between "${before.label}" and`} "${row.label}", which opens ${durationWords(row.opensMs)} after it was received`, before === undefined ? 'begin with 0: Hour 0-24, or Day 0-1 for the first day' : 'begin where the one before ends: Hour 0-24, Hour 24-48', 'warning')
    if (!before) return
    if (before.closesMs === null) reading.tell(before.place, 'bad-window', `"${before.label}" never closes, so that the next window is never used`, 'put it last')
    else if (row.opensMs < before.closesMs) reading.tell(row.place, 'bad-window', `"${row.label}" opens before "${before.label}" closes`, 'write windows in order, each from the end of the one before')
  })
  return rows
}

/** Shares as the smallest whole numbers: 60, 30, 10 is 6, 3, 1, so that every ten leads are shared exactly. */
const wholeWeights = (shares: readonly number[]): readonly number[] => {
  const whole = shares.map((each) => Math.round(each * 1_000))
  const divisor = whole.reduce(commonDivisor, 0)
  return divisor === 0 ? whole : whole.map((each) => each / divisor)
}
