import type { Ledger } from '../../src/ports.ts'

/** What ledgers owe: a clock of tests stands still while a real store is at work. */
export interface LedgerCount {
  of(ledger: Ledger): Ledger
  /** Calls that have not been answered yet. */
  underWay(): number
}

export const countLedgers = (): LedgerCount => {
  let asked = 0
  const waitedFor = async <T>(answer: Promise<T>): Promise<T> => {
    asked += 1
    try {
      return await answer
    } finally {
      asked -= 1
    }
  }
  const rowsOf = async function* (rows: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    const from = rows[Symbol.asyncIterator]()
    for (let next = await waitedFor(from.next()); !next.done; next = await waitedFor(from.next())) yield next.value
  }
  const of = (ledger: Ledger): Ledger => new Proxy(ledger, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...args: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(method, target, args)
        if (answer instanceof Promise) return waitedFor(answer)
        return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer ? rowsOf(answer as AsyncIterable<unknown>) : answer
      }
    },
  })
  return { of, underWay: () => asked }
}
