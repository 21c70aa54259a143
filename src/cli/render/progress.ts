import type { Money } from '../../base/money.ts'
import { formatDuration, type Instant } from '../../base/time.ts'
import type { Sink } from '../streams.ts'
import { plural, showCount, showMoney, showRate } from './figures.ts'
import { printable } from './printable.ts'
import { cut } from './width.ts'

/** Where a run stands. `total`: null while the leads are still being counted. */
export interface Snapshot {
  readonly settled: number
  readonly waiting: number
  readonly accepted: number
  readonly failed: number
  readonly attempts: number
  readonly revenue: readonly Money[]
  readonly total: number | null
  readonly startedAt: Instant
  readonly now: Instant
}

/** Tells a person how it goes; nothing at all where nobody watches. */
export interface Progress {
  update(snapshot: Snapshot): void
  /** A line above the progress: an alert, a bad row. Shown without a terminal, and with --quiet too: cron mails nothing else. */
  log(line: string): void
  stop(): void
}

/** A spinner line on a terminal; with --quiet, on a pipe, or a terminal that does not know its width, only the lines of `log`. */
export const createProgress = async (err: Sink, quiet: boolean): Promise<Progress> => {
  if (quiet || !err.isScreen) {
    return { update: () => undefined, log: (line) => err.write(`${line}\n`), stop: () => undefined }
  }
  const { default: ora } = await import('ora')
  // discardStdin would put the terminal into raw mode and take Ctrl-C away from us; of NO_COLOR ora knows nothing. A hidden
  // cursor would stay hidden in the shell after Ctrl-Z and kill -9.
  const spinner = ora({ stream: process.stderr, discardStdin: false, hideCursor: false, text: 'starting', color: err.paint.level === 0 ? false : 'cyan' }).start()
  // Of no width, a line is infinitely many: ora would clear them for ever.
  const onResize = (): void => { if (!err.isScreen) spinner.stop() }
  process.stderr.on('resize', onResize)
  return {
    update: (snapshot) => { spinner.text = cut(progressLine(snapshot), err.columns - 3) },
    log: (line) => {
      if (!spinner.isSpinning) return err.write(`${line}\n`)
      spinner.clear()
      err.write(`${line}\n`)
      spinner.render()
    },
    stop: () => {
      process.stderr.off('resize', onResize)
      spinner.stop()
    },
  }
}

/** `1,200 of 50,000 leads · 64.2% accepted · $32,110.00 · 412/s · 2 min left`. */
export const progressLine = (at: Snapshot): string => {
  const seconds = (at.now - at.startedAt) / 1000
  // A `resume --watch` that has nothing due, a pipe that brings nothing: figures of zero would look like a fault.
  if (at.total === null && at.settled + at.waiting + at.attempts === 0) return `nothing to do yet · ${formatDuration(Math.round(seconds) * 1000)}`
  const done = at.settled + at.waiting
  const rate = seconds > 0 ? done / seconds : 0
  const left = at.total === null || rate === 0 ? null : Math.max(0, at.total - done) / rate
  return [
    at.total === null ? plural(at.settled, 'lead') : `${showCount(at.settled)} of ${plural(at.total, 'lead')}`,
    `${showCount(at.attempts)} sent`,
    ...(at.settled > 0 ? [`${showRate(at.accepted, at.settled)} accepted`] : []),
    ...at.revenue.map(showMoney),
    ...(at.waiting > 0 ? [`${showCount(at.waiting)} waiting`] : []),
    ...(at.failed > 0 ? [`${showCount(at.failed)} failed`] : []),
    ...(seconds >= 1 ? [`${rate < 10 ? rate.toFixed(1) : showCount(Math.round(rate))}/s`] : []),
    ...(left !== null && seconds >= 2 ? [`${formatDuration(left * 1000)} left`] : []),
  ].map(printable).join(' · ')
}
