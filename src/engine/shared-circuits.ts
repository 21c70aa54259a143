import type { Instant } from '../base/time.ts'
import { beginTrial, circuitFrom, countsAsFailure, stepCircuit, type Circuit } from '../core/circuit.ts'
import type { Mode } from '../core/event.ts'
import type { CircuitPolicy } from '../core/policy.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Ledger } from '../ports.ts'

interface Answer { readonly verdict: Verdict; readonly at: Instant; readonly startedAt: Instant; /** to the one trial, which this process had claimed */ readonly trial: boolean }

/**
 * Circuits that fold the answers to all processes. A recipient that fails nowhere costs nothing: good answers are told
 * only while the fold knows of a failure, or together with one.
 */
export const createSharedCircuits = (ledger: Ledger, mode: Mode) => {
  const untold = new Map<string, Answer[]>()
  const telling = new Map<string, Promise<Circuit>>()

  const tell = async (recipient: string, policy: CircuitPolicy): Promise<Circuit> => {
    const answers = untold.get(recipient) ?? []
    untold.delete(recipient)
    const after = await ledger.foldCircuit(recipient, mode, (before) => {
      const circuit = answers.reduce((state, { verdict, at, startedAt, trial }) =>
        stepCircuit(trial && state.kind === 'open' && state.until <= at ? beginTrial(state, at, 0) : state, verdict, at, policy, startedAt), circuitFrom(before))
      return isHealthy(circuit) ? null : JSON.stringify(circuit)
    })
    return circuitFrom(after)
  }

  return {
    /** What is known after this answer; null where it tells nothing new. */
    answered: async (recipient: string, known: Circuit, answer: Answer, policy: CircuitPolicy): Promise<Circuit | null> => {
      const answers = untold.get(recipient) ?? []
      untold.set(recipient, answers)
      answers.push(answer)
      if (!countsAsFailure(answer.verdict) && isHealthy(known)) {
        if (answers.length > policy.over) answers.shift()
        return null
      }
      // Those that come while one telling is under way go together with the next.
      const under = telling.get(recipient)
      if (under) {
        await under
        if (!untold.has(recipient)) return telling.get(recipient) ?? null
      }
      const told = telling.get(recipient) ?? tell(recipient, policy).finally(() => telling.delete(recipient))
      telling.set(recipient, told)
      return told
    },
  }
}

const isHealthy = (circuit: Circuit): boolean => circuit.kind === 'closed' && !circuit.recent.includes('x')
