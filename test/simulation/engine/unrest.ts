import { SECOND } from '../../../src/base/time.ts'
import type { Random } from '../random.ts'

/** How unevenly a simulated world answers: what is under way at once meets in every order that there is. */
export interface Unrest {
  /** Each answer of a buyer takes its own time up to this; 0: most are quick, and few are not. */
  readonly answerMs: number
  /** How often a request fails at first: its buyer is down, asks for time or does not know the sender; its repeats fail more seldom. */
  readonly failing: number
  /** Each answer of the store takes its own time up to this: what it says may be old when it is heard. */
  readonly storeMs: number
  /** The lead file comes a few rows at a time, with up to this between. */
  readonly fileMs: number
  /** Most recipients take batches, and most patterns send to several at once. */
  readonly batches: boolean
}

export const STILL: Unrest = { answerMs: 0, failing: 0, storeMs: 0, fileMs: 0, batches: false }

export const unrestOf = (random: Random): Unrest => ({
  answerMs: random.pick([300, 3 * SECOND, 9 * SECOND]),
  failing: random.pick([0.3, 0.8]),
  storeMs: random.pick([0, 20, 300, 2 * SECOND]),
  fileMs: random.pick([0, 300, 2 * SECOND, 20 * SECOND]),
  batches: random.chance(0.6),
})
