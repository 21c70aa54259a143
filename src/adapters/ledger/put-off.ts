import { HOUR, type Instant } from '../../base/time.ts'

/** Until when a delivery is put off whose lead is on its way to the same recipient through another target. */
const SOON_MS = 1_000
/** Where this run will not take that one up, be it due or left by a crash: the run ends, and `resume` takes both up. */
const LATER_MS = HOUR

/** `dueAt`: when the other one is due (null: it waits for a person); for one that is being worked, when it was taken. `ours`: this run works it, or takes it when it is due. */
export const putOffUntil = (now: Instant, dueAt: Instant | null, ours: boolean): Instant | null =>
  dueAt === null ? null : dueAt > now ? dueAt + SOON_MS : now + (ours ? SOON_MS : LATER_MS)
