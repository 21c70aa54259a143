import type { Verdict } from '../../core/verdict.ts'
import type { ParsingDefinition } from '../../definitions/answer-definition.ts'
import type { Words } from './classify.ts'
import type { Answer } from '../parse/answer.ts'
import { compileMessage, type TextReader } from '../parse/probe.ts'
import { buyersWords } from '../parse/words.ts'

/** How a recipient's answers are put into words. */
export interface Voice {
  /** The buyer's words, else ours. */
  say(answer: Answer, ours: string): Words
  unconfirmed(answer: Answer, why: string): Verdict
  /** Only what `Message` finds. */
  readonly message: TextReader | null
}

export const createVoice = (parsing: ParsingDefinition): Voice => {
  const message = compileMessage(parsing.message)
  const wordsIn = (answer: Answer): string | null => message?.(answer) ?? buyersWords(answer)
  return {
    message,
    say: (answer, ours) => {
      const said = wordsIn(answer)
      return said === null ? { reason: ours, said } : { reason: said }
    },
    unconfirmed: (answer, why) => {
      const said = wordsIn(answer)
      return { kind: 'unconfirmed', class: 'unreadable', reason: said === null ? why : `${why}; the buyer says: ${said}`, said }
    },
  }
}
