import type { Reader } from './endpoint.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import { verdictOfFault } from './judge/classify.ts'
import { createJudge } from './judge/post.ts'
import { createPingJudge } from './judge/ping.ts'
import { Answer } from './parse/answer.ts'
import { createBatchReader } from './batch/read.ts'
import { hubspotReader } from './types/hubspot/read.ts'
import { salesforceReader } from './types/salesforce/read.ts'
import { verdictOfHandover } from './types/handover.ts'

export interface ReaderOptions {
  /** The recipient, its pattern or its ping names a price: an acceptance without one is no doubt. */
  readonly hasPriceFallback: boolean
}

/** Services with answers of their own, whatever a recipient's file says of them. */
const SERVICES: Readonly<Partial<Record<EndpointDefinition['type'], (definition: EndpointDefinition) => Reader>>> = {
  'salesforce.create_lead': salesforceReader, 'hubspot.create_or_update_contact': hubspotReader,
}

/** Replies to verdicts, by the rules of one recipient, compiled once. */
export const createReader = (definition: EndpointDefinition, { hasPriceFallback }: ReaderOptions = { hasPriceFallback: false }): Reader => {
  const service = SERVICES[definition.type]?.(definition)
  if (service) return service
  const judge = createJudge(definition, hasPriceFallback)
  const judgePing = definition.ping && createPingJudge(definition, definition.ping)
  const format = definition.parsing.format
  const pingFormat = definition.ping?.parsing.format ?? null
  return {
    read: (reply, phase) => {
      if (reply.kind === 'fault') return verdictOfFault(reply)
      if (reply.kind !== 'answer') return verdictOfHandover(reply)
      if (phase === 'ping' && judgePing) return judgePing(new Answer(reply, pingFormat), reply.at)
      return judge(new Answer(reply, format), reply.at)
    },
    readBatch: createBatchReader(definition, judge, hasPriceFallback),
  }
}
