import { buyersIn } from '../../core/sale.ts'
import type { LoadedDelivery } from '../../ports.ts'

/** A delivery with who has its lead, or may have it; who bought it by this very delivery is no news. */
export const withTakers = (loaded: LoadedDelivery, takers: readonly string[]): LoadedDelivery => {
  const own = buyersIn(loaded.events.map(({ event }) => event))
  const had = [...new Set(takers)].filter((each) => !own.includes(each))
  return had.length === 0 ? loaded : { ...loaded, had }
}
