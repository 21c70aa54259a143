import { unpack, type PackedResult } from '../packing.ts'
import { StoreError, LeaseLostError, type StepResult } from '../../../ports.ts'
import type { Steps } from './view.ts'

/** Steps of one append, or (none) someone who waits for all that was appended before. */
interface Waiting { readonly steps: readonly Steps[]; readonly resolve: (results: readonly StepResult[]) => void; readonly reject: (error: unknown) => void }

const LARGEST_GROUP = 512
/** Groups under way at once: while one waits for the disk or for the server's answer, others are on their way. */
const GROUPS = 3

/** Steps that come while groups are being committed go together as the next: one transaction, one wait for the disk. */
export const createGatherer = (append: (steps: readonly Steps[]) => Promise<readonly PackedResult[]>) => {
  let waiting: Waiting[] = []
  let scheduled = false
  const underWay = new Set<Promise<void>>()
  /** Deliveries that a group under way moves: their next step waits for its end, so that the order is kept. */
  const moving = new Set<string>()

  const next = (): readonly Waiting[] => {
    let count = 0
    let end = 0
    for (; end < waiting.length; end++) {
      const { steps } = waiting[end] ?? { steps: [] }
      if (steps.length === 0 || steps.some(({ packed }) => moving.has(packed.deliveryId)) || (end > 0 && count + steps.length > LARGEST_GROUP)) break
      count += steps.length
    }
    const group = waiting.slice(0, end)
    waiting = waiting.slice(end)
    return group
  }

  const settle = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const results = await append(group.flatMap((each) => each.steps))
      let at = 0
      for (const each of group) each.resolve(results.slice(at, at += each.steps.length).map(unpack))
    } catch (error) {
      // One that cannot be written must not take those beside it along.
      const ours = error instanceof StoreError || error instanceof LeaseLostError
      if (ours || group.length === 1) for (const each of group) each.reject(error)
      else for (const each of group) await settle([each])
    }
  }

  const begin = (group: readonly Waiting[]): void => {
    const ids = group.flatMap(({ steps }) => steps.map(({ packed }) => packed.deliveryId))
    for (const id of ids) moving.add(id)
    const done: Promise<void> = settle(group).finally(() => {
      underWay.delete(done)
      for (const id of ids) moving.delete(id)
      flush()
    })
    underWay.add(done)
  }

  const flush = (): void => {
    scheduled = false
    while (waiting.length > 0 && underWay.size < GROUPS) {
      const [first] = waiting
      if (first?.steps.length === 0) {
        waiting = waiting.slice(1)
        Promise.all(underWay).then(() => first.resolve([]), first.reject)
        continue
      }
      const group = next()
      if (group.length === 0) return
      begin(group)
    }
  }

  const come = (each: Waiting): void => {
    waiting.push(each)
    // What is appended in the same turn goes together.
    if (!scheduled && underWay.size < GROUPS) { scheduled = true; setImmediate(flush) }
  }

  return {
    append: (steps: readonly Steps[]): Promise<readonly StepResult[]> => new Promise((resolve, reject) => {
      if (steps.length === 0) resolve([])
      else come({ steps, resolve, reject })
    }),
    /** Resolves once all that was appended before is answered; a failure is told to whoever appended. */
    drained: (): Promise<void> => new Promise((resolve) => {
      if (underWay.size === 0 && waiting.length === 0) resolve()
      else come({ steps: [], resolve: () => resolve(), reject: () => resolve() })
    }),
  }
}
