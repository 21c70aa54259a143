import { errorText } from '../base/error.ts'
import { classOf } from '../core/verdict.ts'
import type { Verdict } from '../core/verdict.ts'
import type { PhaseName, StepName } from '../core/plan.ts'
import { isStep } from '../core/plan.ts'
import { hintFor, hintOf } from '../wire/hint.ts'
import type { RunDeps } from './settings.ts'

/** Tells a person once a run of each kind of trouble with each recipient; a thousand equal alerts hide the second kind. */
export const createAlerts = (deps: RunDeps) => {
  const told = new Set<string>()

  const tell = (recipient: string, kind: string, text: string, hint: string | null): void => {
    const name = `${recipient}\n${kind}`
    if (told.has(name)) return
    told.add(name)
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
      tell(recipient, isStep(phase) ? `${phase} ${verdict.class}` : verdict.class, `${isStep(phase) ? `${phase} step: ` : ''}${verdict.class}${httpStatus === null ? '' : ` (HTTP ${httpStatus})`}: ${verdict.reason ?? 'no reason given'}${verdict.pause ? '; the recipient is paused' : ''}`, hintOf(phase, verdict, httpStatus))
    },
    /** Sold, and only partly done: nobody would look at it again by itself. */
    stepFailed: (recipient: string, steps: readonly StepName[], reason: string | null): void => {
      tell(recipient, `step ${steps.join(' ')}`, `a lead was taken, but ${reason ?? `its ${steps.join(' and ')} step failed`}; \`deliver … --retry-failed\` takes up what is open without sending the lead again`, null)
    },
    gaveUp: (recipient: string, verdict: Verdict): void => {
      tell(recipient, `all ${classOf(verdict) ?? ''}`, `every try failed: ${verdict.reason ?? classOf(verdict) ?? ''}`, hintFor(verdict, null))
    },
  }
}
