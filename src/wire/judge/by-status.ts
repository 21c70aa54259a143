import type { Verdict } from '../../core/verdict.ts'
import { statusText, verdictOfStatus, type Told, type Words } from './classify.ts'
import type { Answer } from '../parse/answer.ts'
import { waitAskedFor } from './retry-after.ts'
import type { Voice } from './voice.ts'

/** By the default table, where no rule of the recipient's says more. */
export const byStatus = (answer: Answer, voice: Voice, at: number): Verdict => {
  const { status } = answer
  if (status < 200) return voice.unconfirmed(answer, `${statusText(status)} is no final answer`)
  const location = answer.headers['location']
  const ours = status >= 300 && status < 400 && location !== undefined ? `${statusText(status)}: it redirects to ${withoutQuery(location)}` : statusText(status)
  const words = status >= 300 && status < 400 ? { reason: ours, said: null } : voice.say(answer, ours)
  return verdictOfStatus(status, toldOf(answer, words, at))
}

/** A query may carry a lead or a session. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//').slice(0, 200)

export const toldOf = (answer: Answer, words: Words, at: number): Told => ({ ...words, retryAfterMs: waitAskedFor(answer, at) })
