import { errorText } from '../base/error.ts'
import { DAY, type Instant } from '../base/time.ts'
import type { Verdict } from '../core/verdict.ts'
import type { PhaseName } from '../core/plan.ts'
import { isStep } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { Standing } from '../ports.ts'
import { hintFor, hintOf } from '../wire/hint.ts'
import type { RunDeps } from './settings.ts'
import type { Work } from './work.ts'

/**
 * Tells a person once a run, and once a day where a run goes on (a service's never ends), of each kind of trouble with each
 * recipient; a thousand equal alerts hide the second kind. Each pause is told: nothing more is heard of the recipient after it.
 */
export const createAlerts = (deps: RunDeps, policies: ReadonlyMap<string, Policy>, isPaused: (recipient: string) => boolean) => {
  const told = new Map<string, Instant>()
  const nameOf = (recipient: string, kind: string): string => `${recipient}\n${kind}`

  const tell = (recipient: string, kind: string, text: string, hint: string | null): void => {
    const name = nameOf(recipient, kind)
    const now = deps.clock.now()
    if (now - (told.get(name) ?? -Infinity) < DAY) return
    told.set(name, now)
    deps.observe({ kind: 'alert', recipient, text, hint })
    const target = deps.endpoints.get(recipient)?.definition.notify
    if (target) {
      deps.notify.notify(target, `finalmile: ${recipient}`, hint === null ? text : `${text}\n${hint}`).catch((error: unknown) => {
        deps.observe({ kind: 'alert', recipient, text: `could not notify ${target}: ${errorText(error)}`, hint: null })
      })
    }
  }

  return {
    tell,
    verdict: (recipient: string, phase: PhaseName, verdict: Verdict, httpStatus: number | null): void => {
      if (verdict.kind !== 'failed' || !verdict.alert) return
      const kind = isStep(phase) ? `${phase} ${verdict.class}` : verdict.class
      // Of the requests that were under way when it was paused the first has told of it.
      if (verdict.pause && !isPaused(recipient)) told.delete(nameOf(recipient, kind))
      tell(recipient, kind, `${isStep(phase) ? `${phase} step: ` : ''}${verdict.class}${httpStatus === null ? '' : ` (HTTP ${httpStatus})`}: ${verdict.reason ?? 'no reason given'}${verdict.pause ? '; the recipient is paused' : ''}`, hintOf(phase, verdict, httpStatus))
    },
    circuitOpened: (recipient: string, last: Verdict): void => {
      const circuit = policies.get(recipient)?.circuit
      tell(recipient, 'circuit', `its circuit opened: ${circuit ? `more than ${Math.round(circuit.errorRate * 100)}% of its last ${circuit.over}` : 'too many'} attempts failed; the last: ${last.reason ?? 'no answer'}`, '`finalmile status` shows when it is tried again')
    },
    /** Sold and only partly done: nobody would look at it again by itself. Or every try failed, where the recipient's file asks to hear of that. */
    settled: ({ history }: Work, { outcome, recipient, reason }: Extract<Standing, { state: 'settled' }>): void => {
      if (outcome === 'failed' || outcome === 'held') {
        for (const { attempts } of history.nodes.values()) {
          const last = attempts.at(-1)
          const verdict = last?.finished?.verdict
          if (!last || last.recipient !== recipient || verdict?.kind !== 'failed' || !verdict.retry) continue
          if (policies.get(last.recipient)?.retry[verdict.class]?.alertIfAllFail) tell(last.recipient, `all ${verdict.class}`, `every try failed: ${verdict.reason ?? verdict.class}`, hintFor(verdict, null))
        }
      } else if (history.settled?.open && recipient !== null) {
        const steps = history.settled.open
        tell(recipient, `step ${steps.join(' ')}`, `a lead was taken, but ${reason ?? `its ${steps.join(' and ')} step failed`}; \`deliver … --retry-failed\` takes up what is open without sending the lead again`, null)
      }
    },
  }
}
