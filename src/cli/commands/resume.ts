import { usageError } from '../../base/diagnostic.ts'
import { openCatalogue } from '../catalogue.ts'
import type { RunCommand } from '../command.ts'
import { perform } from '../perform.ts'

export const run: RunCommand = async (invocation) => {
  const mode = invocation.options.test === true ? 'test' : 'live'
  if (invocation.settings.clock !== null && mode === 'live') throw usageError('--clock is for test mode only', 'add --test')
  return perform(invocation, { mode, opened: await openCatalogue(invocation), target: null, leads: null })
}
