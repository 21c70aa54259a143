import type { EndpointDefinition, PingDefinition } from '../../definitions/endpoint-definition.ts'
import { byStatus } from './by-status.ts'
import { compileNegatives, negative } from './negatives.ts'
import { isOptional } from './acceptance.ts'
import { compileWhyNot, whyUnreadable } from './why-not.ts'
import { createExtras } from './extras.ts'
import { createVoice } from './voice.ts'
import type { Judge } from './post.ts'
import { pathsOf, pathText, readsBody } from '../parse/path.ts'
import { compileId, compilePrice, compileProbe } from '../parse/probe.ts'

/**
 * What the answer to a ping means: a bid, or none. Only the ping's own Response Parsing counts; a zero or missing price
 * is no bid. `Response Codes` are about posts.
 */
export const createPingJudge = (definition: EndpointDefinition, { parsing }: PingDefinition): Judge => {
  const before = compileNegatives(parsing)
  const success = parsing.success && compileProbe(parsing.success)
  const whyNot = parsing.success && compileWhyNot(parsing.success)
  const successReadsBody = parsing.success !== null && pathsOf(parsing.success).some(readsBody)
  const bidPath = parsing.bid ?? parsing.price
  const bid = compilePrice(bidPath, definition.currency)
  const pingId = compileId(parsing.pingId, 500)
  const needsId = !isOptional(parsing, 'ping id')
  const voice = createVoice(parsing)

  const decide: Judge = (answer, at) => {
    for (const { kind, probe } of before) if (probe(answer) === 'yes') return negative(kind, answer, voice, at)
    if (answer.status < 200 || answer.status > 299) return byStatus(answer, voice, at)
    // OpenRTB's word for no bid.
    if (answer.status === 204) return { kind: 'rejected', ...noBid(null) }
    const sense = success ? success(answer) : 'yes'
    if (sense === 'blind' || (sense === 'no' && successReadsBody && answer.isEmpty())) return voice.unconfirmed(answer, whyUnreadable(answer))
    if (sense === 'no') return { kind: 'rejected', ...voice.say(answer, whyNot ? whyNot(answer) : 'no bid') }
    if (!bid) return { kind: 'rejected', reason: "no bid: the ping's Response Parsing has no Bid", said: null }
    answer.blind = false
    const found = bid(answer)
    if (answer.blind && !answer.isEmpty()) return voice.unconfirmed(answer, whyUnreadable(answer))
    if (found.kind === 'unreadable' && !found.text.startsWith('-')) return voice.unconfirmed(answer, `its bid cannot be read ("${found.text}") at ${bidPath ? pathText(bidPath) : ''}`)
    if (found.kind !== 'price' || found.price.amount === 0) return { kind: 'rejected', ...noBid(voice.message?.(answer) ?? null) }
    const id = pingId?.(answer) ?? null
    if (pingId && needsId && id === null) return voice.unconfirmed(answer, `it bids without a ping id at ${parsing.pingId ? pathText(parsing.pingId) : ''}`)
    return { kind: 'bid', reason: voice.message?.(answer) ?? null, price: found.price, pingId: id }
  }

  const decorate = createExtras(parsing)
  return (answer, at) => {
    const verdict = decide(answer, at)
    return decorate ? decorate(verdict, answer) : verdict
  }
}

const noBid = (said: string | null) => ({ reason: said === null ? 'no bid' : `no bid: ${said}`, said })
