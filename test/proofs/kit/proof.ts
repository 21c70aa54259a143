import type { Random } from '../../simulation/random.ts'

/** One behaviour of facts/trust.md, shown with real processes; `line` has the figures. */
export interface Proof {
  readonly name: string
  /** Numbers in facts/trust.md. */
  readonly shows: string
  readonly run: (options: { readonly short: boolean; readonly random: Random }) => Promise<Shown>
}
export interface Shown { readonly line: string; readonly problems: readonly string[] }
