import type { Lane } from './lane.ts'

/**
 * Leads that may queue for slow recipients beside those in memory otherwise, so that a buyer that hangs does not slow the others before its
 * circuit opens: a minute's share of one in ten at some thousand leads a second. About 1.5 KB each.
 */
export const SHELF = 20_000
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
