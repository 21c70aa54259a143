import { isPurged } from '../../core/lead.ts'
import type { Mode } from '../../core/event.ts'
import type { Delivery, Ledger, Standing } from '../../ports.ts'
import type { Invocation } from '../command.ts'
import { periodOf, textOf } from '../flags/options.ts'
import { plural } from '../render/figures.ts'
import { idOfName, openCatalogue } from '../recipients/catalogue.ts'

/** A lead that needs a person. */
export interface Listed { readonly delivery: Delivery; readonly standing: Extract<Standing, { state: 'settled' }> }

export const needsPerson = (standing: Standing): boolean => standing.state === 'settled' && (standing.outcome === 'held' || standing.outcome === 'pooled')

/** `--to`, as ids in small letters; null where it is not given. */
export const meantBy = async (invocation: Invocation): Promise<string | null> =>
  (typeof invocation.options.to === 'string' ? idOfName(await openCatalogue(invocation), invocation.options.to).toLowerCase() : null)

/** All that is held or in a pool: to or at `--to`, with `--reason` among the words of its reason, since `--since`, before `--until`. */
export async function* listedIn(ledger: Ledger, invocation: Invocation, mode: Mode): AsyncGenerator<Listed> {
  const to = await meantBy(invocation)
  const words = textOf(invocation.options.reason)?.toLowerCase() ?? ''
  const { since, until } = periodOf(invocation)
  for await (const { delivery, standing } of ledger.deliveries({ mode, state: 'settled', outcomes: ['held', 'pooled'] })) {
    if (standing.state !== 'settled' || standing.at < (since ?? -Infinity) || standing.at >= (until ?? Infinity)) continue
    if (to !== null && delivery.to.toLowerCase() !== to && standing.recipient?.toLowerCase() !== to) continue
    if ((standing.reason ?? '').toLowerCase().includes(words)) yield { delivery, standing }
  }
}

/** What `--all` means. `held`: of these a buyer may have each. `purged`: those that are left out of a retry, as nothing is left to send. `lines`: how many for which reason, the most first. */
export interface Selection { readonly ids: readonly string[]; readonly held: number; readonly purged: number; readonly lines: readonly string[] }

export const selectAll = async (ledger: Ledger, invocation: Invocation, mode: Mode, decision: 'retry' | 'drop'): Promise<Selection> => {
  const ids: string[] = []
  const groups = new Map<string, number>()
  let [held, purged] = [0, 0]
  for await (const { delivery, standing } of listedIn(ledger, invocation, mode)) {
    if (decision === 'retry' && isPurged(delivery.lead)) { purged += 1; continue }
    ids.push(delivery.id)
    if (standing.outcome === 'held') held += 1
    const group = `${standing.outcome} at ${standing.recipient ?? delivery.to}: ${standing.reason ?? 'no reason given'}`
    groups.set(group, (groups.get(group) ?? 0) + 1)
  }
  const lines = [...groups].sort(([, a], [, b]) => b - a).map(([group, count]) => `${plural(count, 'lead')} ${group}`)
  return { ids, held, purged, lines }
}
