import type { Condition } from '../../core/condition.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { ParsingDefinition, ResponseCodeRow } from '../../definitions/answer-definition.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Reply } from '../request.ts'
import { sampleSketch } from './samples.ts'
import { draw, type Sketch } from './sketch.ts'
import { SLOT, compileSketch, type Filled, type Filling } from './slots.ts'
import { waysTo, type Wish } from './wishes.ts'

/** What a simulated buyer means to say. */
export type Intent = 'accepted' | 'rejected' | 'duplicate' | 'invalid' | 'unreadable'

/** One thing a buyer can say, in its own language. */
export interface Answer {
  readonly fill: (filling: Filling) => Filled
  /** `number` where the buyer's ids can only be digits. */
  readonly ids: 'text' | 'number'
  /** Why this is not what was meant, for a person; null where the reader reads it as meant. */
  readonly note: string | null
}

/** Reads an answer as the recipient's own rules do. */
export type Read = (reply: Reply, phase: PhaseName) => Verdict

/** The first answer that the recipient's own reader understands as meant; the last resort, with a note, where there is none. */
export const answerFor = (intent: Intent, definition: EndpointDefinition, phase: PhaseName, read: Read): Answer => {
  const parsing = parsingOf(definition, phase)
  const samples = patchedSamples(definition, phase, read, intent)
  const drawn = CANDIDATES[intent](parsing, phase === 'ping' ? [] : definition.responseCodes)
  // Samples are of the post: read as a ping's answer, most of them say no.
  const candidates = phase === 'ping' ? [...drawn, ...samples] : [...samples, ...drawn]
  for (const sketch of candidates) {
    const fill = compileSketch(sketch)
    for (const ids of ['text', 'number'] as const) {
      if (meant(intent, fill(probe(ids)), probe(ids), parsing, phase, read)) return { fill, ids, note: null }
    }
  }
  const last = compileSketch(lastResort(intent, parsing))
  const verdict = read(replyOf(last(probe('text'))), phase)
  return { fill: last, ids: 'text', note: noteOf(intent, verdict.kind) }
}

/** Rows that stand at an XPath are XML, by whatever paths each is read. */
const parsingOf = ({ ping, parsing, batch }: EndpointDefinition, phase: PhaseName): ParsingDefinition => {
  if (phase === 'ping' && ping) return ping.parsing
  return parsing.format === null && batch?.results?.kind === 'path' && batch.results.text.startsWith('/') ? { ...parsing, format: 'xml' } : parsing
}

export const replyOf = ({ status, headers, body }: Filled): Reply =>
  ({ kind: 'answer', status, headers, body: Buffer.from(body), truncated: false, durationMs: 1, at: 0 })

const probe = (ids: Answer['ids']): Filling => ({ id: ids === 'text' ? 'SB7K2M9QXA' : '4821337790', price: '31.50', message: 'Daily cap reached' })

const meant = (intent: Intent, filled: Filled, filling: Filling, parsing: ParsingDefinition, phase: PhaseName, read: Read): boolean => {
  const verdict = read(replyOf(filled), phase)
  switch (intent) {
    case 'accepted':
      if (phase === 'ping') return verdict.kind === 'bid'
      return verdict.kind === 'accepted' && (parsing.leadId === null || verdict.buyerLeadId === filling.id || !filled.body.includes(filling.id) && verdict.buyerLeadId !== null)
    case 'rejected': return verdict.kind === 'rejected'
    case 'duplicate': return verdict.kind === 'duplicate'
    case 'invalid': return verdict.kind === 'failed' && verdict.class === 'invalid_data' && !verdict.retry && filled.status >= 400
      && (parsing.message === null || (verdict.reason ?? '').includes(filling.message))
    case 'unreadable': return verdict.kind === 'unconfirmed'
  }
}

/** Sample answers of that meaning, with a slot where the buyer's lead id stood. */
const patchedSamples = (definition: EndpointDefinition, phase: PhaseName, read: Read, intent: Intent): readonly Sketch[] =>
  definition.samples.map(sampleSketch).flatMap((sketch) => {
    const verdict = read(replyOf(sketch), phase)
    // A sample's own reason would name the fields of another lead.
    const body = intent === 'invalid' && typeof verdict.reason === 'string' && verdict.reason !== '' ? sketch.body.replace(verdict.reason, SLOT.message) : sketch.body
    const id = 'buyerLeadId' in verdict ? verdict.buyerLeadId : null
    const pingId = verdict.kind === 'bid' ? verdict.pingId : null
    const patched = [id, pingId].reduce<string>((text, each) => each ? text.replaceAll(each, SLOT.id) : text, body)
    return patched === sketch.body ? [sketch] : [{ ...sketch, body: patched }, sketch]
  })

const CANDIDATES: Readonly<Record<Intent, (parsing: ParsingDefinition, rows: readonly ResponseCodeRow[]) => readonly Sketch[]>> = {
  accepted: (parsing, rows) => [
    ...drawAll(parsing.success, true, 'accepted', parsing, slots(parsing, 'id', 'price')),
    ...rowSketches(rows, 'success', parsing, slots(parsing, 'id', 'price')),
    draw(slots(parsing, 'id', 'price'), 200, parsing),
    draw(slots(parsing, 'id', 'price'), 201, parsing),
  ],
  rejected: (parsing, rows) => [
    ...drawAll(parsing.rejected, true, 'rejected', parsing, slots(parsing, 'message')),
    ...drawAll(parsing.success, false, 'rejected', parsing, slots(parsing, 'message')),
    ...rowSketches(rows, 'rejected', parsing, slots(parsing, 'message')),
    draw([...slots(parsing, 'message'), body('REJECTED')], 200, parsing),
    // A bid of nothing is no bid.
    ...(parsing.bid ? drawAll(parsing.success, true, 'accepted', parsing, [{ path: parsing.bid, value: 0 }]) : []),
    ...(parsing.bid ? [draw([{ path: parsing.bid, value: 0 }], 200, parsing)] : []),
    { status: 204, headers: {}, body: '' },
  ],
  duplicate: (parsing, rows) => [
    ...drawAll(parsing.duplicate, true, 'duplicate', parsing, slots(parsing, 'message')),
    ...rowSketches(rows, 'duplicate', parsing, slots(parsing, 'message')),
    ...[...ways(parsing.success, false, 'duplicate'), []].map((way) => draw([...way, ...slots(parsing, 'message')], 409, parsing)),
  ],
  invalid: (parsing, rows) => [
    ...[...ways(parsing.success, false, 'invalid'), []].map((way) => draw([...way, ...said(parsing)], 400, parsing)),
    ...rowSketches(rows, 'invalid-data', parsing, said(parsing)),
    draw(said(parsing), 422, parsing),
  ],
  unreadable: () => [
    { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html><head><title>Scheduled maintenance</title></head><body><h2>We will be back soon' },
    { status: 200, headers: { 'content-type': 'application/json' }, body: '{"stat' },
    { status: 200, headers: { 'content-type': 'application/xml' }, body: '<response><resu' },
    { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: '' },
  ],
}

const ways = (condition: Condition | null, want: boolean, no: string): readonly (readonly Wish[])[] => condition === null ? [] : waysTo(condition, want, no)

/** Each way twice: as it is, and with what would say otherwise first (Error, Duplicate, Rejected) denied. */
const drawAll = (condition: Condition | null, want: boolean, no: string, parsing: ParsingDefinition, more: readonly Wish[]): readonly Sketch[] => {
  const denied = [parsing.error, parsing.duplicate, parsing.rejected].filter((each) => each !== condition).flatMap((each) => ways(each, false, no)[0] ?? [])
  return ways(condition, want, no).flatMap((way) => [200, 201].flatMap((status) => [
    draw([...way, ...more], status, parsing),
    draw([...way, ...denied, ...more], status, parsing),
    draw(way, status, parsing),
  ]))
}

const rowSketches = (rows: readonly ResponseCodeRow[], means: ResponseCodeRow['means'], parsing: ParsingDefinition, more: readonly Wish[]): readonly Sketch[] =>
  rows.filter((row) => row.means === means).flatMap((row) => {
    const status = row.status?.from ?? 200
    const own = row.when === null ? [[]] : waysTo(row.when, true, 'rejected')
    return own.flatMap((way) => [
      draw([...way, ...more], status, parsing),
      // A table and parsing rules together: both must be content.
      ...ways(parsing.success, means === 'success', 'rejected').map((also) => draw([...way, ...also, ...more], status, parsing)),
    ])
  })

/** Lead id, price and message where the recipient looks for them. */
const slots = (parsing: ParsingDefinition, ...names: readonly (keyof typeof SLOT)[]): readonly Wish[] => {
  const wishes: Wish[] = []
  const at = (path: ParsingDefinition['leadId'], value: string) => { if (path) wishes.push({ path, value }) }
  for (const name of names) {
    if (name === 'id') { at(parsing.leadId, SLOT.id); at(parsing.pingId, SLOT.id) }
    else if (name === 'price') { at(parsing.price, SLOT.price); at(parsing.bid, SLOT.price) }
    else at(parsing.message, SLOT.message)
  }
  if (names.includes('id')) {
    for (const [name, path] of Object.entries(parsing.capture)) wishes.push({ path, value: `sandbox-${name}`, soft: true })
    at(parsing.redirectUrl, 'https://buyer.example.com/thank-you')
  }
  return wishes
}

/** The message where the recipient looks for it, else where a person would. */
const said = (parsing: ParsingDefinition): readonly Wish[] =>
  parsing.message ? slots(parsing, 'message') : [{ path: { kind: 'path', text: speaksPaths(parsing) ? 'message' : 'body' }, value: SLOT.message }]

const speaksPaths = ({ success, leadId, price, format }: ParsingDefinition): boolean =>
  format === 'json' || (format === null && (leadId ?? price)?.kind !== 'css' && JSON.stringify(success ?? {}).includes('"text":"body"') === false)

const body = (value: string): Wish => ({ path: { kind: 'path', text: 'body' }, value })

const lastResort = (intent: Intent, parsing: ParsingDefinition): Sketch => {
  switch (intent) {
    case 'accepted': return draw(slots(parsing, 'id', 'price'), 200, parsing)
    case 'rejected': return draw(said(parsing), 422, parsing)
    case 'duplicate': return draw(said(parsing), 409, parsing)
    case 'invalid': return draw(said(parsing), 400, parsing)
    case 'unreadable': return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html><body><h2>We will be back soon' }
  }
}

const noteOf = (intent: Intent, got: Verdict['kind']): string =>
  intent === 'rejected' && got !== 'rejected'
    ? `this recipient's rules have no way to say no (no Success rule?): 422 is sent, which reads as ${got}`
    : `no answer was found that this recipient's rules read as ${intent}: this one reads as ${got}; an Expected Response would help`
