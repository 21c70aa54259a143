import type { Verdict } from '../../core/verdict.ts'
import type { ParsingDefinition } from '../../definitions/answer-definition.ts'
import { toldOf } from './by-status.ts'
import { classOfStatus, failureOfClass } from './classify.ts'
import type { Answer } from '../parse/answer.ts'
import { compileProbe, type Probe } from '../parse/probe.ts'
import type { Voice } from './voice.ts'

type Negative = 'error' | 'duplicate' | 'rejected'

/** The rules that say no, in the order in which they are asked. */
export const compileNegatives = (parsing: ParsingDefinition): readonly { readonly kind: Negative; readonly probe: Probe }[] =>
  (['error', 'duplicate', 'rejected'] as const).flatMap((kind) => {
    const condition = parsing[kind]
    return condition ? [{ kind, probe: compileProbe(condition) }] : []
  })

export const negative = (kind: Negative, answer: Answer, voice: Voice, at: number): Verdict => {
  switch (kind) {
    case 'duplicate': return { kind, class: 'duplicate', ...voice.say(answer, 'the buyer has it already') }
    case 'rejected': return { kind, ...voice.say(answer, 'the buyer does not want it') }
    case 'error': {
      const told = toldOf(answer, voice.say(answer, 'the buyer answered with an error'), at)
      return failureOfClass(classOfStatus(answer.status, told.retryAfterMs), answer.status, told)
    }
  }
}
