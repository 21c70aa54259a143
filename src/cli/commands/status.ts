import { shellWord } from '../../base/shell.ts'
import { MINUTE, earliest, formatDuration, isoTime, type Instant } from '../../base/time.ts'
import { circuitFrom, type Circuit } from '../../core/circuit.ts'
import type { Mode } from '../../core/event.ts'
import type { Counts, Ledger, Queue, RecipientState } from '../../ports.ts'
import { nowOf } from '../clocks.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { modeOf } from '../flags/options.ts'
import { plural, showCount, showDue, showTime } from '../render/figures.ts'
import { outcomesLine } from '../render/summary.ts'
import { renderTable } from '../render/table.ts'
import { oneLine } from '../render/printable.ts'
import { withoutTime } from '../render/waits.ts'
import { commandsOf, withCommands, type CommandFor } from '../render/command-for.ts'
import { allLeads, forPeople, tellOtherMode } from '../other-mode.ts'
import { withStore } from '../store.ts'
import type { Sink } from '../streams.ts'

type OpenCircuit = Exclude<Circuit, { kind: 'closed' }>

/** `resume` comes from cron every few minutes; what stays due for longer than ten has nobody who works it. */
const OVERDUE_MS = 10 * MINUTE

export const run: RunCommand = (invocation) =>
  withStore(invocation, 'read', async (ledger) => {
    const { streams, settings } = invocation
    const mode = modeOf(invocation)
    const now = nowOf(settings)
    const queues = await queuesOf(ledger, mode, now)
    const states = (await ledger.recipientStates(mode)).filter((each) => each.paused !== null || (each.closedUntil ?? 0) > now || circuitOf(each.circuit) !== null)
    const status: Status = { mode, now, counts: await ledger.counts(mode), queues, states, overdue: queues.reduce((sum, each) => sum + each.overdue, 0) }
    if (settings.json) streams.out.write(`${JSON.stringify(forPrograms(status))}\n`)
    else {
      writeForPeople(status, streams.out, commandsOf(settings))
      await tellOtherMode(invocation, ledger, mode, allLeads)
    }
    return EXIT.done
  })

interface Status { readonly mode: Mode; readonly now: Instant; readonly counts: Counts; readonly queues: readonly Queue[]; /** of those that are closed */ readonly states: readonly RecipientState[]; readonly overdue: number }

const forPrograms = ({ mode, now, counts, queues, states, overdue }: Status): object => ({
  mode, at: isoTime(now), working: counts.working, waiting: counts.waiting, overdue, settled: counts.settled,
  queues: queues.map((each) => ({ recipient: each.recipient, why: each.why, leads: each.leads, next_at: each.nextAt === null ? null : isoTime(each.nextAt), batch: each.batch })),
  recipients: states.map((each) => ({
    recipient: each.recipient, paused: each.paused === null ? null : { at: isoTime(each.paused.at), reason: each.paused.reason },
    closed_until: each.closedUntil === null ? null : isoTime(each.closedUntil), ...circuitJson(circuitOf(each.circuit)),
  })),
  review: forPeople(counts),
})

const writeForPeople = ({ mode, now, counts, queues, states, overdue }: Status, out: Sink, commandFor: CommandFor): void => {
  const { paint } = out
  const all = allLeads(counts)
  out.write(`${paint.bold(`${plural(all, 'lead')} in the ${mode} store`)}\n  ${outcomesLine({ ...counts.settled, waiting: counts.waiting }, all - counts.waiting - counts.working, paint)}\n`)
  if (counts.working > 0) out.write(`  ${paint.cyan(`${showCount(counts.working)} being worked on`)} ${paint.dim(`(or left by a crash: \`${commandFor(mode, 'resume')}\` takes them up)`)}\n`)
  if (queues.length > 0) {
    const paused = new Set(states.flatMap((each) => (each.paused === null ? [] : [each.recipient])))
    out.write(`\n${paint.bold('Waiting')}\n${renderTable(
      [{ title: 'RECIPIENT' }, { title: 'LEADS', align: 'right' }, { title: 'NEXT' }, { title: 'WHY', flexible: true }],
      queues.map((each) => [each.recipient ?? '', showCount(each.leads), showDue(each.nextAt, now), whyNow(each, paused, now, mode, commandFor)]), out.columns, paint,
    )}`)
  }
  if (states.length > 0) {
    out.write(`\n${paint.bold('Closed recipients')}\n${renderTable(
      [{ title: 'RECIPIENT' }, { title: 'STATE', style: (text) => paint.yellow(text) }, { title: 'SINCE' }, { title: 'WHY', flexible: true }],
      states.map((each) => [each.recipient, ...closedCells(each, now)]), out.columns, paint,
    )}`)
  }
  for (const { recipient, paused } of states) {
    if (paused !== null) out.write(`\n${paint.yellow(`${recipient} is sent nothing: ${commandFor(mode, `unpause ${shellWord(recipient)}`)} opens it`)}\n`)
  }
  if (overdue > 0) out.write(`\n${paint.yellow(`${plural(overdue, 'lead')} ${overdue === 1 ? 'has' : 'have'} been due for over ${formatDuration(OVERDUE_MS)} and ${overdue === 1 ? 'is' : 'are'} not taken up: ${commandFor(mode, 'resume')} sends them; is it in cron?`)}\n`)
  const held = forPeople(counts)
  if (held > 0) out.write(`\n${paint.yellow(`${plural(held, 'lead')} ${held === 1 ? 'needs' : 'need'} a person: ${commandFor(mode, 'review list')}`)}\n`)
}

const isToldPaused = ({ why }: Pick<Queue, 'why'>): boolean => why.includes(' is paused (')

/** Leads keep the reason that they were given until they are taken up again: after `unpause` that one is no more. */
const whyNow = ({ recipient, why, nextAt }: Queue, paused: ReadonlySet<string>, now: Instant, mode: Mode, commandFor: CommandFor): string =>
  recipient !== null && nextAt !== null && nextAt <= now && !paused.has(recipient) && isToldPaused({ why }) ? `was paused; ${commandFor(mode, 'resume')} sends them` : withCommands(commandFor, mode, why)

/** Leads that wait for the same thing at different times are one queue: times are left out of the reason. */
const queuesOf = async (ledger: Ledger, mode: Mode, now: Instant): Promise<readonly Queue[]> => {
  const queues = new Map<string, Queue>()
  for (const each of await ledger.queues({ mode, dueBefore: now - OVERDUE_MS })) {
    const why = oneLine(withoutTime(each.why))
    const name = `${each.recipient ?? ''}\n${why}`
    const known = queues.get(name)
    queues.set(name, known ? { ...known, leads: known.leads + each.leads, overdue: known.overdue + each.overdue, nextAt: earliest([known.nextAt, each.nextAt]) } : { ...each, why })
  }
  return [...queues.values()].toSorted((a, b) => b.leads - a.leads)
}

/** A circuit that is not closed; null where all is well, or nothing is known. */
const circuitOf = (json: string | null): OpenCircuit | null => {
  const circuit = circuitFrom(json)
  return circuit.kind === 'closed' ? null : circuit
}

const circuitJson = (circuit: OpenCircuit | null) => ({ circuit: circuit?.kind ?? null, circuit_until: circuit?.kind === 'open' ? isoTime(circuit.until) : null })

/** State, since when, and why. */
const closedCells = (state: RecipientState, now: Instant): readonly [string, string, string] => {
  if (state.paused !== null) return ['paused', showTime(state.paused.at), state.paused.reason]
  if (state.closedUntil !== null && state.closedUntil > now) return [`closed for ${formatDuration(state.closedUntil - now)}`, '', 'it asked for a longer wait']
  const circuit = circuitOf(state.circuit)
  if (circuit === null) return ['', '', '']
  if (circuit.kind === 'trial') return ['circuit on trial', '', 'its answer to one lead decides whether it is sent to again']
  const since = showTime(circuit.until - circuit.waitMs)
  return circuit.until <= now ? ['circuit open', since, 'too many attempts failed or were unreadable; the next lead is its trial'] : [`circuit open for ${formatDuration(circuit.until - now)}`, since, 'too many attempts failed or were unreadable; then one lead is its trial']
}
