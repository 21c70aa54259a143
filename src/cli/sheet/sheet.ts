import { createMasker } from '../../base/secrets.ts'
import type { Instant } from '../../base/time.ts'
import type { Recipient } from '../../definitions/types.ts'
import { compileEndpoint } from '../../wire/compile.ts'
import type { ShownRequest } from '../../wire/request.ts'
import { judgeSamples } from '../samples.ts'
import { answerRulesOf, type AnswerRule } from './answers.ts'
import { secretsOf } from './auth.ts'
import { factsOf, type Fact } from './facts.ts'
import { fieldsOf, leadFieldsIn, type SheetField } from './fields.ts'
import { sampleInput, sampleLead } from './sample-lead.ts'

/** A buyer on one page. Nothing secret is in it: every text has been masked. */
export interface Sheet {
  readonly name: string
  readonly facts: readonly Fact[]
  readonly fields: readonly SheetField[]
  readonly answers: readonly AnswerRule[]
  /** Made by the live rules from a lead of nobody; null where none can be made. */
  readonly request: ShownRequest | null
  readonly samples: readonly { readonly text: string; readonly means: string }[]
}

export const sheetOf = (recipient: Extract<Recipient, { kind: 'endpoint' }>, secrets: ReadonlySet<string>, at: Instant, hasPriceFallback: boolean): Sheet => {
  const { definition, policy } = recipient
  const mask = createMasker([...secrets, ...secretsOf(definition)])
  const lead = sampleLead(leadFieldsIn(definition.mapping))
  const input = sampleInput(lead, at)
  const { endpoint } = compileEndpoint(definition, { hasPriceFallback })
  const made = definition.batch ? endpoint?.renderBatch([input]) : endpoint?.render(input)
  return {
    name: recipient.name,
    facts: factsOf(definition, policy).map((each) => ({ ...each, text: mask(each.text) })),
    fields: fieldsOf(definition, input).map(({ name, from, when, example }) => ({ name, from: mask(from), when, example: mask(example) })),
    answers: answerRulesOf(definition).map(({ means, when }) => ({ means: mask(means), when: mask(when) })),
    request: made?.ok ? masked(made.request, mask) : null,
    samples: endpoint ? judgeSamples(endpoint, at).judged.map(({ sample, text }) => ({ text: mask(sample.text.trim()), means: mask(text) })) : [],
  }
}

const masked = ({ method, url, headers, body }: ShownRequest, mask: (text: string) => string): ShownRequest => ({
  method, url: mask(url), headers: headers.map(([name, value]) => [name, mask(value)] as const), body: typeof body === 'string' ? mask(body) : body,
})
