import type { Mode } from '../core/event.ts'
import type { Counts, Ledger } from '../ports.ts'
import type { Invocation } from './command.ts'
import { plural } from './render/figures.ts'

/**
 * Rehearsals and live deliveries are kept apart: whoever looks at one where there is only the other sees nothing, and is
 * told where it is. `counted`: what of the counts is looked at.
 */
export const tellOtherMode = async ({ settings, streams }: Invocation, ledger: Ledger, mode: Mode, counted: (counts: Counts) => number): Promise<void> => {
  if (settings.quiet || counted(await ledger.counts(mode)) > 0) return
  const there = counted(await ledger.counts(mode === 'live' ? 'test' : 'live'))
  if (there === 0) return
  const { paint } = streams.err
  streams.err.write(`${paint.blue('hint')} there ${there === 1 ? 'is' : 'are'} ${plural(there, 'lead')} ${mode === 'live' ? 'delivered with --test: add --test to look at those' : 'delivered live: leave --test out to look at those'}\n`)
}

export const allLeads = ({ working, waiting, settled }: Counts): number => working + waiting + Object.values(settled).reduce((sum, each) => sum + each, 0)
export const forPeople = ({ settled }: Counts): number => settled.held + settled.pooled
