/** What the process says when it ends (contract, section 7). */
export const EXIT = {
  /** A rejection is an answer, waiting is no failure. */
  done: 0,
  /** A bug of ours, or the store failed while we were at work. */
  bug: 1,
  /** Usage or configuration; nothing was sent. */
  usage: 2,
  /** Some leads failed or are held, or not one row of the file is a lead. */
  leadsFailed: 3,
  /** An alert threshold was missed. */
  alert: 4,
  /** Another process holds the store and `--no-wait` was given. */
  held: 5,
  /** Interrupted; safe to resume. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
