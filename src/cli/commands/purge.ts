import { systemClock } from '../../adapters/clock.ts'
import { usageError } from '../../base/diagnostic.ts'
import { formatDuration } from '../../base/time.ts'
import type { RunCommand } from '../command.ts'
import { declined } from '../confirm.ts'
import { EXIT } from '../exit.ts'
import { plural } from '../render/figures.ts'
import { withStore } from '../store.ts'

/** A rehearsal settles its leads when its `--clock` says, which may be years ahead. */
const BY_ANY_CLOCK = Number.MAX_SAFE_INTEGER

/** Personal data of settled leads out of the store; the figures, ids and times stay, or a lead could be sold again. */
export const run: RunCommand = async (invocation) => {
  const { options, streams, settings } = invocation
  const olderThanMs = options.olderThan
  if (typeof olderThanMs !== 'number') throw usageError('purge needs --older-than', 'for example finalmile purge --older-than 90d; 0d is all that is settled')
  if (settings.clock !== null) throw usageError('purge goes by the machine\'s clock, since it is of live deliveries too; nothing was removed', 'leave --clock out; --older-than 0d is all that is settled, by whatever clock')
  // A live send can be undone by nobody either, but it is what a cron job is for; this is not.
  if (options.yes !== true && streams.ask === null) throw usageError('purge asks before it removes anything, and there is no terminal', 'add --yes; nothing was removed')
  const which = olderThanMs === 0 ? 'all settled leads' : `leads settled more than ${formatDuration(olderThanMs)} ago`
  const no = await declined(invocation, `Remove the personal data of ${which} for good?`)
  if (no !== null) {
    streams.err.write('Nothing was removed.\n')
    return no
  }
  return withStore(invocation, 'write', async (ledger) => {
    const purged = await ledger.purge({ olderThanMs, now: olderThanMs === 0 ? BY_ANY_CLOCK : systemClock.now() })
    if (settings.json) streams.out.write(`${JSON.stringify({ purged })}\n`)
    if (!settings.quiet) {
      streams.err.write(`${streams.err.paint.green('✓')} the personal data of ${plural(purged, 'delivery', 'deliveries')} is gone from the store; figures, ids and times stay\n`)
      streams.err.write('Your own files are yours to remove: lead files, and the runs/ folders with buyers\' reasons and bad rows.\n')
    }
    return EXIT.done
  })
}
