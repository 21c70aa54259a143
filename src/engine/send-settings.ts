import type { SendSettings } from '../ports.ts'
import type { Endpoint } from '../wire/endpoint.ts'

/** An endpoint's settings with the time limit of an attempt; the same object again and again, since it has one or two limits. */
export const createSendSettings = () => {
  const known = new Map<Endpoint, SendSettings>()
  return (endpoint: Endpoint, timeoutMs: number): SendSettings => {
    const before = known.get(endpoint)
    if (before?.timeoutMs === timeoutMs) return before
    const fresh = { ...endpoint.definition.transport, timeoutMs }
    known.set(endpoint, fresh)
    return fresh
  }
}
