import type { LeadStream } from '../../adapters/leads/read.ts'
import type { Diagnostic } from '../../base/diagnostic.ts'
import type { Mode } from '../../core/event.ts'
import type { Run } from '../../core/run.ts'
import type { RunDeps } from '../../engine/settings.ts'
import type { Opened, Target } from '../recipients/catalogue.ts'
import type { RunRecord } from './record.ts'
import type { Progress } from '../render/progress.ts'

/** What is to be delivered. */
export interface Order {
  readonly mode: Mode
  readonly opened: Opened
  /** Null for `resume`. */
  readonly target: Target | null
  readonly leads: LeadStream | null
  /** What is to be said of the leads once all are read. */
  readonly remarks?: () => readonly Diagnostic[]
}

/** What is open while a run goes on. `sending.sent`: something may have gone out. */
export interface Underway {
  readonly run: Run
  readonly currency: string
  readonly folder: string
  readonly deps: Omit<RunDeps, 'observe'>
  readonly record: RunRecord
  readonly progress: Progress
  readonly sending: { sent: boolean }
}
