import { afterEach } from 'vitest'
import { startBuyer, type Buyer, type BuyerOptions } from './buyer.ts'

/** Starts buyers that end with the test that started them; called once, at the head of a test's file. */
export const buyersOfTests = (): ((options?: BuyerOptions) => Promise<Buyer>) => {
  const started: Buyer[] = []
  afterEach(async () => { await Promise.all(started.splice(0).map((each) => each.close())) })
  return async (options) => {
    const buyer = await startBuyer(options)
    started.push(buyer)
    return buyer
  }
}
