import type { IncomingMessage } from 'node:http'
import type { Money } from '../../base/money.ts'
import type { PhaseName } from '../../core/plan.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import type { Memory } from '../../wire/simulate/memory.ts'
import type { Order } from '../../wire/simulate/orders.ts'
import type { SimulatedBuyer } from '../../wire/simulate/simulate.ts'

export interface SandboxState {
  readonly options: SandboxOptions
  readonly players: Map<string, Player>
  readonly faults: { readonly recipient: string; readonly order: Order; left: number }[]
  /** The latest, oldest first; bounded. No lead data. */
  readonly seen: SeenRequest[]
  count: number
}

interface Player { readonly buyer: SimulatedBuyer; readonly memory: Memory; readonly price: string | null }

export interface SandboxOptions {
  /** The recipients to play; those that send nothing by HTTP (pools, files, e-mail) are left out. */
  readonly endpoints: Iterable<Pick<Endpoint, 'definition' | 'read'>>
  /** 0: any free port. */
  readonly port?: number
  /** What each recipient pays, by id, so that a price in an answer is the agreed one. */
  readonly prices?: ReadonlyMap<string, Money>
  /** Told of every request answered; a log line is the caller's affair. */
  readonly onRequest?: (seen: SeenRequest) => void
}

export interface SeenRequest {
  readonly at: number
  readonly recipient: string
  readonly phase: PhaseName | 'token'
  readonly method: string
  /** Null: no answer was given (timeout, reset). */
  readonly status: number | null
  readonly means: string
}

const KEPT = 1_000

export const takeFault = (state: SandboxState, recipient: string): Order | null => {
  if (state.faults.length === 0) return null
  const fault = state.faults.find((each) => each.left > 0 && (each.recipient === recipient || each.recipient === '*'))
  if (!fault) return null
  fault.left -= 1
  if (fault.left === 0) state.faults.splice(state.faults.indexOf(fault), 1)
  return fault.order
}

export const note = (state: SandboxState, player: Player, phase: SeenRequest['phase'], request: IncomingMessage, status: number | null, means: string): void => {
  state.count += 1
  const seen: SeenRequest = { at: Date.now(), recipient: player.buyer.definition.id, phase, method: request.method ?? 'GET', status, means }
  state.seen.push(seen)
  if (state.seen.length >= 2 * KEPT) state.seen.splice(0, KEPT)
  state.options.onRequest?.(seen)
}
