import { openCatalogue } from '../recipients/catalogue.ts'
import type { RunCommand } from '../command.ts'
import { modeToAct } from '../flags/options.ts'
import { perform } from '../run/perform.ts'
import { missingStore } from '../store.ts'

export const run: RunCommand = async (invocation) => {
  const mode = modeToAct(invocation)
  const opened = await openCatalogue(invocation)
  // From cron a wrong folder would do nothing for ever, and say nothing.
  const missing = missingStore(invocation)
  if (missing !== null && opened.files.length === 0) throw missing
  return perform(invocation, { mode, opened, target: null, leads: null })
}
