import { HOUR } from '../../base/time.ts'

/** A delivery whose lead is on its way to the same recipient through another target is looked at again so long after that one's time. */
export const PUT_OFF_MS = 1_000
/** Where a crash left that one: whoever takes it up (a run for its target, or `resume`) does so first, and a run for another target ends. */
export const PUT_OFF_LOST_MS = HOUR
