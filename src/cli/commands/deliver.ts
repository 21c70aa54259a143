import type { RunCommand } from '../command.ts'
import { modeToAct } from '../flags/options.ts'
import { openOrder } from '../run/order.ts'
import { perform } from '../run/perform.ts'

export const run: RunCommand = async (invocation) => {
  if (invocation.options.dryRun === true) return (await import('./plan.ts')).run(invocation)
  const mode = modeToAct(invocation)
  const { opened, target, leads, checks } = await openOrder(invocation, mode)
  return perform(invocation, { mode, opened, target, leads, remarks: checks.remarks })
}
