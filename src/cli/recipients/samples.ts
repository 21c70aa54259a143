import { diagnosticAt, type Diagnostic } from '../../base/diagnostic.ts'
import { formatMoney } from '../../base/money.ts'
import type { SampleAnswer } from '../../definitions/answer-definition.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import { parseHttpMessage } from '../../wire/parse/http-message.ts'

/** One sample answer of a recipient and what its parsing makes of it. */
interface JudgedSample {
  readonly recipient: string
  readonly sample: SampleAnswer
  readonly verdict: Verdict
  readonly text: string
}

/** Samples run through the recipient's own parsing; one that means something else than the file says is an error. */
export const judgeSamples = (endpoint: Endpoint, at: number): { readonly judged: readonly JudgedSample[]; readonly diagnostics: readonly Diagnostic[] } => {
  const judged = endpoint.definition.samples.map((sample) => {
    const verdict = endpoint.read(parseHttpMessage(Buffer.from(sample.text), { at, maximumResponse: endpoint.definition.transport.maximumResponse }), 'post')
    return { recipient: endpoint.definition.id, sample, verdict, text: meaningOf(verdict) }
  })
  return { judged, diagnostics: judged.flatMap(faultOf) }
}

const faultOf = ({ sample, verdict, text }: JudgedSample): readonly Diagnostic[] => {
  if (sample.means !== null) {
    return sameMeaning(sample.means, verdict.kind) ? [] : [diagnosticAt(sample.place, 'sample-means', `this sample is said to mean ${sample.means}, but by the rules of Response Parsing it is ${text}`, 'mend Response Parsing, or what the sample is said to mean')]
  }
  if (verdict.kind !== 'unconfirmed' && verdict.kind !== 'failed') return []
  return [diagnosticAt(sample.place, 'sample-means', `by the rules of Response Parsing this sample answer is ${text}`, 'check the paths under Response Parsing against the sample, or say with Means: what it should mean', 'warning')]
}

/** `Accepted`, `success`, `Duplicate (no revenue)`: the first word counts. */
const sameMeaning = (means: string, kind: Verdict['kind']): boolean => {
  const word = /[a-z]+/i.exec(means)?.[0].toLowerCase() ?? ''
  return (SYNONYMS[word] ?? word) === kind
}

const SYNONYMS: Readonly<Record<string, string>> = { success: 'accepted', accept: 'accepted', sold: 'accepted', matched: 'accepted', reject: 'rejected', declined: 'rejected', unmatched: 'rejected', dup: 'duplicate', error: 'failed', failure: 'failed', fail: 'failed' }

const meaningOf = (verdict: Verdict): string => {
  const parts: string[] = [verdict.kind]
  if (verdict.buyerLeadId) parts.push(`as ${verdict.buyerLeadId}`)
  if ('price' in verdict && verdict.price !== null) parts.push(`for ${formatMoney(verdict.price)} ${verdict.price.currency}`)
  return parts.join(' ') + (verdict.reason === null ? '' : ` (${verdict.reason})`)
}
