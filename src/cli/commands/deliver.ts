import type { RunCommand } from '../command.ts'
import { openCatalogue, openTarget } from '../catalogue.ts'
import { clockOf } from '../clocks.ts'
import { openLeads } from '../lead-files.ts'
import { modeToAct, requireTo, textOf } from '../options.ts'
import { perform } from '../perform.ts'
import { checkLeads } from '../lead-checks.ts'

export const run: RunCommand = async (invocation) => {
  const { options, settings } = invocation
  if (options.dryRun === true) return (await import('./plan.ts')).run(invocation)
  const to = requireTo(invocation)
  const mode = modeToAct(invocation)
  const opened = await openCatalogue(invocation, [to])
  const target = openTarget(opened, to, mode)
  const checks = checkLeads(textOf(options.received), target.plan, clockOf(settings.clock).now)
  const leads = await openLeads(invocation, invocation.args, checks.inspect, target)
  return perform(invocation, { mode, opened, target, leads, remarks: checks.remarks })
}
