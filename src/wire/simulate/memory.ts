/** What one simulated buyer remembers: whom it bought, and under which idempotency key. */
export interface Memory {
  /** Books a person; `duplicate` where another key (or none) bought the same one before. */
  buy(identity: string, key: string | null): 'new' | 'duplicate'
  knows(identity: string, key: string | null): boolean
  /** 1 for the first request under this key. */
  countTry(key: string): number
  rememberBid(pingId: string, price: string): void
  /** What was bid under this ping id; null where the value is none. */
  bidOf(value: string): string | null
}

export const createMemory = (): Memory => {
  const bought = new Map<string, string | null>()
  const tries = new Map<string, number>()
  const bids = new Map<string, string>()
  const knows = (identity: string, key: string | null): boolean => {
    const before = bought.get(identity)
    return before !== undefined && (before === null || before !== key)
  }
  return {
    knows,
    buy: (identity, key) => {
      if (knows(identity, key)) return 'duplicate'
      bought.set(identity, key)
      return 'new'
    },
    countTry: (key) => {
      const count = (tries.get(key) ?? 0) + 1
      tries.set(key, count)
      return count
    },
    rememberBid: (pingId, price) => { bids.set(pingId, price) },
    bidOf: (value) => bids.get(value) ?? null,
  }
}
