import type { Mode } from '../core/event.ts'
import type { Clock, Ledger } from '../ports.ts'
import type { HeldPlaces, Lane } from './lane.ts'

interface Place { readonly recipient: string; readonly limit: number; lane: Lane | null; held: number; asking: boolean }

/**
 * Places at recipients whose `Concurrency` holds over several processes: this process starts no more attempts than it
 * holds places. It asks for some when leads wait for one, and gives them back when none do.
 */
export const createHeldPlaces = (ledger: Ledger, mode: Mode, clock: Clock, failed: (error: unknown) => void) => {
  const places = new Map<string, Place>()

  const ask = async (place: Place): Promise<void> => {
    const { lane } = place
    if (!lane || place.asking) return
    place.asking = true
    let wanted: number
    do {
      const used = lane.underWay
      // Nothing starts while the answer is on its way: it may be that fewer are left.
      place.held = used
      wanted = lane.parked + used
      place.held = await ledger.holdPlaces(place.recipient, mode, place.limit, { wanted, used })
      // The last one was given back while somebody came for it.
    } while (wanted === 0 && lane.parked > 0)
    place.asking = false
    lane.drain('free', clock.now())
  }

  return {
    /** How many attempts this process may have under way; for its lane. Who comes first does not wait for `renew`. */
    held: (recipient: string, limit: number): HeldPlaces => {
      const place: Place = { recipient, limit, lane: null, held: 0, asking: false }
      places.set(recipient, place)
      return { count: () => place.held, wanted: () => { if (place.held === 0 && !place.asking) queueMicrotask(() => { ask(place).catch(failed) }) } }
    },
    joins: (recipient: string, lane: Lane): void => { const place = places.get(recipient); if (place) place.lane = lane },
    /** To be called every second or so: takes up more, gives back what is not needed. */
    renew: async (): Promise<void> => {
      for (const place of places.values()) {
        const { lane, held } = place
        if (lane && (lane.parked > 0 || lane.underWay > 0 || held > 0)) await ask(place)
      }
    },
  }
}
