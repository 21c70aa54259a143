import type { Instant } from '../base/time.ts'
import type { FailedVerdict } from '../core/verdict.ts'
import type { Endpoint, Lookup, LookupReply } from '../wire/endpoint.ts'
import { FAILURE_LASTS_MS, createOnce } from './once.ts'
import type { RunDeps } from './settings.ts'

export type Lookups = ReturnType<typeof createLookups>

/** What services know and requests need (the id of a list that is given by name): asked for once, however many leads need it, and kept for the run. */
export const createLookups = ({ transport, clock, signal }: Pick<RunDeps, 'transport' | 'clock' | 'signal'>) => {
  const known = new Map<string, { readonly reply: LookupReply; readonly until: Instant }>()
  const once = createOnce()

  const request = async (endpoint: Endpoint, lookup: Lookup, name: string): Promise<void> => {
    const reply = lookup.read(await transport.send(lookup.request, endpoint.definition.transport, signal))
    known.set(name, { reply, until: reply.kind === 'found' ? Infinity : clock.now() + FAILURE_LASTS_MS })
  }

  return {
    /** The value, where it was found. */
    found: (recipient: string, lookup: string): string | undefined => {
      const reply = known.get(nameOf(recipient, lookup))?.reply
      return reply?.kind === 'found' ? reply.value : undefined
    },
    /** Why it could not be found a moment ago; null where that is not known. */
    failed: (recipient: string, lookup: string, now: Instant): FailedVerdict | null => {
      const entry = known.get(nameOf(recipient, lookup))
      return entry?.reply.kind === 'failed' && now < entry.until ? entry.reply.verdict : null
    },
    /** Asks, unless someone is asking already. */
    ask: (endpoint: Endpoint, lookup: Lookup): Promise<void> => {
      const name = nameOf(endpoint.definition.id, lookup.name)
      return once(name, () => request(endpoint, lookup, name))
    },
  }
}

const nameOf = (recipient: string, lookup: string): string => `${recipient}\n${lookup}`
