/** A delivery whose lead is on its way to the same recipient through another target is looked at again so long after that one's time. */
export const PUT_OFF_MS = 1_000
