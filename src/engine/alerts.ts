import { errorText } from '../base/error.ts'
import { shellWord } from '../base/shell.ts'
import { DAY, type Instant } from '../base/time.ts'
import { attemptsOf, type Attempt } from '../core/history.ts'
import { isStep, type PhaseName } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import { nextAttempt } from '../core/retry.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Standing } from '../ports.ts'
import { hintFor, hintOf } from '../wire/hint.ts'
import type { RunDeps } from './settings.ts'
import type { Work } from './work.ts'

export type Alerts = ReturnType<typeof createAlerts>

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
      tell(recipient, 'circuit', `its circuit opened: ${circuit ? `more than ${Math.round(circuit.errorRate * 100)}% of its last ${circuit.over}` : 'too many'} attempts failed or were unreadable; the last: ${last.reason ?? 'no answer'}`, `\`finalmile status\` shows when it is tried again; \`finalmile unpause ${shellWord(recipient)}\` tries one lead at once`)
    },
    /** Every try failed, where the recipient's rules ask to hear of that, whoever took the lead then. Or sold and only partly done: nobody would look at it again by itself. */
    settled: ({ history }: Work, { recipient, reason }: Extract<Standing, { state: 'settled' }>): void => {
      for (const node of history.nodes.values()) {
        const attempts = attemptsOf(node, 'post')
        const last = attempts.at(-1)
        const verdict = last?.finished?.verdict
        if (!last || !verdict || !('retry' in verdict) || !verdict.retry) continue
        const policy = policies.get(last.recipient)
        if (policy?.retry[verdict.class]?.alertIfAllFail && isGivenUp(policy, attempts)) tell(last.recipient, `all ${verdict.class}`, `every try failed: ${verdict.reason ?? verdict.class}`, hintFor(verdict, null))
      }
      if (history.settled?.open && recipient !== null) {
        const steps = history.settled.open
        tell(recipient, `step ${steps.join(' ')}`, `a lead was taken, but ${reason ?? `its ${steps.join(' and ')} step failed`}; \`deliver … --retry-failed\` takes up what is open without sending the lead again`, null)
      }
    },
  }
}

/** Whether its rules allow no further try: one may have been to come when another bought the lead in a race. */
const isGivenUp = ({ retry, timeoutMs, maxAttempts }: Policy, attempts: readonly Attempt[]): boolean => {
  if (maxAttempts !== null && attempts.length >= maxAttempts) return true
  const target = attempts.at(-1)?.target
  return nextAttempt(retry, timeoutMs, attempts.flatMap((each) => (each.target === target ? (each.finished ?? []) : [])), '').kind === 'give up'
}
