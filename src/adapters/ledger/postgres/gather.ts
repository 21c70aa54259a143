import type { PackedResult } from '../sqlite/packing.ts'
import { unpack } from '../sqlite/packing.ts'
import type { StepResult } from '../../../ports.ts'
import { StoreError, LeaseLostError } from '../../../ports.ts'
import type { Steps } from './view.ts'

interface Waiting { readonly steps: readonly Steps[]; readonly resolve: (results: readonly StepResult[]) => void; readonly reject: (error: unknown) => void }

const LARGEST_GROUP = 512

/** Steps that come while one group is being committed go together as the next: one transaction, one wait for the disk. */
export const createGatherer = (append: (steps: readonly Steps[]) => Promise<readonly PackedResult[]>) => {
  let waiting: Waiting[] = []
  let busy = false

  const next = (): readonly Waiting[] => {
    let count = 0
    let end = 0
    while (end < waiting.length && (end === 0 || count + (waiting[end]?.steps.length ?? 0) <= LARGEST_GROUP)) count += waiting[end++]?.steps.length ?? 0
    const group = waiting.slice(0, end)
    waiting = waiting.slice(end)
    return group
  }

  const settle = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const steps = group.flatMap((each) => each.steps)
      const results = steps.length === 0 ? [] : await append(steps)
      let at = 0
      for (const each of group) each.resolve(results.slice(at, at += each.steps.length).map(unpack))
    } catch (error) {
      // One that cannot be written must not take those beside it along.
      const ours = error instanceof StoreError || error instanceof LeaseLostError
      if (ours || group.length === 1) for (const each of group) each.reject(error)
      else for (const each of group) await settle([each])
    }
  }

  const run = async (): Promise<void> => {
    busy = true
    // What is appended in the same turn goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) await settle(next())
    busy = false
  }

  return {
    append: (steps: readonly Steps[]): Promise<readonly StepResult[]> => new Promise((resolve, reject) => {
      if (steps.length === 0) return resolve([])
      waiting.push({ steps, resolve, reject })
      if (!busy) run().catch(reject)
    }),
    /** Resolves once all that was appended before is answered; a failure is told to whoever appended. */
    drained: (): Promise<void> => new Promise((resolve) => {
      if (!busy && waiting.length === 0) return resolve()
      const done = (): void => resolve()
      waiting.push({ steps: [], resolve: done, reject: done })
      if (!busy) run().catch(done)
    }),
  }
}
