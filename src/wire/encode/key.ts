import { diagnosticAt, type Diagnostic } from '../../base/diagnostic.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Text } from '../../definitions/text.ts'
import type { RenderInput } from '../endpoint.ts'
import { textsOf } from '../ping-lead.ts'
import { compilePieces, compileTemplate, type TemplateOptions } from '../template/template.ts'
import { textOf } from '../template/text-of.ts'
import { headerValue } from './headers.ts'

/**
 * A key that the lead cannot fill whole (`{{lead.order}}-1`, and no order), or that comes out the same for nobody (`1`, or a
 * guard around the order), would be that of many leads, which the buyer would take for one: ours is used then.
 */
export const compileKey = (key: Text | null, phase: PhaseName, options: TemplateOptions): ((input: RenderInput) => string) => {
  if (!key) return (input) => headerValue(input.key)
  const changing = OF_ONE_TRY.exec(key.text)?.[0]
  if (changing !== undefined) options.tell(key.place, 'changing-key', `\`${changing}\` makes this key another one when a request is repeated: the buyer would take the repeat for a new lead`, 'write {{lead.id}}-{{delivery_attempt}}, which stays the same for all tries')
  const template = compileTemplate(key, options)
  const parts = (compilePieces(key, options) ?? []).flatMap((each) => (each.kind === 'value' ? [each.read] : []))
  return (input) => {
    const textFor = (whose: RenderInput): string => (template.kind === 'constant' ? template.value : textOf(template.read(whose) ?? ''))
    const text = textFor(input)
    const isOwn = text !== textFor(ofNobody(input)) && parts.every((read) => textOf(read(input) ?? '').trim() !== '')
    return headerValue(!isOwn ? input.key : phase === 'ping' ? ofPing(text) : text)
  }
}

/** What is another at the next try, or where another run brings the lead (`now` is that of the first try); within a tag, and neither a field of the lead nor a text. */
const OF_ONE_TRY = /(?<=\{\{[^{}]*(?<![\w.\]"'-]))(?:attempt|run\.id)(?![\w."'-])(?=[^{}]*\}\})/

/** A key of the author's own goes with one body: the post's. Under it a buyer would answer the post as it answered the ping, or refuse it. */
const ofPing = (key: string): string => `${key}-ping`

const ofNobody = ({ ping: _ping, ...input }: RenderInput): RenderInput => ({ ...input, lead: { id: '', fields: {} }, deliveryId: '' })

/** A buyer that compares what comes under one key refuses a repeat that says something else. */
export const changingBodies = ({ idempotency, mapping, extraFields, url, backupUrl, endpoints }: EndpointDefinition): readonly Diagnostic[] =>
  idempotency === null ? [] : [...textsOf(mapping), ...textsOf(extraFields), ...[url, backupUrl, ...endpoints.map(({ use }) => use)].filter((each) => each?.text.includes('{{')).filter((each) => each !== null)]
    // Of a block its opening stands there without braces.
    .filter(({ text }) => [...(text.includes('{{') ? text : `{{${text}}}`).matchAll(new RegExp(OF_ONE_TRY, 'g'))].some(([name]) => name === 'attempt'))
    .map(({ place }) => diagnosticAt(place, 'changing-body', '`attempt` is another number when a request is repeated: what comes under one key is then not the same, and a buyer may refuse it', 'write {{delivery_attempt}}, which stays the same for all tries, or put it into a header (X-Attempt: {{attempt}})', 'warning'))
