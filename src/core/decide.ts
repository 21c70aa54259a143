import { costAt } from './price.ts'
import type { DeliveryEvent } from './event.ts'
import { attemptCount, evolve, type History } from './history.ts'
import { next } from './next.ts'
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
export const decide = (context: Context): Decision => {
  const events: DeliveryEvent[] = []
  const record = (history: History, event: DeliveryEvent): History => { events.push(event); return evolve(history, event) }
  let { history } = context
  for (let asked = context; ; asked = { ...context, history }) {
    const sends: Send[] = []
    const waits: Wait[] = []
    const draws: Extract<Action, { kind: 'draw' }>[] = []
    let chose = false
    for (const action of next(asked)) {
      switch (action.kind) {
        case 'choose': history = record(history, { type: 'chose', at: context.now, path: action.path, choice: action.choice }); chose = true; break
        case 'settle': history = record(history, { type: 'settled', at: context.now, outcome: action.outcome, cost: costAt(context, action.outcome.path, action.outcome.recipient), attempts: attemptCount(history) }); break
        case 'send': sends.push(action); break
        case 'wait': waits.push(action); break
        case 'draw': draws.push(action); break
        default: action satisfies never
      }
    }
    if (!chose) return { events, history, sends: oneEach(sends), waits, draws }
  }
}

/**
 * A recipient gets one request for a lead at a time: where a pattern names it twice at once, the first goes and the others
 * decide again when its answer has come; a repeat goes before a first request, since it may end a doubt. Asked for together, what is limited (a cap's last place, a circuit's one trial, a
 * look-back) would be refused together, and so again in every period to come.
 */
const oneEach = (sends: readonly Send[]): readonly Send[] => {
  if (sends.length < 2) return sends
  const chosen = new Map<string, Send>()
  for (const send of sends) {
    const other = chosen.get(send.recipient)
    if (!other || (isRepeat(send) && !isRepeat(other))) chosen.set(send.recipient, send)
  }
  return chosen.size === sends.length ? sends : sends.filter((send) => chosen.get(send.recipient) === send)
}

const isRepeat = ({ attempt, phase }: Send): boolean => attempt > 1 && phase === 'post'
