import type { Lane } from './lane.ts'

/** A queue longer than this is no passing one. */
const LONG_QUEUE = 64

/** While one recipient is idle, leads that queue for a slower one are shelved, so that the reader goes on. */
export const makeRoom = (lanes: ReadonlyMap<string, Lane>, slots: { crowded(): boolean }): void => {
  if (lanes.size < 2 || !slots.crowded()) return
  let idle = false
  let longest: Lane | null = null
  for (const each of lanes.values()) {
    if (each.idle()) idle = true
    else if (each.queued > Math.max(LONG_QUEUE, longest?.queued ?? 0)) longest = each
  }
  if (idle) longest?.shelve(longest.queued - LONG_QUEUE)
}
