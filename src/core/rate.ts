/** `Rate`: at most so many starts in any stretch of that length. */
export interface Rate { readonly count: number; readonly perMs: number }

/** Starts that were given away: how many, and the last of their times; oldest first. By the clock of who gives them. */
export type Given = readonly (readonly [at: number, starts: number])[]

interface Grant {
  /** Times at which a request may leave, each for one. */
  readonly starts: readonly number[]
  /** Where fewer than wanted were free: when the next one is. */
  readonly next: number | null
  readonly given: Given
}

/**
 * Gives away times of a rate, at most `wanted`, between `from` and `until`. They are spread evenly where they follow each
 * other closely. The stretch is taken a little longer than it is: a request leaves some milliseconds after its time, and the
 * way to the buyer takes some requests longer than others.
 */
export const grantStarts = (before: Given, { count, perMs }: Rate, { from, until, wanted }: { readonly from: number; readonly until: number; readonly wanted: number }): Grant => {
  const stretch = stretchOf(perMs)
  const gap = Math.min(stretch / count, LONGEST_GAP_MS)
  const grain = perMs / GRAINS
  // What lies further ahead than anybody asks for was given by a clock that has been put back since.
  let given = before.filter(([at]) => at > from - stretch && at < from + CLOCK_PUT_BACK_MS)
  let used = given.reduce((sum, [, starts]) => sum + starts, 0)
  const starts: number[] = []
  for (;;) {
    const last = given.at(-1)
    let at = Math.max(from, last ? last[0] + gap : from)
    // As many as must no longer count then: one, or more where the rate was lowered.
    let over = 0
    for (let first = given[0]; first && (used >= count || first[0] <= at - stretch); first = given[over]) {
      at = Math.max(at, first[0] + stretch)
      used -= first[1]
      over += 1
    }
    if (starts.length >= wanted || at > until) return { starts, next: starts.length < wanted ? at : null, given }
    starts.push(at)
    used += 1
    // Those of one grain count with the last of them: the list stays short whatever the rate.
    given = last && Math.floor(last[0] / grain) === Math.floor(at / grain) ? [...given.slice(over, -1), [at, last[1] + 1]] : [...given.slice(over), [at, 1]]
  }
}

/** How long a start counts: what a buyer sees within `perMs` may have started a little further apart. */
export const stretchOf = (perMs: number): number => perMs + allowanceOf(perMs)

/** How late after its time a request may leave: a third of what is allowed for; the rest is for the way to the buyer. */
export const latestAfter = ({ perMs }: Rate): number => allowanceOf(perMs) / 3

/** A twelfth leaves 92 % of the rate; 80 ms of a second are what differs on the way on a machine with all cores in use. */
const allowanceOf = (perMs: number): number => Math.min(perMs / 12, LONGEST_ALLOWANCE_MS)
const LONGEST_ALLOWANCE_MS = 1_000
const LONGEST_GAP_MS = 20
const GRAINS = 250
/** What is given for a time so much further ahead than it could be was given by a clock that has been put back since. */
export const CLOCK_PUT_BACK_MS = 10_000
