import { createMasker } from '../../base/secrets.ts'
import type { Instant } from '../../base/time.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { EndpointDefinition } from '../../definitions/endpoint-definition.ts'
import type { Recipient } from '../../definitions/recipient.ts'
import { compileEndpoint } from '../../wire/compile.ts'
import type { ShownRequest } from '../../wire/request.ts'
import { judgeSamples } from '../recipients/samples.ts'
import { answerRulesOf, type AnswerRule } from './answers.ts'
import { secretsOf } from './auth.ts'
import { factsOf, type Fact } from './facts.ts'
import { fieldsOf, leadFieldsIn, type SheetField } from './fields.ts'
import { sampleInput, sampleLead } from './sample-lead.ts'

/** One kind of request: what goes in, and how its answers are read. */
export interface Talk {
  readonly fields: readonly SheetField[]
  readonly answers: readonly AnswerRule[]
  /** Made by the live rules from a lead of nobody; null where none can be made. */
  readonly request: ShownRequest | null
}

/** A buyer on one page. Nothing secret is in it: every text has been masked. */
export interface Sheet extends Talk {
  readonly name: string
  readonly facts: readonly Fact[]
  /** How it is asked for a bid; null where it is not. */
  readonly ping: Talk | null
  /** What values become, by table. */
  readonly tables: readonly { readonly name: string; readonly rows: readonly (readonly [value: string, becomes: string])[] }[]
  readonly samples: readonly { readonly text: string; readonly means: string }[]
}

export const sheetOf = (recipient: Extract<Recipient, { kind: 'endpoint' }>, secrets: ReadonlySet<string>, at: Instant, hasPriceFallback: boolean): Sheet => {
  const { definition, policy } = recipient
  const mask = createMasker([...secrets, ...secretsOf(definition)])
  const { ping, tables } = definition
  const { endpoint } = compileEndpoint(definition, { hasPriceFallback })
  const talk = (about: EndpointDefinition, phase: PhaseName): Talk => {
    const captures = Object.keys(ping?.parsing.capture ?? {}).map((name) => [name, `(${name})`] as const)
    const input = { ...sampleInput(sampleLead(leadFieldsIn(about.mapping)), Object.fromEntries(captures), at), phase }
    const made = definition.batch && phase === 'post' ? endpoint?.renderBatch([input]) : endpoint?.render(input)
    return {
      fields: fieldsOf(about, input).map(({ name, from, when, example }) => ({ name, from: mask(from), when, example: mask(example) })),
      answers: answerRulesOf(about).map(({ means, when }) => ({ means: mask(means), when: mask(when) })),
      request: made?.ok ? masked(made.request, mask) : null,
    }
  }
  return {
    ...talk(definition, 'post'),
    name: recipient.name,
    facts: factsOf(definition, policy).map((each) => ({ ...each, text: mask(each.text) })),
    ping: ping && talk({ ...definition, mapping: ping.mapping, parsing: ping.parsing, responseCodes: [] }, 'ping'),
    tables: Object.entries(tables).map(([name, rows]) => ({ name, rows: Object.entries(rows).map(([value, becomes]) => [mask(value), mask(String(becomes))] as const) })),
    samples: endpoint ? judgeSamples(endpoint, at).judged.map(({ sample, text }) => ({ text: mask(sample.text.trim()), means: mask(text) })) : [],
  }
}

const masked = ({ method, url, headers, body }: ShownRequest, mask: (text: string) => string): ShownRequest => ({
  method, url: mask(url), headers: headers.map(([name, value]) => [name, mask(value)] as const), body: typeof body === 'string' ? mask(body) : body,
})
