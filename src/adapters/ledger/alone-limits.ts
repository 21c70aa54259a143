import type { Ledger } from '../../ports.ts'

/** Limits over all processes where there is one process: its own count is the whole count. */
export const aloneLimits: Pick<Ledger, 'holdPlaces'> = {
  holdPlaces: async (_recipient, _mode, limit, { wanted, used }) => Math.max(used, Math.min(wanted, limit)),
}
