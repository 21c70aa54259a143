import type { Instant } from '../base/time.ts'
import { nodeAt, type Attempt } from '../core/history.ts'
import type { Send } from '../core/step.ts'
import { batchSizeOf } from './identity.ts'
import type { Work } from './work.ts'

/** A lead of a batch. */
export interface Member { readonly work: Work; readonly send: Send }

/** As they joined, which every repeat can tell again; of those that joined at once the shorter id goes first, so that L2 goes before L10. */
export const asJoined = (a: Member, b: Member): number => inOrder(a, b, joinedAt)

/** As they had joined the batch that they were in before. */
export const asBefore = (a: Member, b: Member): number => inOrder(a, b, (each) => lastOf(each)?.placedAt ?? 0)

/**
 * The batch that these leads were in when it was given up as a whole: taken up again together they go as they went, under its
 * key, so that a buyer which had it after all says what it said. Null where they are not the very same leads.
 */
export const givenUpTogether = (members: readonly Member[]): string | null => {
  const [first] = members
  const id = first ? (lastOf(first)?.batch ?? null) : null
  return id !== null && batchSizeOf(id) === members.length && members.every((each) => lastOf(each)?.batch === id) ? id : null
}

const inOrder = (a: Member, b: Member, timeOf: (member: Member) => Instant): number => {
  const [one, other] = [a.work.delivery.id, b.work.delivery.id]
  return timeOf(a) - timeOf(b) || one.length - other.length || (one < other ? -1 : 1)
}

const joinedAt = ({ work, send }: Member): Instant => {
  const { queuedAt, attempts } = nodeAt(work.history, send.path)
  return queuedAt ?? attempts.at(-1)?.placedAt ?? 0
}

const lastOf = ({ work, send }: Member): Attempt | undefined => nodeAt(work.history, send.path).attempts.at(-1)
