import { usageError } from '../../base/diagnostic.ts'
import type { RunCommand } from '../command.ts'
import { openCatalogue, openTarget } from '../catalogue.ts'
import { clockOf } from '../clocks.ts'
import { openLeads } from '../lead-files.ts'
import { perform } from '../perform.ts'
import { checkLeads } from '../lead-checks.ts'

export const run: RunCommand = async (invocation) => {
  const { options, settings } = invocation
  if (options.dryRun === true) return (await import('./plan.ts')).run(invocation)
  if (typeof options.to !== 'string') throw usageError('--to is missing: who gets the leads?', 'for example --to acme; finalmile check --json names all that there are')
  const mode = options.test === true ? 'test' : 'live'
  if (settings.clock !== null && mode === 'live') throw usageError('--clock is for test mode only', 'add --test')
  const opened = await openCatalogue(invocation, [options.to])
  const target = openTarget(opened, options.to, mode)
  const checks = checkLeads(typeof options.received === 'string' ? options.received : null, target.plan, clockOf(settings.clock).now)
  const leads = await openLeads(invocation, invocation.args, checks.inspect)
  return perform(invocation, { mode, opened, target, leads, remarks: checks.remarks })
}
