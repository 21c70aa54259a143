import { isSameProblem, type Diagnostic, type Report } from '../base/diagnostic.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { Endpoint, Renderer } from './endpoint.ts'
import { createReader, type ReaderOptions } from './read.ts'
import { readerProblems } from './reader-problems.ts'
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
