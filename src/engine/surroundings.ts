import type { Instant } from '../base/time.ts'
import type { Claim } from '../core/claim.ts'
import type { PhaseName } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { Facts, Send } from '../core/step.ts'
import type { Verdict } from '../core/verdict.ts'
import type { Exists, Standing } from '../ports.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { Lanes } from './lanes.ts'
import type { Lookups } from './lookups.ts'
import type { RunDeps, RunSettings } from './settings.ts'
import type { Together } from './together.ts'
import type { Tokens } from './tokens.ts'
import type { Work } from './work.ts'

/** What the dispatcher and the batcher ask of their surroundings. */
export interface Surroundings {
  readonly settings: RunSettings
  readonly deps: RunDeps
  readonly facts: Facts
  readonly endpointOf: (recipient: string) => Endpoint
  readonly policyOf: (recipient: string) => Policy
  readonly lanes: Pick<Lanes, 'of' | 'leaves'>
  readonly tokens: Tokens
  readonly lookups: Lookups
  /** Works of one lead, given to several targets. */
  readonly together: Together
  readonly heard: Heard
  /** This process has no more to do for it now: settled, waiting in the store, or never stored. */
  readonly released: (work: Work, standing: Standing) => void
  /** Its first step was refused: the delivery is known. */
  readonly known: (work: Work, result: Exists) => void
  /** It is a member of a batch that is due to be repeated: the batcher takes it from here. */
  readonly repeats: (work: Work, send: Send) => void
  /** True once nothing new may be sent. */
  readonly stopping: () => boolean
  /** The store or a bug of ours ends the run. */
  readonly failed: (error: unknown) => void
}

/** What this run hears of its recipients, from their answers and from the store. */
export interface Heard {
  /** A verdict came: pauses, holds and alerts follow from it. */
  readonly answered: (recipient: string, phase: PhaseName, verdict: Verdict, httpStatus: number | null, at: Instant, startedAt: Instant) => void
  /** The store granted what a step claims, or refused it. */
  readonly claimed: (claims: readonly Claim[], at: Instant) => void
  readonly refused: (claim: Claim, at: Instant) => void
  /** The store says that it was paused meanwhile. */
  readonly foundPaused: (recipient: string, reason: string) => void
}
