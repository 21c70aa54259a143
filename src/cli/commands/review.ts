import { systemClock } from '../../adapters/clock.ts'
import { usageError } from '../../base/diagnostic.ts'
import { parseMoney } from '../../base/money.ts'
import { shellWord } from '../../base/shell.ts'
import { isoTime, type Instant } from '../../base/time.ts'
import type { DeliveryEvent, Mode } from '../../core/event.ts'
import { isPurged } from '../../core/lead.ts'
import { buyersInReview, decideReview } from '../../core/review.ts'
import type { Review } from '../../core/review.ts'
import type { Ledger, LoadedDelivery, Standing, Step } from '../../ports.ts'
import type { Recipient } from '../../definitions/types.ts'
import { openCatalogue } from '../catalogue.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { plural, showWhen } from '../render/figures.ts'
import { renderTable } from '../render/table.ts'
import { newRunId } from '../run-id.ts'
import { toldCommand } from '../render/told.ts'
import { forPeople, tellOtherMode } from '../other-mode.ts'
import { withStore } from '../store.ts'

const ACTIONS = ['list', 'retry', 'accept', 'drop'] as const
type Decision = Exclude<(typeof ACTIONS)[number], 'list'>

/** What only a person can decide: leads that are held (an answer that says neither yes nor no) or parked in a pool. */
export const run: RunCommand = (invocation) => {
  const [action = '', ...leads] = invocation.args
  const known = ACTIONS.find((each) => each === action)
  if (known === undefined) throw usageError(`review does list, retry, accept and drop, not "${action}"`, 'for example: finalmile review list')
  if (known === 'list') return withStore(invocation, 'read', (ledger) => list(ledger, invocation))
  if (leads.length === 0) throw usageError(`review ${known} needs the ids of leads`, `${toldCommand(modeOf(invocation), 'review list')} shows them`)
  return withStore(invocation, 'write', (ledger) => decide(ledger, invocation, known, [...new Set(leads)]))
}

const modeOf = ({ options }: Invocation): Mode => (options.test === true ? 'test' : 'live')

const list = async (ledger: Ledger, invocation: Invocation): Promise<number> => {
  const { streams, settings } = invocation
  const now = systemClock.now()
  const rows: string[][] = []
  for await (const { delivery, standing } of ledger.deliveries({ mode: modeOf(invocation), state: 'settled', outcomes: ['held', 'pooled'] })) {
    if (standing.state !== 'settled') continue
    if (settings.json) streams.out.write(`${JSON.stringify({ lead: delivery.lead.id, to: delivery.to, outcome: standing.outcome, recipient: standing.recipient, reason: standing.reason, settled_at: isoTime(standing.at) })}\n`)
    else rows.push([delivery.lead.id, standing.outcome, standing.recipient ?? delivery.to, showWhen(standing.at, now), standing.reason ?? ''])
  }
  await tellOtherMode(invocation, ledger, modeOf(invocation), forPeople)
  if (settings.json) return EXIT.done
  const { out } = streams
  if (rows.length > 0) {
    out.write(renderTable([{ title: 'LEAD' }, { title: 'STATE', style: (text) => out.paint.yellow(text) }, { title: 'RECIPIENT' }, { title: 'SINCE' }, { title: 'REASON', flexible: true }], rows, out.columns, out.paint))
  } else if (!settings.quiet) streams.err.write('Nothing needs a person.\n')
  return EXIT.done
}

const decide = async (ledger: Ledger, invocation: Invocation, decision: Decision, leads: readonly string[]): Promise<number> => {
  const { streams, settings } = invocation
  const now = systemClock.now()
  const mode = modeOf(invocation)
  const found = await Promise.all(leads.map(async (id) => ({ id, open: (await ledger.ofLead(id)).filter((each) => each.delivery.mode === mode && needsPerson(each.standing) && isMeant(each, invocation)) })))
  const missing = found.filter((each) => each.open.length === 0).map((each) => each.id)
  if (missing.length > 0) throw usageError(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} neither held nor in a pool; nothing was changed`, `${toldCommand(mode, 'review list')} shows what is`)
  const several = decision === 'accept' ? found.find((each) => each.open.length > 1) : undefined
  if (several !== undefined) throw usageError(`${several.id} waits for a person in ${several.open.length} deliveries, to ${several.open.map((each) => each.delivery.to).join(' and ')}: each would be a sale; nothing was changed`, `say which was sold: --to ${shellWord(several.open[0]?.delivery.to ?? '')}`)
  const purged = decision === 'retry' ? found.find((each) => each.open.some(({ delivery }) => isPurged(delivery.lead))) : undefined
  if (purged !== undefined) throw usageError(`${purged.id} was purged, so that there is nothing left to send; nothing was changed`, 'accept or drop it, or deliver it from its file with --again')
  const stepOf = await stepsOf(invocation, decision)
  const runId = newRunId(now)
  await ledger.startRun({ id: runId, mode, to: null, startedAt: now }, null)
  const open = found.flatMap((each) => each.open)
  const steps = open.map((each): Step => ({ deliveryId: each.delivery.id, version: each.events.length, runId, ...stepOf(each, now) }))
  const results = await ledger.append(steps)
  let done = 0
  for (const [i, { delivery: { lead, to } }] of open.entries()) {
    const standing = steps[i]?.standing
    if (results[i]?.kind === 'ok') done += 1
    else if (results[i]?.kind === 'booked') streams.err.write(`${lead.id}: ${(standing?.state === 'settled' ? standing.recipient : null) ?? 'its buyer'} has bought it already, through another target; \`${toldCommand(mode, `review drop ${shellWord(lead.id)} --to ${shellWord(to)}`)}\` ends this one\n`)
    else streams.err.write(`${lead.id}: another process changed it meanwhile; look again with finalmile explain ${shellWord(lead.id)}\n`)
  }
  await ledger.finishRun(runId, systemClock.now(), '{}')
  const { paint } = streams.err
  if (settings.quiet) return done === 0 ? EXIT.leadsFailed : EXIT.done
  const next = decision === 'retry' ? `; ${toldCommand(mode, 'resume')} sends them` : ''
  streams.err.write(`${paint.green('✓')} ${plural(done, 'lead')} ${{ retry: 'will be tried again', accept: 'accepted', drop: 'dropped' }[decision]}${next}\n`)
  return done === 0 ? EXIT.leadsFailed : EXIT.done
}

const needsPerson = (standing: Standing): boolean => standing.state === 'settled' && (standing.outcome === 'held' || standing.outcome === 'pooled')

const isMeant = ({ delivery, standing }: LoadedDelivery, { options }: Invocation): boolean => {
  const to = typeof options.to === 'string' ? options.to.toLowerCase() : null
  return to === null || delivery.to.toLowerCase() === to || (standing.state === 'settled' && standing.recipient?.toLowerCase() === to)
}

/** What `decision` records of a delivery, and how it stands then. */
const stepsOf = async (invocation: Invocation, decision: Decision): Promise<(loaded: LoadedDelivery, now: Instant) => Pick<Step, 'events' | 'standing'>> => {
  const { options } = invocation
  const note = typeof options.note === 'string' ? options.note : null
  const buyerLeadId = typeof options.buyerLeadId === 'string' ? options.buyerLeadId : null
  const price = typeof options.price === 'string' ? options.price : null
  if (decision === 'accept' && price === null) throw usageError('review accept needs what the buyer pays', 'for example --price 45, or --price 0 where nothing is paid')
  const recipients = decision === 'accept' ? (await openCatalogue(invocation)).catalogue.recipients : new Map<string, Recipient>()
  const reviewOf = (events: readonly DeliveryEvent[]): Review => {
    if (decision !== 'accept' || price === null) return { decision: decision === 'retry' ? 'retry' : 'drop', note }
    const currency = currencyOf(recipients, buyersInReview(events))
    const revenue = parseMoney(price, currency)
    if (revenue === null) throw usageError(`"${price}" is no amount of money in ${currency}`, 'for example --price 45')
    return { decision, note, revenue, buyerLeadId }
  }
  return ({ delivery, events }, now) => {
    const facts = events.map(({ event }) => event)
    const { events: decided, settled } = decideReview(facts, delivery.cost, reviewOf(facts), now)
    if (settled === null) return { events: decided, standing: { state: 'waiting', dueAt: now, why: 'a person ordered it to be tried again', recipient: null, batch: false } }
    const { outcome, cost, attempts = 0 } = settled
    return { events: decided, standing: { state: 'settled', at: now, outcome: outcome.kind, recipient: outcome.recipient, buyerLeadId: outcome.buyerLeadId, revenue: outcome.revenue, cost, attempts, reason: outcome.reason } }
  }
}

/** Of the first of them that has a file: a pool is no buyer, so that who was asked last goes before it. */
const currencyOf = (recipients: ReadonlyMap<string, Recipient>, ids: readonly string[]): string => {
  for (const id of ids) {
    const found = recipients.get(id)
    if (found?.kind === 'endpoint') return found.definition.currency
  }
  return 'USD'
}
