import { UserError, type Diagnostic } from '../../base/diagnostic.ts'
import type { Mode } from '../../core/event.ts'
import { openCatalogue, openTarget } from '../recipients/catalogue.ts'
import { clockOf } from '../clocks.ts'
import type { Invocation } from '../command.ts'
import { checkLeads } from '../leads/checks.ts'
import { openLeads } from '../leads/files.ts'
import { requireTo, textOf } from '../flags/options.ts'

/** Who gets the leads, and the leads: what `deliver` and `plan` begin with. Throws one UserError with the mistakes of the recipients and of the lead files. */
export const openOrder = async (invocation: Invocation, mode: Mode) => {
  const { args, options, settings } = invocation
  const { opened, target } = await openWanted(invocation, mode).catch(async (error: unknown) => {
    throw error instanceof UserError ? new UserError([...error.diagnostics, ...(await mistakesOfLeads(invocation))]) : error
  })
  const checks = checkLeads(textOf(options.received), target.plan, clockOf(settings.clock).now)
  return { opened, target, checks, leads: await openLeads(invocation, args, checks.inspect, target) }
}

const openWanted = async (invocation: Invocation, mode: Mode) => {
  const to = requireTo(invocation)
  const opened = await openCatalogue(invocation, [to])
  return { opened, target: openTarget(opened, to, mode) }
}

const mistakesOfLeads = async (invocation: Invocation): Promise<readonly Diagnostic[]> => {
  try {
    await openLeads(invocation, invocation.args)
    return []
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics
    throw error
  }
}
