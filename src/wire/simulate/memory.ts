export type Memory = ReturnType<typeof createMemory>

/** What one simulated buyer remembers: whom it bought, and under which idempotency key. */
export const createMemory = () => {
  const bought = new Map<string, string | null>()
  const tries = new Map<string, number>()
  const bids = new Map<string, string>()
  const knows = (identity: string, key: string | null): boolean => {
    const before = bought.get(identity)
    return before !== undefined && (before === null || before !== key)
  }
  return {
    knows,
    /** Books a person; `duplicate` where another key (or none) bought the same one before. */
    buy: (identity: string, key: string | null): 'new' | 'duplicate' => {
      if (knows(identity, key)) return 'duplicate'
      bought.set(identity, key)
      return 'new'
    },
    /** 1 for the first request under this key. */
    countTry: (key: string): number => {
      const count = (tries.get(key) ?? 0) + 1
      tries.set(key, count)
      return count
    },
    rememberBid: (pingId: string, price: string): void => { bids.set(pingId, price) },
    /** What was bid under this ping id; null where the value is none. */
    bidOf: (value: string): string | null => bids.get(value) ?? null,
  }
}
