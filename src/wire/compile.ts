import { diagnosticAt, isSameProblem, type Diagnostic, type Place, type Report } from '../base/diagnostic.ts'
import type { ValuePath } from '../core/condition.ts'
import type { ParsingDefinition } from '../definitions/answer-definition.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { Endpoint, Renderer } from './endpoint.ts'
import { compilePath, pathsOf, pathText } from './parse/path.ts'
import { createReader, type ReaderOptions } from './read.ts'
import { compileRenderer } from './render.ts'
import { compileEmail } from './types/email/render.ts'
import { compileFive9 } from './types/five9/render.ts'
import { compileFile } from './types/file/render.ts'
import { compileHubspot } from './types/hubspot/render.ts'
import { compileSalesforce } from './types/salesforce/render.ts'

/** Compiles one recipient's definition, once; every mistake is a diagnostic, and with an error there is no endpoint. */
export const compileEndpoint = (definition: EndpointDefinition, options?: ReaderOptions): { readonly endpoint: Endpoint | null; readonly diagnostics: readonly Diagnostic[] } => {
  const diagnostics: Diagnostic[] = []
  const reader = createReader(definition, options)
  if (definition.type === 'pool') {
    const nothing = () => ({ ok: false as const, reason: 'a pool keeps leads and sends nothing' })
    return { endpoint: { definition, render: nothing, renderBatch: nothing, ...reader }, diagnostics }
  }
  // What ping and post share is compiled for each; a mistake in it is told once.
  const report: Report = (problem) => { if (!diagnostics.some((each) => isSameProblem(each, problem))) diagnostics.push(problem) }
  readerProblems(definition).forEach(report)
  const renderer = rendererOf(definition, report)
  const sound = diagnostics.every((each) => each.severity !== 'error')
  return { endpoint: sound ? { definition, ...renderer, ...reader } : null, diagnostics }
}

const rendererOf = (definition: EndpointDefinition, report: Report): Renderer => {
  switch (definition.type) {
    case 'five9.add_to_list': return compileFive9(definition, report)
    case 'salesforce.create_lead': return compileSalesforce(definition, report)
    case 'hubspot.create_or_update_contact': return compileHubspot(definition, report)
    case 'email': return compileEmail(definition, report)
    case 'sftp': case 'file': return compileFile(definition, report)
    default: return compileRenderer(definition, report)
  }
}

/** Paths in `Response Parsing`, `Response Codes`, `Retry On`, `Ping` and `Batch` that nothing can read: a mistake to mend before a lead is sent. */
export const readerProblems = (definition: EndpointDefinition): readonly Diagnostic[] => [
  ...ofParsing(definition.parsing, definition.place),
  ...(definition.ping ? ofParsing(definition.ping.parsing, definition.place) : []),
  ...definition.responseCodes.flatMap((row) => (row.when ? pathsOf(row.when) : []).flatMap((path) => problemAt(path, row.place))),
  ...definition.retryOn.flatMap(({ when }) => (when ? pathsOf(when) : []).flatMap((path) => problemAt(path, definition.place))),
  ...(definition.batch?.results ? problemAt(definition.batch.results, definition.place) : []),
]

const ofParsing = (parsing: ParsingDefinition, otherwise: Place): readonly Diagnostic[] => {
  const { success, rejected, duplicate, error, leadId, price, message, redirectUrl, bid, pingId, capture } = parsing
  const conditions = Object.entries({ success, rejected, duplicate, error }).flatMap(([key, condition]) => (condition ? pathsOf(condition).map((path) => [key, path] as const) : []))
  const paths = Object.entries({ leadId, price, message, redirectUrl, bid, pingId, ...capture }).flatMap(([key, path]) => (path ? [[key, path] as const] : []))
  return [...conditions, ...paths].flatMap(([key, path]) => problemAt(path, parsing.places[key] ?? parsing.places['capture'] ?? otherwise))
}

const problemAt = (path: ValuePath, place: Place): readonly Diagnostic[] => {
  if (path.kind === 'path' && /^http[_-]?(status|code)([_-]?code)?$/i.test(path.text)) return [diagnosticAt(place, 'http-status', `${path.text} is looked for in the body of the answer`, "the answer's own status is http.status", 'warning')]
  return compilePath(path) ? [] : [diagnosticAt(place, 'unreadable-path', `${NAMES[path.kind]} \`${pathText(path)}\` cannot be read`, HELP[path.kind])]
}

const NAMES = { path: 'the path', css: 'the CSS selector', regex: 'the pattern' } as const
const HELP = {
  path: 'write a JSON path (`result.id`), or an XPath that starts with `/` (`//result`)',
  css: 'write a CSS selector, such as css(h1.status) or css(#p @data-price)',
  regex: 'write a regular expression whose first group is the value, such as regex(id=(\\d+))',
} as const
