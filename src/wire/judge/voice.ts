import type { Verdict } from '../../core/verdict.ts'
import type { ParsingDefinition } from '../../definitions/answer-definition.ts'
import type { Words } from './classify.ts'
import type { Answer } from '../parse/answer.ts'
import { compileMessage } from '../parse/probe.ts'
import { buyersWords } from '../parse/words.ts'

export type Voice = ReturnType<typeof createVoice>

/** How a recipient's answers are put into words. */
export const createVoice = (parsing: ParsingDefinition) => {
  const message = compileMessage(parsing.message)
  const wordsIn = (answer: Answer): string | null => message?.(answer) ?? buyersWords(answer)
  return {
    /** Only what `Message` finds. */
    message,
    /** The buyer's words, else ours. */
    say: (answer: Answer, ours: string): Words => {
      const said = wordsIn(answer)
      return said === null ? { reason: ours, said } : { reason: said }
    },
    unconfirmed: (answer: Answer, why: string): Verdict => {
      const said = wordsIn(answer)
      return { kind: 'unconfirmed', class: 'unreadable', reason: said === null ? why : `${why}; the buyer says: ${said}`, said }
    },
  }
}
