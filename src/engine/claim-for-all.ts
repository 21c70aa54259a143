import type { Instant } from '../base/time.ts'
import type { Claim } from '../core/claim.ts'
import type { EndpointDefinition } from '../definitions/endpoint-definition.ts'
import type { Limits } from './limits.ts'
import type { Surroundings } from './surroundings.ts'
import type { Work } from './work.ts'

/**
 * What one request for many leads claims of limits that hold over all processes and runs: a circuit's one trial, a start of the
 * recipient's rate. In a step of the first lead's, before any of them is started; false where it was refused, so that all decide again.
 */
export const claimForAll = async ({ deps: { ledger }, settings, heard }: Surroundings, { paces, refused }: Limits, work: Work, endpoint: EndpointDefinition, trial: readonly Claim[], now: Instant): Promise<boolean> => {
  const pace = ledger.shared ? null : paces.claim(endpoint, now)
  const claims = pace ? [...trial, pace] : trial
  if (claims.length === 0) return true
  const [result] = await ledger.append([{ deliveryId: work.delivery.id, version: work.history.version, runId: settings.runId, events: [], standing: { state: 'working' }, claims, at: now }])
  if (result?.kind === 'refused') {
    refused(work, result.claim, now)
    return false
  }
  if (result?.kind !== 'ok') throw new Error(`the store refused what a batch with delivery ${work.delivery.id} claims: ${result?.kind ?? 'no result'}`)
  paces.granted(endpoint.id)
  heard.claimed(trial, now)
  return true
}
