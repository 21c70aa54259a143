import { unguardCell } from '../../base/csv.ts'
import { usageError } from '../../base/diagnostic.ts'
import { parseMoney, type Money } from '../../base/money.ts'
import { shellWord } from '../../base/shell.ts'
import { isoTime, type Instant } from '../../base/time.ts'
import { isPurged } from '../../core/lead.ts'
import { planFromJson } from '../../core/plan.ts'
import { costWaiting } from '../../core/price.ts'
import { decideReview, mayBeDropped, mayHaveIt, payersOf, refusedByAll, type Review } from '../../core/review.ts'
import { salesIn } from '../../core/sale.ts'
import { addTo, emptySums } from '../../core/sums.ts'
import type { Ledger, LoadedDelivery, Step, StepResult } from '../../ports.ts'
import { policiesOf } from '../../definitions/catalogue.ts'
import type { Recipient } from '../../definitions/recipient.ts'
import { eventsIn, historyOf, settledAs, withBeside } from '../../engine/work.ts'
import { openCatalogue } from '../recipients/catalogue.ts'
import { clockOf, nowOf } from '../clocks.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { declined } from '../confirm.ts'
import { EXIT } from '../exit.ts'
import { modeOf, modeToAct, textOf } from '../flags/options.ts'
import { plural, showMoney, showWhen } from '../render/figures.ts'
import { renderTable } from '../render/table.ts'
import { listedIn, meantBy, needsPerson, selectAll } from '../review/listed.ts'
import { newRunId } from '../run/run-id.ts'
import { commandsOf, withCommands } from '../render/command-for.ts'
import { forPeople, tellOtherMode } from '../other-mode.ts'
import { withStore } from '../store.ts'

const ACTIONS = ['list', 'retry', 'accept', 'drop'] as const
type Decision = Exclude<(typeof ACTIONS)[number], 'list'>

/** What only a person can decide: leads that are held (an answer that says neither yes nor no) or parked in a pool, and sales that only the buyer knew of. */
export const run: RunCommand = (invocation) => {
  const [action = '', ...leads] = invocation.args
  const { options } = invocation
  const commandFor = commandsOf(invocation.settings)
  const known = ACTIONS.find((each) => each === action)
  if (known === undefined) throw usageError(`review does list, retry, accept and drop, not "${action}"`, 'for example: finalmile review list')
  if (known === 'list' && leads.length > 0) throw usageError('review list shows all that needs a person, and takes no ids of leads', `${commandFor(null, `explain ${shellWord(leads[0] ?? '')}`)} tells of one`)
  if (known === 'list') return withStore(invocation, 'read', (ledger) => list(ledger, invocation))
  if (options.all === true) {
    if (leads.length > 0) throw usageError('--all is all that review list shows, and ids of leads are named too', 'leave one of them out')
    if (known === 'accept') throw usageError('review accept books sales, and takes no --all', `name the leads that the buyer has: ${commandFor(modeOf(invocation), 'reconcile R FILE')} lists them from its own list`)
    if (textOf(options.reason)?.trim() === '') throw usageError('--reason is empty, and would mean every lead', 'write words of the reason; leave it out where all are meant')
    return withStore(invocation, 'write', (ledger) => decideAll(ledger, invocation, known))
  }
  const narrowing = (['reason', 'since', 'until'] as const).find((each) => options[each] !== undefined)
  if (narrowing !== undefined) throw usageError(`--${narrowing} narrows what review list and --all mean`, `add --all, or leave it out and name the leads`)
  if (leads.length === 0) throw usageError(`review ${known} needs the ids of leads${known === 'accept' ? '' : ', or --all'}`, `${commandFor(modeOf(invocation), 'review list')} shows them`)
  return withStore(invocation, 'write', (ledger) => decide(ledger, invocation, known, [...new Set(leads.map(unguardCell))]))
}

const list = async (ledger: Ledger, invocation: Invocation): Promise<number> => {
  const { streams, settings } = invocation
  const now = nowOf(settings)
  const rows: string[][] = []
  for await (const { delivery, standing } of listedIn(ledger, invocation, modeOf(invocation))) {
    if (settings.json) streams.out.write(`${JSON.stringify({ lead: delivery.lead.id, to: delivery.to, outcome: standing.outcome, recipient: standing.recipient, reason: standing.reason, settled_at: isoTime(standing.at) })}\n`)
    else rows.push([delivery.lead.id, standing.outcome, standing.recipient ?? delivery.to, showWhen(standing.at, now), withCommands(commandsOf(settings), delivery.mode, standing.reason ?? '')])
  }
  await tellOtherMode(invocation, ledger, modeOf(invocation), forPeople)
  if (settings.json) return EXIT.done
  const { out } = streams
  if (rows.length > 0) {
    out.write(renderTable([{ title: 'LEAD' }, { title: 'STATE', style: (text) => out.paint.yellow(text) }, { title: 'RECIPIENT' }, { title: 'SINCE' }, { title: 'REASON', flexible: true }], rows, out.columns, out.paint))
  } else if (!settings.quiet) streams.err.write(NOBODY)
  return EXIT.done
}

const NOBODY = 'Nothing needs a person.\n'

/** A delivery that is decided of; `buyer`: who has its lead, where it is accepted. */
interface Meant { readonly loaded: LoadedDelivery; readonly buyer: string | null }

const decide = async (ledger: Ledger, invocation: Invocation, decision: Decision, leads: readonly string[]): Promise<number> => {
  const mode = modeToAct(invocation)
  const to = await meantBy(invocation)
  const found = await Promise.all(leads.map(async (id) => ({ id, meant: meantOf((await ledger.ofLead(id)).filter(({ delivery }) => delivery.mode === mode), to, decision) })))
  refuse(invocation, decision, found)
  const deciding = await beginDeciding(ledger, invocation, decision)
  await deciding.record(found.flatMap(({ meant }) => meant))
  return deciding.end()
}

/** So many are held in memory at once. */
const SLICE = 1_000
/** So many lines say what is meant; the rest is counted. */
const LINES = 10

const decideAll = async (ledger: Ledger, invocation: Invocation, decision: 'retry' | 'drop'): Promise<number> => {
  const { streams: { err, ask }, settings: { quiet }, options } = invocation
  const { ids, held, purged, lines } = await selectAll(ledger, invocation, modeToAct(invocation), decision)
  if (!quiet || options.yes !== true) {
    for (const line of lines.slice(0, LINES)) err.write(`${line}\n`)
    if (lines.length > LINES) err.write(`… and ${plural(lines.length - LINES, 'reason')} more\n`)
    if (decision === 'retry' && held > 0) err.write('What is held the buyer may have: ask it first, or it gets the lead twice where it knows no idempotency keys\n')
    if (purged > 0) err.write(`${plural(purged, 'lead')} ${purged === 1 ? 'was' : 'were'} purged, so that there is nothing left to send\n`)
  }
  if (ids.length === 0) {
    if (!quiet) err.write(NOBODY)
    return EXIT.done
  }
  const what = `${ids.length === 1 ? 'this lead' : `all ${plural(ids.length, 'lead')}`}`
  if (options.yes !== true && ask === null) throw usageError(`review ${decision} --all asks before it changes ${what}, and there is no terminal`, 'add --yes; nothing was changed')
  const no = await declined(invocation, decision === 'retry' ? `Try ${what} again?` : `Drop ${what}?`)
  if (no !== null) {
    err.write('Nothing was changed.\n')
    return no
  }
  const deciding = await beginDeciding(ledger, invocation, decision)
  for (let from = 0; from < ids.length; from += SLICE) {
    const slice = await Promise.all(ids.slice(from, from + SLICE).map((id) => ledger.load(id)))
    await deciding.record(slice.flatMap((loaded): Meant[] => (loaded?.standing.state === 'settled' && needsPerson(loaded.standing) ? [{ loaded, buyer: loaded.standing.recipient }] : [])))
  }
  return deciding.end()
}

/** So many leads that a retry would not help are told of by name. */
const NAMED = 5

/** Records what a person decides, as a run of its own, and tells what came of it. */
const beginDeciding = async (ledger: Ledger, invocation: Invocation, decision: Decision) => {
  const { streams, settings } = invocation
  const mode = modeToAct(invocation)
  const commandFor = commandsOf(settings)
  const clock = clockOf(settings.clock)
  const now = clock.now()
  const stepOf = await stepsOf(ledger, invocation, decision)
  const runId = newRunId(now)
  await ledger.startRun({ id: runId, mode, to: null, startedAt: now }, null)
  const booked = emptySums()
  let [named, vain, done] = [0, 0, 0]

  const tell = ({ loaded: { delivery: { lead, to }, standing }, buyer }: Meant, step: Step, result: StepResult | undefined): void => {
    const isDone = result?.kind === 'ok'
    if (settings.json) streams.out.write(`${JSON.stringify({ lead: lead.id, to, recipient: buyer, decision, done: isDone })}\n`)
    if (isDone) {
      done += 1
      for (const { revenue } of salesIn(step.events)) addTo(booked, revenue)
    } else if (result?.kind === 'booked') {
      const ending = needsPerson(standing) ? `; \`${commandFor(mode, `review drop ${shellWord(lead.id)} --to ${shellWord(to)}`)}\` ends this one` : ''
      streams.err.write(`${lead.id}: ${buyer ?? 'its buyer'} has bought it already, through another target${ending}\n`)
    } else streams.err.write(`${lead.id}: another process changed it meanwhile; look again with ${commandFor(null, `explain ${shellWord(lead.id)}`)}\n`)
  }

  return {
    record: async (meant: readonly Meant[]): Promise<void> => {
      named += meant.length
      const [helped, left] = [[] as Meant[], [] as Meant[]]
      for (const each of meant) (decision === 'retry' && refusedByAll(eventsIn(each.loaded)) !== null ? left : helped).push(each)
      for (const { loaded } of left) if (++vain <= NAMED) tellInVain(invocation, loaded)
      const steps = await Promise.all(helped.map(async (each): Promise<Step> => ({ deliveryId: each.loaded.delivery.id, version: each.loaded.events.length, runId, ...await stepOf(each, now) })))
      const results = await ledger.append(steps)
      for (const [i, step] of steps.entries()) { const each = helped[i]; if (each) tell(each, step, results[i]) }
    },
    end: async (): Promise<number> => {
      await ledger.finishRun(runId, clock.now(), '{}')
      const { paint } = streams.err
      if (vain > NAMED) streams.err.write(`… and ${plural(vain - NAMED, 'lead')} more that would be parked again as they are\n`)
      const end = done < named ? EXIT.leadsFailed : EXIT.done
      if (settings.quiet) return end
      const next = decision === 'retry' && done > 0 ? `; ${commandFor(mode, 'resume')} sends them` : mode === 'live' && booked.size > 0 ? `, ${[...booked.values()].map(showMoney).join(' and ')} booked` : ''
      streams.err.write(`${done < named ? paint.yellow('!') : paint.green('✓')} ${plural(done, 'lead')} ${{ retry: 'will be tried again', accept: 'accepted', drop: 'dropped' }[decision]}${next}\n`)
      return end
    },
  }
}

/** To be tried again, it would be parked at once as it was. */
const tellInVain = ({ streams, settings }: Invocation, loaded: LoadedDelivery): void => {
  const { delivery: { lead, to, mode }, standing } = loaded
  const pool = standing.state === 'settled' ? (standing.recipient ?? to) : to
  const refused = refusedByAll(eventsIn(loaded)) ?? []
  const commandFor = commandsOf(settings)
  streams.err.write(`${lead.id}: ${refused.length === 0 ? `nobody is asked before ${pool}` : `${refused.join(', ')} said no and ${refused.length === 1 ? 'is' : 'are'} not asked again`}, so that it stays in ${pool}; \`${commandFor(mode, 'deliver FILE --to BUYER')}\` offers it to another${refused.length === 0 ? '' : ', --again with the same target asks anew'}\n`)
}

/** What is held or in a pool; where there is none of these, to be accepted also what a buyer may have though its lead went on, to be tried again what failed in doubt, and to be dropped what waits. */
const meantOf = (deliveries: readonly LoadedDelivery[], to: string | null, decision: Decision): readonly Meant[] => {
  const isMeant = (...names: readonly (string | null)[]): boolean => to === null || names.some((name) => name?.toLowerCase() === to)
  const open = deliveries.flatMap((loaded): readonly Meant[] => {
    const recipient = loaded.standing.state === 'settled' ? loaded.standing.recipient : null
    return needsPerson(loaded.standing) && isMeant(loaded.delivery.to, recipient) ? [{ loaded, buyer: recipient }] : []
  })
  if (decision === 'retry' && open.length === 0) {
    return deliveries.flatMap((loaded): readonly Meant[] => {
      const { delivery, standing } = loaded
      const isDoubted = standing.state === 'settled' && standing.outcome === 'failed' && mayHaveIt(eventsIn(loaded)).some((buyer) => isMeant(buyer, delivery.to))
      return isDoubted ? [{ loaded, buyer: standing.recipient }] : []
    })
  }
  if (decision === 'drop' && open.length === 0) {
    return deliveries.flatMap((loaded): readonly Meant[] => {
      const { delivery: { to: target }, standing } = loaded
      return standing.state === 'waiting' && isMeant(target, standing.recipient) && mayBeDropped(eventsIn(loaded)) ? [{ loaded, buyer: standing.recipient }] : []
    })
  }
  if (decision !== 'accept') return open
  const found = open.length > 0 ? open
    : deliveries.filter(({ standing }) => standing.state === 'settled').flatMap((loaded) => mayHaveIt(eventsIn(loaded)).flatMap((buyer) => (isMeant(buyer, loaded.delivery.to) ? { loaded, buyer } : [])))
  // A buyer whose lead waits in a pattern too is named as the target that it is itself; of a lead that was ordered again the last is meant.
  const own = found.filter(({ loaded }) => loaded.delivery.to.toLowerCase() === to)
  const last = own.filter(({ loaded }) => loaded === own.at(-1)?.loaded)
  return last.length === 1 ? last : found
}

/** Stops before anything is changed, where a lead is not there to be decided of, or nobody can know which sale is meant. */
const refuse = (invocation: Invocation, decision: Decision, found: readonly { readonly id: string; readonly meant: readonly Meant[] }[]): void => {
  const missing = found.filter(({ meant }) => meant.length === 0).map(({ id }) => id)
  const nobody = decision === 'drop' ? ', nor waiting without a sale or a batch that has gone' : `, nor${decision === 'retry' ? ' failed and' : ''} in doubt at ${textOf(invocation.options.to) ?? 'any buyer'}`
  if (missing.length > 0) throw usageError(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} neither held nor in a pool${nobody}; nothing was changed`, `${commandsOf(invocation.settings)(modeOf(invocation), 'review list')} shows what is`)
  const several = decision === 'accept' ? found.find(({ meant }) => meant.length > 1) : undefined
  if (several !== undefined) {
    const open = several.meant.every(({ loaded }) => needsPerson(loaded.standing))
    const isOneBuyer = new Set(several.meant.map(({ buyer }) => buyer)).size === 1
    const names = several.meant.map(({ loaded, buyer }) => (open || isOneBuyer ? loaded.delivery.to : buyer) ?? '')
    throw usageError(open ? `${several.id} waits for a person in ${names.length} deliveries, to ${[...new Set(names)].join(' and ')}: each would be a sale; nothing was changed` : `${names.join(' and ')} may have ${several.id}: each would be a sale; nothing was changed`, `say which was sold: --to ${shellWord(names[0] ?? '')}`)
  }
  const doubted = decision === 'accept' && typeof invocation.options.to !== 'string' ? found.flatMap(({ id, meant }) => meant.flatMap(({ loaded, buyer }) => inPoolAndDoubt(loaded).slice(0, 1).map((first) => ({ id, buyer, first })))) : []
  for (const { id, buyer, first } of doubted) throw usageError(`${id} is in a pool, and ${first} may have it: which of them is the sale is not told; nothing was changed`, `say who pays: --to ${shellWord(first)}, or --to ${shellWord(buyer ?? '')} for somebody else`)
  const purged = decision === 'retry' ? found.find(({ meant }) => meant.some(({ loaded }) => isPurged(loaded.delivery.lead))) : undefined
  if (purged !== undefined) throw usageError(`${purged.id} was purged, so that there is nothing left to send; nothing was changed`, 'accept or drop it, or deliver it from its file with --again')
}

/** Who may have a lead that was parked all the same: a pool is no buyer. */
const inPoolAndDoubt = (loaded: LoadedDelivery): readonly string[] => (loaded.standing.state === 'settled' && loaded.standing.outcome === 'pooled' ? mayHaveIt(eventsIn(loaded)) : [])

/** What `decision` records of a delivery, and how it stands then. */
const stepsOf = async (ledger: Ledger, invocation: Invocation, decision: Decision): Promise<(meant: Meant, now: Instant) => Promise<Pick<Step, 'events' | 'standing'>>> => {
  const { options } = invocation
  const note = textOf(options.note)
  const buyerLeadId = textOf(options.buyerLeadId)
  const price = textOf(options.price)
  if (decision !== 'accept' && (price ?? buyerLeadId) !== null) throw usageError(`--price and --buyer-lead-id are of a sale, and review ${decision} books none`, 'finalmile review accept LEAD --price 45')
  if (buyerLeadId !== null && new Set(invocation.args.slice(1)).size > 1) throw usageError('--buyer-lead-id is the id of one lead at its buyer, and several are named', 'accept them one by one, or leave it out')
  if (decision === 'accept' && price === null) throw usageError('review accept needs what the buyer pays', 'for example --price 45, or --price 0 where nothing is paid')
  const recipients = decision !== 'retry' ? (await openCatalogue(invocation)).catalogue.recipients : new Map<string, Recipient>()
  const reviewOf = ({ loaded, buyer }: Meant): Review => {
    if (decision !== 'accept' || price === null) return { decision: decision === 'retry' ? 'retry' : 'drop', note }
    const currency = currencyOf(recipients, payersOf(eventsIn(loaded), buyer))
    const revenue = parseMoney(price, currency)
    if (revenue === null) throw usageError(`"${price}" is no amount of money in ${currency}`, 'for example --price 45')
    return { decision, note, buyer, revenue, buyerLeadId }
  }
  const costOf = async ({ delivery: { cost, planHash }, standing, events }: LoadedDelivery): Promise<Money | null> => {
    const json = standing.state === 'waiting' ? await ledger.planOf(planHash) : null
    return json === null || standing.state !== 'waiting' ? cost
      : costWaiting({ plan: planFromJson(json), history: historyOf(events), facts: { policies: policiesOf([...recipients.values()]) } }, standing.recipient)
  }
  return async (meant, now) => {
    const { standing } = meant.loaded
    const { events, settled, besides } = decideReview(eventsIn(meant.loaded), await costOf(meant.loaded), reviewOf(meant), now)
    if (settled === null) return { events, standing: besides !== null && standing.state === 'settled' ? withBeside(standing, besides, `bought by ${meant.buyer} as well, for ${showMoney(besides)}, accepted in review`) : { state: 'waiting', dueAt: now, why: 'a person ordered it to be tried again', recipient: null, batch: false } }
    return { events, standing: settledAs(settled, settled.outcome.revenue, settled.attempts ?? 0) }
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
