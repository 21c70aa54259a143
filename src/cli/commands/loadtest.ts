import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../adapters/clock.ts'
import { openSqliteLedger } from '../../adapters/ledger/sqlite.ts'
import { createTransport } from '../../adapters/transport.ts'
import { usageError } from '../../base/diagnostic.ts'
import { formatDuration } from '../../base/time.ts'
import { pricedIn, recipientsOf } from '../../core/plan.ts'
import { percentile } from '../../core/report/histogram.ts'
import type { Recipient } from '../../definitions/recipient.ts'
import { runDeliveries } from '../../engine/run.ts'
import type { LeadSource } from '../../engine/settings.ts'
import { compileEndpoints } from '../recipients/compile.ts'
import { openCatalogue, openTarget } from '../recipients/catalogue.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { watchInterrupts } from '../interrupts.ts'
import { beginMeasuring, judge, measure, megabytes, type Criterion, type Measured, type Sample } from '../load/judge.ts'
import { loadLead } from '../load/leads.ts'
import { dueAt, dueBy, type Ramp } from '../load/ramp.ts'
import { plural, showCount, showMs } from '../render/figures.ts'
import { renderTable } from '../render/table.ts'
import { newRunId } from '../run/run-id.ts'
import { openSandbox } from '../run/sandbox.ts'

const MOST_SAMPLES = 240
const SHOWN_ROWS = 10

/** A rising load of made-up leads through the whole of it (mapping, ledger, wire, parsing) against the built-in sandbox; nothing leaves the machine, and the user's store is not touched. */
export const run: RunCommand = async (invocation) => {
  const { options, settings, streams } = invocation
  const { ramp, for: forMs, to } = options
  if (typeof to !== 'string') throw usageError('loadtest needs --to', 'for example finalmile loadtest --to acme --ramp 0..1000/min --for 30m')
  if (!isRamp(ramp) || typeof forMs !== 'number' || forMs <= 0) throw usageError('loadtest needs --ramp and --for', 'for example --ramp 0..1000/min --for 30m')
  const opened = await openCatalogue(invocation, [to])
  const target = openTarget(opened, to, 'test')
  const played = recipientsOf(target.plan).flatMap((id): readonly Recipient[] => { const each = opened.catalogue.recipients.get(id); return each ? [onlySimulated(each)] : [] })
  const sandbox = await openSandbox(played, [target.plan])
  const folder = await mkdtemp(join(tmpdir(), 'finalmile-load-'))
  const interrupts = watchInterrupts(() => streams.err.write('\nStopping: what is on the wire may end.\n'))
  const transport = createTransport()
  const ledger = await openSqliteLedger({ path: join(folder, 'store.db'), use: 'write' })
  const measured = beginMeasuring()
  const offered = dueBy(ramp, forMs, forMs)
  const startedAt = systemClock.now()
  const pacer = paced(ramp, forMs, startedAt, interrupts.signal, (count) => { measured.taken += count })
  const sampler = sample(measured, startedAt, Math.max(50, forMs / MOST_SAMPLES), pacer.lateMs)
  try {
    if (!settings.quiet) streams.err.write(`${plural(offered, 'made-up lead')} to ${target.recipient.name} over ${formatDuration(forMs)}, against the built-in sandbox\n`)
    const end = await runDeliveries({
      runId: newRunId(startedAt), mode: 'test', to: target.recipient, catalogue: opened.catalogue, waitMs: 10_000, concurrency: settings.concurrency,
      again: false, retryFailed: false, source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null, watch: false,
    }, pacer.leads, {
      ledger, transport, clock: systemClock, endpoints: compileEndpoints(played, sandbox, pricedIn([target.plan]), opened.catalogue.secrets),
      notify: { notify: () => Promise.resolve() }, signal: interrupts.signal, observe: (seen) => measure(measured, seen),
    })
    sampler.stop()
    const waiting = end.waiting.reduce((sum, each) => sum + each.count, 0)
    const criteria = judge(measured, offered, waiting)
    const tookMs = systemClock.now() - startedAt
    if (settings.json) streams.out.write(`${JSON.stringify(resultOf(measured, offered, waiting, tookMs, criteria))}\n`)
    else streams.out.write(renderSamples(measured.samples, streams.out.columns, streams.out.paint))
    for (const each of end.waiting) streams.err.write(`${plural(each.count, 'lead')} left waiting: ${each.why}\n`)
    if (!settings.quiet) for (const { name, got, wanted, met } of criteria) streams.err.write(`${met ? streams.err.paint.green('✓') : streams.err.paint.red('✗')} ${name}: ${got} (wanted: ${wanted})\n`)
    if (interrupts.signal.aborted) return EXIT.interrupted
    return criteria.every((each) => each.met) ? EXIT.done : EXIT.alert
  } finally {
    sampler.stop()
    interrupts.release()
    await transport.close()
    await ledger.close()
    await sandbox.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A buyer's own sandbox is not ours to load. */
const onlySimulated = (recipient: Recipient): Recipient =>
  recipient.kind === 'endpoint' && recipient.definition.test?.endpoint
    ? { ...recipient, definition: { ...recipient.definition, test: { ...recipient.definition.test, endpoint: null } } }
    : recipient

const isRamp = (value: unknown): value is Ramp => typeof value === 'object' && value !== null && 'from' in value && 'to' in value

/** Leads when their time has come; a run that takes them late finds them all due. */
const paced = (ramp: Ramp, forMs: number, startedAt: number, signal: AbortSignal, taken: (count: number) => void): { readonly leads: LeadSource; lateMs(): number } => {
  const total = dueBy(ramp, forMs, forMs)
  let n = 0
  let late = 0
  async function* batches(): AsyncGenerator<{ readonly leads: readonly { readonly lead: ReturnType<typeof loadLead> }[] }> {
    while (n < total && !signal.aborted) {
      const elapsed = systemClock.now() - startedAt
      const due = Math.min(total, dueBy(ramp, forMs, elapsed))
      if (due <= n) {
        late = 0
        await systemClock.sleep(Math.max(5, dueAt(ramp, forMs, n) - elapsed), signal)
        continue
      }
      late = Math.max(0, elapsed - dueAt(ramp, forMs, n))
      const leads = Array.from({ length: Math.min(due - n, 256) }, (_, i) => ({ lead: loadLead(n + i) }))
      n += leads.length
      taken(leads.length)
      yield { leads }
    }
  }
  return { leads: { [Symbol.asyncIterator]: batches }, lateMs: () => late }
}

const sample = (measured: Measured, startedAt: number, everyMs: number, lateMs: () => number): { stop(): void } => {
  let before = { taken: 0, settled: 0, failed: 0 }
  const take = (): void => {
    const { taken, settled, failed } = measured
    measured.samples.push({ atMs: systemClock.now() - startedAt, taken: taken - before.taken, settled: settled - before.settled, failed: failed - before.failed, p95Ms: percentile(measured.responses, 0.95), lateMs: lateMs(), memory: process.memoryUsage.rss() })
    before = { taken, settled, failed }
  }
  const timer = setInterval(take, everyMs)
  return { stop: () => { clearInterval(timer) } }
}

const resultOf = (measured: Measured, offered: number, waiting: number, tookMs: number, criteria: readonly Criterion[]): object => {
  const { taken, settled, failed, sent, responses, samples } = measured
  return {
    passed: criteria.every((each) => each.met), leads: offered, taken, settled, failed, waiting, attempts: sent, took_ms: tookMs,
    success_rate: taken === 0 ? 0 : Math.round(((taken - failed - waiting) / taken) * 10_000) / 10_000,
    p50_ms: percentile(responses, 0.5), p95_ms: percentile(responses, 0.95), p99_ms: percentile(responses, 0.99),
    peak_memory_bytes: samples.reduce((most, each) => Math.max(most, each.memory), 0),
    criteria: criteria.map(({ name, got, wanted, met }) => ({ name, got, wanted, met })),
  }
}

/** Some ten moments, each a sum of those since the one before. */
const renderSamples = (samples: readonly Sample[], columns: number, paint: Parameters<typeof renderTable>[3]): string => {
  const step = Math.max(1, Math.ceil(samples.length / SHOWN_ROWS))
  const right = { align: 'right' } as const
  const rows: string[][] = []
  for (let i = 0; i < samples.length; i += step) {
    const part = samples.slice(i, i + step)
    const last = part.at(-1)
    if (!last) break
    const sum = (of: (each: Sample) => number): number => part.reduce((total, each) => total + of(each), 0)
    rows.push([formatDuration(last.atMs), showCount(sum((each) => each.taken)), showCount(sum((each) => each.settled)), showCount(sum((each) => each.failed)), showMs(last.p95Ms), formatDuration(last.lateMs), megabytes(last.memory)])
  }
  return renderTable([{ title: 'AT', ...right }, { title: 'TAKEN', ...right }, { title: 'SETTLED', ...right }, { title: 'FAILED', ...right }, { title: 'P95 SO FAR', ...right }, { title: 'LATE', ...right }, { title: 'MEMORY', ...right }], rows, columns, paint)
}
