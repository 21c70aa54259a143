import type { Instant } from '../base/time.ts'
import type { Decision } from '../core/decide.ts'
import type { DeliveryEvent } from '../core/event.ts'
import type { History } from '../core/history.ts'
import { isStep } from '../core/plan.ts'
import type { Send } from '../core/step.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { hashOf, inputOf, neverSent, startedEvent, unsendable } from './attempt.ts'
import { idempotencyKeyOf } from './identity.ts'
import type { Limits } from './limits.ts'
import type { Surroundings } from './surroundings.ts'
import { NO_STARTS, type Parked, type Ready, type Starts } from './turn.ts'
import type { Work } from './work.ts'

/** As `Starts`, while they are made. */
interface Making { readonly ready: Ready[]; readonly events: DeliveryEvent[]; readonly parked: Parked[]; readonly repeats: Send[]; unsendable: boolean }

/** Takes places on the lanes and makes the requests of a decision; an attempt without a place is not started. */
export const createStarts = (around: Surroundings, { places, paces }: Limits): ((work: Work, decision: Decision, now: Instant) => Starts) => {
  const { settings, deps: { ledger, clock }, facts, endpointOf, tokens, lookups, together } = around

  const start = (starts: Making, work: Work, history: History, send: Send, now: Instant): void => {
    const { recipient, phase } = send
    const endpoint = endpointOf(recipient)
    const source = endpoint.token
    const token = source ? tokens.state(recipient, now) : null
    // While this turn was recorded another lead may have got it.
    if (source && token?.kind === 'unknown') return park(starts, send, () => tokens.have(endpoint, source, clock.now()))
    if (!isStep(phase) && places.tight(recipient) && !around.stopping()) return park(starts, send, () => places.next(recipient))
    together.enter(work)
    const ahead = phase === 'post' ? together.ahead(recipient, work) : null
    if (ahead && !around.stopping()) return park(starts, send, () => ahead)
    const lane = around.lanes.of(recipient)
    if (around.stopping() || !lane.enter(now)) return park(starts, send, null)
    const standard = idempotencyKeyOf(settings.mode, recipient, work.delivery.lead.id, work.delivery.number, phase)
    if (token?.kind === 'failed') {
      lane.yield(now)
      // Wrong credentials paused the recipient with the first lead that met them: the others decide again, and wait.
      if (token.verdict.pause && facts.recipients.get(recipient)?.paused) starts.unsendable = true
      else cannotBeHad(starts, endpoint, send, standard, token.verdict, now)
      return
    }
    const held = token?.kind === 'held' ? token.held : null
    const input = inputOf(work, send, history, standard, now)
    const known = isStep(phase) ? { ...input, found: (name: string) => lookups.found(recipient, name) } : input
    const rendered = endpoint.render(held ? { ...known, token: held.token, host: held.host } : known)
    if (rendered.ok) {
      const key = rendered.key ?? standard
      if (phase === 'post') together.setsOut(recipient, work)
      starts.ready.push({ send, key, request: rendered.request, held, pace: ledger.shared ? null : paces.claim(endpoint.definition, now) })
      starts.events.push(startedEvent(send, key, hashOf(rendered.request), endpoint, now))
      return
    }
    lane.yield(now)
    const { lookup } = rendered
    if (!lookup) return over(starts, endpoint, send, standard, unsendable(rendered.reason), now)
    const verdict = lookups.failed(recipient, lookup.name, now)
    if (verdict === null) park(starts, send, () => lookups.ask(endpoint, lookup))
    else cannotBeHad(starts, endpoint, send, standard, verdict, now)
  }

  /** A token, the id of a list: that is trouble of the recipient's, not of the lead's. */
  const cannotBeHad = (starts: Making, endpoint: Endpoint, send: Send, key: string, verdict: Verdict, now: Instant): void => {
    over(starts, endpoint, send, key, verdict, now)
    around.heard.answered(send.recipient, send.phase, verdict, null, now, now)
  }

  return (work, decision, now) => {
    if (decision.sends.length === 0) return NO_STARTS
    const starts: Making = { ready: [], events: [], parked: [], repeats: [], unsendable: false }
    for (const send of decision.sends) {
      if (send.batch === null) start(starts, work, decision.history, send, now)
      else starts.repeats.push(send)
    }
    return starts
  }
}

const park = ({ parked }: Making, send: Send, asks: Parked['asks']): void => { parked.push({ send, asks }) }

/** Before it began. */
const over = (starts: Making, endpoint: Endpoint, send: Send, key: string, verdict: Verdict, now: Instant): void => {
  starts.unsendable = true
  starts.events.push(startedEvent(send, key, '', endpoint, now), neverSent(send, key, verdict, now))
}
