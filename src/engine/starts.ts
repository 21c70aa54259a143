import type { Instant } from '../base/time.ts'
import type { Decision } from '../core/decide.ts'
import type { DeliveryEvent } from '../core/event.ts'
import { isStep } from '../core/plan.ts'
import type { Send } from '../core/step.ts'
import type { Verdict } from '../core/verdict.ts'
import { hashOf, inputOf, neverSent, startedEvent, unsendable } from './attempt.ts'
import { idempotencyKeyOf } from './identity.ts'
import type { createPaces } from './pace.ts'
import type { createPlaces } from './places.ts'
import type { Surroundings } from './surroundings.ts'
import { NO_STARTS } from './turn.ts'
import type { Parked, Ready, Starts } from './turn.ts'
import type { Work } from './work.ts'

/** Takes places on the lanes and makes the requests of a decision; an attempt without a place is not started. */
export const createStarts = (around: Surroundings, places: ReturnType<typeof createPlaces>, paces: ReturnType<typeof createPaces>, mayStillSend: () => boolean): ((work: Work, decision: Decision, now: Instant) => Starts) => {
  const { settings, deps: { ledger, clock }, facts, endpointOf } = around

  return (work, decision, now) => {
    if (decision.sends.length === 0) return NO_STARTS
    const ready: Ready[] = []
    const events: DeliveryEvent[] = []
    const parked: Parked[] = []
    const repeats: Send[] = []
    let failed = false
    /** What a request needs could not be had: over before it began. */
    const failBefore = (send: Send, key: string, verdict: Verdict): void => {
      failed = true
      events.push(startedEvent(send, key, '', endpointOf(send.recipient), now), neverSent(send, key, verdict, now))
      around.answered(send.recipient, send.phase, verdict, null, now, now)
    }
    for (const send of decision.sends) {
      if (send.batch !== null) { repeats.push(send); continue }
      const endpoint = endpointOf(send.recipient)
      const token = endpoint.token && around.tokens.state(send.recipient, now)
      if (token?.kind === 'unknown' && endpoint.token) {
        const source = endpoint.token
        // While this turn was recorded another lead may have got it.
        parked.push({ send, asks: () => around.tokens.have(endpoint, source, clock.now()) })
        continue
      }
      if (!isStep(send.phase) && places.tight(send.recipient) && !around.stopping()) { parked.push({ send, asks: () => places.next(send.recipient) }); continue }
      const lane = around.lane(send.recipient)
      if (around.stopping() || !mayStillSend() || !lane.enter(now)) { parked.push({ send, asks: null }); continue }
      const standard = idempotencyKeyOf(settings.mode, send.recipient, work.delivery.lead.id, work.delivery.number, send.phase)
      if (token?.kind === 'failed') {
        lane.yield(now)
        failed = true
        // Wrong credentials paused the recipient with the first lead that met them: the others decide again, and wait.
        if (token.verdict.pause && facts.recipients.get(send.recipient)?.paused) continue
        failBefore(send, standard, token.verdict)
        continue
      }
      const input = inputOf(work, send, decision.history, standard, settings.runId, now)
      const known = isStep(send.phase) ? { ...input, found: (name: string) => around.lookups.found(send.recipient, name) } : input
      const rendered = endpoint.render(token?.kind === 'held' ? { ...known, token: token.held.token, host: token.held.host } : known)
      if (!rendered.ok && rendered.lookup) {
        const { lookup } = rendered
        lane.yield(now)
        const verdict = around.lookups.failed(send.recipient, lookup.name, now)
        if (verdict === null) parked.push({ send, asks: () => around.lookups.ask(endpoint, lookup) })
        else failBefore(send, standard, verdict)
        continue
      }
      const key = (rendered.ok ? rendered.key : null) ?? standard
      if (rendered.ok) {
        ready.push({ send, key, request: rendered.request, held: token?.kind === 'held' ? token.held : null, pace: ledger.shared ? null : paces.claim(endpoint.definition, now) })
        events.push(startedEvent(send, key, hashOf(rendered.request), endpoint, now))
      } else {
        lane.yield(now)
        failed = true
        events.push(startedEvent(send, key, '', endpoint, now), neverSent(send, key, unsendable(rendered.reason), now))
      }
    }
    return { ready, events, parked, repeats, unsendable: failed }
  }
}
