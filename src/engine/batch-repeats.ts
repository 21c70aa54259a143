import type { Instant } from '../base/time.ts'
import { doubtAt, nodeAt } from '../core/history.ts'
import type { Send } from '../core/step.ts'
import { startedEvent } from './attempt.ts'
import { asJoined, type Member } from './batch-order.ts'
import type { BatchSender } from './batch-sender.ts'
import type { Dispatcher } from './dispatcher.ts'
import { batchSizeOf } from './identity.ts'
import { putBack } from './put-back.ts'
import type { Slots } from './slots.ts'
import type { Surroundings } from './surroundings.ts'
import type { Work } from './work.ts'

/** The rest of a batch that is due and does not come is another run's: these go back until this run would not wait for them. */
const REST_MS = 1_000

/** Batches that are to be sent again, exactly as they went: each waits here until all of its members have come. */
export const createBatchRepeats = (around: Surroundings, { pump, alone }: Dispatcher, { leave }: BatchSender, slots: Pick<Slots, 'setAside' | 'unshelve'>) => {
  const { deps, settings, endpointOf } = around
  const repeating = new Map<string, Map<Work, Member>>()
  /** Those of them that take no slot: of batches of more leads than there are slots none would ever be whole. */
  const aside = new Set<Work>()

  /** A member of a batch that is due to be repeated; the batch goes when all are here, in the order in which it went before: a buyer that knows its key may answer by position. */
  const repeat = (work: Work, send: Send): void => {
    const id = send.batch ?? ''
    const members = repeating.get(id) ?? new Map<Work, Member>()
    // One that decides again while it waits here says so once more.
    repeating.set(id, members.set(work, { work, send }))
    // While the run stops none is sent: they wait here for what else was asked of them, and go back.
    if (around.stopping() || members.size < batchSizeOf(id)) return setAside(work)
    repeating.delete(id)
    takeBack(members.keys())
    leave(send.recipient, [...members.values()].sort(asJoined), id)
  }

  const setAside = (work: Work): void => {
    if (aside.has(work)) return
    aside.add(work)
    slots.setAside()
  }

  const takeBack = (works: Iterable<Work>): void => { for (const work of works) if (aside.delete(work)) slots.unshelve() }

  /** Works that wait for the rest of a batch; one may wait for two, of two recipients. */
  const held = (): number => waiting().size
  const waiting = (): ReadonlySet<Work> => new Set([...repeating.values()].flatMap((members) => [...members.keys()]))

  /**
   * No more members come now. Where the others wait for a later time (a crash came between their answers), these go back
   * until then; where one is settled, what cannot be repeated as it was stays in doubt, for a person to see, and what was
   * answered by a failure joins another batch. One that has another request under way is waited for. True where any batch was dealt with.
   */
  const settleIncomplete = async (now: Instant): Promise<boolean> => {
    let any = false
    for (const [id, waits] of [...repeating]) {
      const works = [...waits.keys()]
      if (works.some(isBusy)) continue
      const { count, dueAt } = await deps.ledger.ofBatch(settings.mode, id)
      if (repeating.get(id) !== waits || waits.size !== works.length || works.some(isBusy)) continue
      any = true
      repeating.delete(id)
      takeBack(works)
      const members = [...waits.values()]
      if (count < batchSizeOf(id)) for (const member of members) comeApart(member, id, members.length, now)
      else {
        const until = dueAt === null ? null : dueAt <= now ? now + settings.waitMs + REST_MS : dueAt
        await alone(works, () => putBack(around, works, { state: 'waiting', dueAt: until, why: 'waits for the rest of its batch, which is repeated as a whole', recipient: members[0]?.send.recipient ?? null, batch: false }))
      }
    }
    return any
  }

  const comeApart = ({ work, send }: Member, id: string, left: number, now: Instant): void => {
    if (doubtAt(nodeAt(work.history, send.path)) < 0) work.orders = [{ type: 'chose', at: now, path: send.path, choice: { kind: 'apart' } }]
    else {
      const reason = `only ${left} of the ${batchSizeOf(id)} leads of batch ${id} ${left === 1 ? 'is' : 'are'} left, so that it cannot be repeated as it was; it may have been processed`
      work.orders = [startedEvent(send, '', '', endpointOf(send.recipient), now, id)]
      work.inbox.push({ send, key: '', verdict: { kind: 'unknown', class: 'timeout', retry: false, reason }, httpStatus: null, durationMs: 0, at: now, batch: null })
    }
    pump(work)
  }

  /** It is this process's no more, settled or waiting in the store; taken up anew it comes as another work. */
  const forget = (work: Work): void => {
    for (const [id, members] of repeating) if (members.delete(work) && members.size === 0) repeating.delete(id)
    takeBack([work])
  }

  /** The run is to stop: they go back as all do that were not sent. */
  const letGo = (): void => {
    const works = waiting()
    repeating.clear()
    takeBack(works)
    for (const work of works) pump(work)
  }

  return { repeat, held, settleIncomplete, letGo, forget }
}

/** A request of it is under way, or a step is being recorded. */
const isBusy = (work: Work): boolean => work.busy || work.history.flying > 0
