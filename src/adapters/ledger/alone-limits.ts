import type { Ledger } from '../../ports.ts'

/** Limits over all processes where there is one process: its own count is the whole count. */
export const aloneLimits: Pick<Ledger, 'holdPlaces' | 'holdStarts'> = {
  holdPlaces: async (_recipient, _mode, limit, { wanted, used }) => Math.max(used, Math.min(wanted, limit)),
  // Its lane keeps the rate.
  holdStarts: async (_recipient, _mode, _rate, { fromMs, wanted }) => ({ inMs: Array.from({ length: wanted }, () => fromMs), nextInMs: null }),
}
