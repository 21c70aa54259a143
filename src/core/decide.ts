import type { Money } from '../base/money.ts'
import type { DeliveryEvent } from './event.ts'
import type { History } from './history.ts'
import { attemptCount, evolve } from './history.ts'
import { next } from './next.ts'
import type { Plan } from './plan.ts'
import type { Action, Context, Send, Wait } from './step.ts'

/** Everything that follows from the facts now: what to record, and then what to do. */
export interface Decision {
  /** Choices, and the settlement where there is one; to be appended before anything is sent. */
  readonly events: readonly DeliveryEvent[]
  /** The history with `events` folded in. */
  readonly history: History
  readonly sends: readonly Send[]
  readonly waits: readonly Wait[]
  readonly draws: readonly Extract<Action, { kind: 'draw' }>[]
}

/** Asks `next` until it has no more choices to record. Pure. */
export const decide = (plan: Plan, context: Context): Decision => {
  const events: DeliveryEvent[] = []
  let { history } = context
  for (;;) {
    const actions = next(plan, { ...context, history })
    const recorded = actions.flatMap((action): readonly DeliveryEvent[] => {
      switch (action.kind) {
        case 'choose': return [{ type: 'chose', at: context.now, path: action.path, choice: action.choice }]
        case 'settle': return [{ type: 'settled', at: context.now, outcome: action.outcome, cost: costOf(plan, context, action.outcome.recipient), attempts: attemptCount(history) }]
        default: return []
      }
    })
    for (const event of recorded) history = evolve(history, event)
    events.push(...recorded)
    if (recorded.some((event) => event.type === 'chose')) continue
    return {
      events,
      history,
      sends: actions.filter((action) => action.kind === 'send'),
      waits: actions.filter((action) => action.kind === 'wait'),
      draws: actions.filter((action) => action.kind === 'draw'),
    }
  }
}

/** Paid whatever the outcome: the lead's own or the run's cost, else the pattern's, else the deciding recipient's. */
export const costOf = (plan: Plan, context: Context, recipient: string | null): Money | null =>
  context.history.cost
  ?? (plan.kind === 'send' ? null : plan.guard.cost)
  ?? context.facts.policies.get(recipient ?? (plan.kind === 'send' ? plan.recipient : ''))?.cost
  ?? null
