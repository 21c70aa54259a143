import type { ChalkInstance } from 'chalk'
import type { Money } from '../../base/money.ts'
import { shellWord } from '../../base/shell.ts'
import { formatDuration, isoTime, type Instant } from '../../base/time.ts'
import { unansweredBatches } from '../../core/batch.ts'
import type { DeliveryEvent } from '../../core/event.ts'
import { emptyHistory, evolve } from '../../core/history.ts'
import { isPurged } from '../../core/lead.ts'
import { childPath, isStep } from '../../core/plan.ts'
import type { OutcomeKind } from '../../core/outcome.ts'
import { mayHaveIt } from '../../core/review.ts'
import { classOf, type Verdict } from '../../core/verdict.ts'
import { batchSizeOf } from '../../engine/identity.ts'
import type { LoadedDelivery } from '../../ports.ts'
import { plural, showMoney, showTime, showWhen } from './figures.ts'
import { oneLine } from './printable.ts'
import { withCommands, type CommandFor } from './command-for.ts'

/**
 * One delivery from the first fact to the last, and what comes next:
 *
 *     L-1001 to auto-waterfall (live), received 2026-11-24 03:29:15 UTC
 *       03:29:15.120  received, cost $15.00
 *       03:29:15.121  → acme, post, attempt 1  key 8fK2…
 *       03:29:15.301  ✗ acme: rejected: state not served (HTTP 200, 180 ms)
 */
export const renderTimeline = (loaded: LoadedDelivery, now: Instant, commandFor: CommandFor, paint: ChalkInstance, nameOf: (path: string) => string | null = () => null): string => {
  const { delivery, events } = loaded
  const number = delivery.number > 1 ? `, delivery ${delivery.number}` : ''
  const head = `${paint.bold(oneLine(delivery.lead.id))} to ${paint.bold(delivery.to)} (${delivery.mode}${number}), received ${showTime(delivery.receivedAt)} UTC`
  const source = Object.entries(delivery.source).map(([name, value]) => `${name}=${value}`).join(' ')
  const facts = source === '' ? [] : [paint.dim(`  source ${oneLine(source)}`)]
  let day = ''
  const lines = events.flatMap(({ event }) => {
    const iso = isoTime(event.at)
    const newDay = iso.slice(0, 10) === day ? [] : [paint.dim(`  ${iso.slice(0, 10)}`)]
    day = iso.slice(0, 10)
    return [...newDay, `  ${paint.dim(iso.slice(11, 23))}  ${lineOf(event, paint, nameOf)}`]
  })
  return `${[head, ...facts, ...lines, `  ${nextOf(loaded, now, commandFor, paint)}`].join('\n')}\n`
}

/** One fact as it happens, for `--verbose`: what a timeline says of it, with the lead. */
export const factLine = (leadId: string, event: DeliveryEvent, paint: ChalkInstance): string =>
  `${paint.dim(isoTime(event.at).slice(11, 23))}  ${oneLine(leadId)}  ${lineOf(event, paint, () => null)}`

/** Steps that the last settlement left open. */
const openIn = (events: LoadedDelivery['events']): readonly string[] | undefined => {
  const settled = events.findLast(({ event }) => event.type === 'settled')?.event
  return settled?.type === 'settled' ? settled.outcome.open : undefined
}

const lineOf = (event: DeliveryEvent, paint: ChalkInstance, nameOf: (path: string) => string | null): string => {
  switch (event.type) {
    case 'received': return `received${event.cost === null ? '' : `, cost ${showMoney(event.cost)}`}`
    case 'chose': {
      const { choice } = event
      switch (choice.kind) {
        case 'pass': return `${paint.yellow('↷')} passed by ${choice.recipient ?? nameOf(event.path) ?? event.path}: ${oneLine(choice.reason)}`
        case 'order': {
          const named = choice.order.map((each) => nameOf(childPath(event.path, each)) ?? String(each + 1)).join(', ')
          return `order${nameOf(event.path) === null ? '' : ` of ${nameOf(event.path)}`}: ${named === '' ? 'nobody' : named} (${oneLine(choice.why)})`
        }
        case 'queue': return 'joined the batch that is being gathered'
        case 'apart': return 'left its batch, which failed and cannot be repeated: not all of its leads are left'
        // A choice of a later version of the rules is shown by its name.
        default: return `chose ${kindOf(choice)} at ${event.path}`
      }
    }
    case 'attemptStarted':
      return `${paint.cyan('→')} ${event.recipient}, ${event.phase}, attempt ${event.attempt}${event.target === undefined ? '' : ` (${event.target})`}${event.version === null ? '' : `, version ${event.version}`}${event.batch === undefined ? '' : `, batch ${event.batch}`}  ${paint.dim(`key ${event.key}`)}`
    case 'attemptFinished': {
      const status = paint.dim(` (${event.httpStatus === null ? '' : `HTTP ${event.httpStatus}, `}${formatDuration(event.durationMs)})`)
      return `${markOf(event.verdict, paint)} ${event.recipient}${isStep(event.phase) ? `, ${event.phase}` : ''}: ${event.surplus ? 'surplus, sold already: ' : ''}${verdictText(event.verdict, event.revenue)}${status}`
    }
    case 'settled': {
      const { outcome } = event
      const parts = [
        outcomePaint(outcome.kind, paint)(outcome.kind),
        ...(outcome.recipient === null ? [] : [`by ${outcome.recipient}`]),
        ...(outcome.revenue === null ? [] : [`for ${showMoney(outcome.revenue)}`]),
      ]
      // A cost that is the recipient's or its pattern's is told nowhere else.
      return `${paint.bold('settled')}: ${parts.join(' ')}${event.cost === null ? '' : `, cost ${showMoney(event.cost)}`}${outcome.reason === null ? '' : ` – ${oneLine(outcome.reason)}`}`
    }
    case 'reopened': return `reopened: ${oneLine(event.reason)}${event.batches ? `, with all leads of batch ${event.batches.join(', ')}, which nobody answered` : ''}`
    case 'returned': return `${paint.yellow('↩')} returned by ${event.recipient}: ${showMoney(event.amount)}${event.reason === null ? '' : ` – ${oneLine(event.reason)}`}`
    case 'reviewed': return `reviewed: ${event.decision}${event.sale ? `, bought by ${event.sale.recipient} as well, for ${showMoney(event.sale.revenue)}` : ''}${event.note === null ? '' : ` – ${oneLine(event.note)}`}`
    default: return kindOf(event)
  }
}

const verdictText = (verdict: Verdict, revenue: Money | null): string => {
  const parts: string[] = [verdict.kind === 'unknown' ? 'no answer, in doubt' : verdict.kind]
  const price = verdict.kind === 'bid' ? verdict.price : revenue
  if (price !== null) parts.push(showMoney(price))
  const failure = classOf(verdict)
  if (failure !== null && failure !== verdict.kind) parts.push(`[${failure}]`)
  if (verdict.buyerLeadId) parts.push(`as ${oneLine(verdict.buyerLeadId)}`)
  return parts.join(' ') + (verdict.reason === null ? '' : `: ${oneLine(verdict.reason)}`)
}

/** A rehearsal's clock is whatever its next command says: its times are told as they stand. */
const nextOf = ({ delivery: { lead, to, mode }, standing, events }: LoadedDelivery, now: Instant, commandFor: CommandFor, paint: ChalkInstance): string => {
  switch (standing.state) {
    case 'working': return paint.cyan(`next: being worked on by a run; after a crash \`${commandFor(mode, 'resume')}\` takes it up`)
    case 'waiting': {
      const when = standing.dueAt === null ? 'until a person acts' : mode === 'test' ? `at ${showTime(standing.dueAt)} UTC` : standing.dueAt <= now ? `due now, at the next \`${commandFor(mode, 'resume')}\`` : `${showWhen(standing.dueAt, now)} (${showTime(standing.dueAt)} UTC)`
      return paint.yellow(`next: ${when} – ${oneLine(withCommands(commandFor, mode, standing.why))}${standing.recipient === null ? '' : ` (${standing.recipient})`}`)
    }
    case 'settled': {
      const purged = isPurged(lead)
      const open = openIn(events)
      // The target is named, as the lead may be open at another too.
      const eitherOf = (actions: readonly string[]): string => actions.map((each) => `\`${commandFor(mode, `review ${each} ${shellWord(lead.id)} --to ${shellWord(to)}${each === 'accept' ? ' --price …' : ''}`)}\``).join(' or ')
      if (purged && standing.outcome === 'failed') return paint.dim(`next: nothing, its data was purged; \`${commandFor(mode, 'deliver … --again')}\` orders it anew from its file`)
      if (purged && (standing.outcome === 'held' || standing.outcome === 'pooled')) return paint.yellow(`next: a person decides: ${eitherOf(['accept', 'drop'])}; its data was purged`)
      if (standing.outcome === 'held') return paint.yellow(`next: a person decides: ${eitherOf(['accept', 'retry', 'drop'])}`)
      if (open) return paint.yellow(`next: nothing by itself; \`${commandFor(mode, 'deliver … --retry-failed')}\` takes up its ${open.join(' and ')} step; the lead is not sent again`)
      const doubts = mayHaveIt(events.map(({ event }) => event))
      const isPooled = standing.outcome === 'pooled'
      if (isPooled && doubts.length === 0) return paint.yellow(`next: parked for a person: \`${commandFor(mode, 'review list')}\``)
      if (doubts.length > 0) {
        const [first = ''] = doubts
        const ifNot = standing.outcome === 'failed' ? `; if not, ${againOf(events.map(({ event }) => event), eitherOf(['retry']), `\`${commandFor(mode, 'deliver … --retry-failed')}\``)}` : isPooled ? `; if not, ${eitherOf(['retry', 'drop'])}` : ''
        return paint.yellow(`next: ${isPooled ? 'parked for a person; ' : ''}${doubts.join(' and ')} may have it${standing.outcome === 'accepted' ? ' too' : ''}: if so, \`${commandFor(mode, `review accept ${shellWord(lead.id)} --to ${shellWord(first)} --price …`)}\`${ifNot}`)
      }
      if (standing.outcome === 'failed') return paint.dim(`next: nothing by itself; \`${commandFor(mode, 'deliver … --retry-failed')}\` takes it up again (${plural(standing.attempts, 'attempt')} so far)`)
      return paint.dim('next: nothing, it is settled')
    }
  }
}

/** How a failed lead in doubt goes again: what a batch may have brought, by itself only when a person says so. */
const againOf = (events: readonly DeliveryEvent[], byReview: string, byRetry: string): string => {
  const sizes = unansweredBatches(events.reduce(evolve, emptyHistory)).map(({ batch }) => batchSizeOf(batch))
  return sizes.length === 0 ? `${byRetry} takes it up again` : `${byReview} sends it anew; ${byRetry} repeats its batch, under its key, where all ${sizes.join(' and ')} leads of it are named`
}

const markOf = (verdict: Verdict, paint: ChalkInstance): string => {
  if (verdict.kind === 'accepted') return paint.green('✓')
  if (verdict.kind === 'bid') return paint.cyan('·')
  return verdict.kind === 'unknown' || verdict.kind === 'unconfirmed' ? paint.yellow('?') : paint.red('✗')
}

export const outcomePaint = (kind: OutcomeKind, paint: ChalkInstance): ((text: string) => string) => {
  switch (kind) {
    case 'accepted': return paint.green
    case 'failed': return paint.red
    case 'held': case 'pooled': return paint.yellow
    default: return (text) => text
  }
}

const kindOf = (value: object): string => ('kind' in value ? String(value.kind) : 'type' in value ? String(value.type) : 'something')
