import type { DeliveryEvent } from '../../src/core/event.ts'
import { emptyHistory, evolve } from '../../src/core/history.ts'
import type { Lead } from '../../src/core/lead.ts'
import type { Plan } from '../../src/core/plan.ts'
import { childrenOf, isStep, rootPath } from '../../src/core/plan.ts'
import type { Send } from '../../src/core/step.ts'
import { periodOf } from '../../src/core/window.ts'
import type { Scenario } from './scenario.ts'
import type { Filed, Outcome } from './shell.ts'
import { simulate } from './shell.ts'

type Finished = Extract<DeliveryEvent, { type: 'attemptFinished' }>

/** What must hold of every send, at the moment of sending. */
export const checkSend = (scenario: Scenario, { lead: whole, send, now, paused, closedUntil }: { lead: Lead; send: Send; now: number; paused: boolean; closedUntil: number }): readonly string[] => {
  const problems: string[] = []
  const lead = whole.id
  const policy = scenario.policies.find((each) => each.recipient === send.recipient)
  if (policy?.acceptWhen && whole.fields['state'] !== 'CA') problems.push(`no attempt with a lead that is not wanted: ${lead} to ${send.recipient}`)
  if (policy?.requirements.length && whole.fields['phone'] === '') problems.push(`no attempt without what is required: ${lead} to ${send.recipient}`)
  // A bid is the price of an auction; everywhere else it is known before.
  const node = send.phase === 'post' && send.attempt === 1 ? sendAt(scenario.plan, rootPath, send.path) : null
  const price = node?.kind === 'send' ? (node.price ?? policy?.price ?? null) : null
  if (price && floorsAbove(scenario.plan, rootPath, send.path).some((floor) => price.amount < floor)) problems.push(`no attempt below the minimum price: ${lead} to ${send.recipient}`)
  if (paused) problems.push(`no attempt while paused: ${lead} to ${send.recipient}`)
  if (closedUntil > now) problems.push(`no attempt while closed by the buyer: ${lead} to ${send.recipient}`)
  // What follows a sale is no longer bound to the hours in which leads are sold.
  if (policy?.window && !isStep(send.phase)) {
    const date = new Date(now)
    const minute = date.getUTCHours() * 60 + date.getUTCMinutes()
    const [span] = policy.window.spans
    if (!span || minute < span.fromMinute || minute >= span.toMinute || !policy.window.days.includes(((date.getUTCDay() + 6) % 7) + 1)) problems.push(`no attempt outside its window: ${lead} to ${send.recipient} at ${date.toISOString()}`)
  }
  return problems
}

/** Everything that a run broke; empty when all is well. */
export const problemsOf = (scenario: Scenario, outcome = simulate(scenario)): readonly string[] => {
  const problems = [...outcome.problems]
  for (const filed of outcome.filed) problems.push(...ofLead(scenario, filed, outcome))
  problems.push(...ofCaps(scenario, outcome))
  if (scenario.steady && scenario.crashes.length > 0) problems.push(...ofCrash(scenario, outcome))
  return problems
}

const ofLead = (scenario: Scenario, { lead, events, standing }: Filed, outcome: Outcome): readonly string[] => {
  const problems: string[] = []
  const bad = (text: string): void => { problems.push(`${text} (${lead.id})`) }
  const finished = events.filter((event) => event.type === 'attemptFinished')
  const booked = finished.filter((event) => event.phase === 'post' && event.verdict.kind === 'accepted' && !event.surplus)

  const buyers = booked.map((event) => event.recipient)
  if (new Set(buyers).size < buyers.length) bad(`never booked twice: ${buyers.join(' ')}`)
  const visit = (plan: Plan, path: string): void => {
    const sales = booked.filter((event) => path === rootPath || event.path === path || event.path.startsWith(`${path}/`)).length
    if (sales > capacity(plan)) bad(`never more sales than a pattern takes: ${sales} under ${path} (${plan.kind})`)
    for (const child of childrenOf(plan, path)) visit(child.plan, child.path)
  }
  visit(scenario.plan, rootPath)
  for (const event of events) {
    if (event.type !== 'attemptStarted' || !isStep(event.phase)) continue
    if (!booked.some((sale) => sale.path === event.path && sale.at <= event.at)) bad(`a step follows a sale: ${event.phase} at ${event.path}`)
    const again = finished.filter((each) => each.path === event.path && each.phase === event.phase && each.verdict.kind === 'accepted')
    if (again.length > 1) bad(`a step that is done is not done again: ${event.phase} at ${event.path}`)
  }
  if (standing.state === 'settled') for (const sale of booked) {
    const steps = scenario.policies.find((each) => each.recipient === sale.recipient)?.steps ?? []
    for (const step of steps) if (!finished.some((each) => each.path === sale.path && each.phase === step)) bad(`a sale is settled when its steps were tried: ${step} at ${sale.path}`)
  }

  const last = events.findIndex((event) => event.type === 'settled')
  if (last >= 0 && last !== events.length - 1) bad('a settled lead stays settled')
  if ((last >= 0) !== (standing.state === 'settled')) bad('the standing agrees with the events')
  if (standing.state === 'working') bad('always settles or says what it waits for: it is stuck')
  if (standing.state === 'waiting' && (standing.why === '' || (standing.dueAt !== null && standing.dueAt <= outcome.now))) bad(`always settles or says until when: ${standing.why}`)

  let history = emptyHistory
  for (const event of events) history = evolve(history, event)
  if (history.version !== events.length) bad('every event folds')
  for (const node of history.nodes.values()) {
    for (const each of node.attempts) if (each.finished === null) bad('no attempt is left open')
    if (new Set(node.attempts.map((each) => `${each.recipient} ${each.phase} ${each.key}`)).size > new Set(node.attempts.map((each) => each.phase)).size) bad('unknown is repeated only to the same recipient with the same key')
    for (const phase of ['ping', 'post', 'list', 'workflow'] as const) {
      const all = node.attempts.filter((each) => each.phase === phase)
      const answer = all.findIndex((each) => each.finished && ['accepted', 'rejected', 'duplicate', 'unconfirmed', 'bid'].includes(each.finished.verdict.kind))
      if (answer >= 0 && answer < all.length - 1) bad('an answer is not asked for again')
    }
  }

  if (standing.state === 'settled') {
    const earned = booked.reduce((sum, event) => sum + (event.revenue?.amount ?? 0), 0)
    if ((standing.revenue?.amount ?? 0) !== earned) bad(`money adds up: settled ${standing.revenue?.amount ?? 0}, booked ${earned}`)
    if (booked.length > 0 && standing.outcome !== 'accepted') bad(`what is sold is settled as accepted, not ${standing.outcome}`)
    if (booked.length === 0 && standing.outcome === 'accepted') bad('nothing is accepted that nobody bought')
  }
  const doubt = finished.some((event) => event.verdict.kind === 'unknown' || event.verdict.kind === 'unconfirmed')
  const bought = outcome.bought.filter((each) => each.lead === lead.id)
  const accepted = finished.filter((event) => event.phase === 'post' && event.verdict.kind === 'accepted')
  if (!doubt && new Set(bought.map((each) => each.key)).size !== new Set(accepted.map((event) => event.key)).size) bad('the ledger and the buyers agree where nothing is in doubt')
  for (const event of booked) problems.push(...ofPrice(scenario, event, finished, lead.id))
  problems.push(...ofOrder(scenario, events, lead.id))
  return problems
}

/** The buyer's price, else the bid, else the pattern's, else the recipient's own. */
const ofPrice = (scenario: Scenario, event: Finished, finished: readonly Finished[], lead: string): readonly string[] => {
  const bid = finished.findLast((each) => each.path === event.path && each.phase === 'ping')?.verdict
  const own = scenario.policies.find((each) => each.recipient === event.recipient)?.price ?? null
  const node = sendAt(scenario.plan, rootPath, event.path)
  const due = (event.verdict.kind === 'accepted' ? event.verdict.price : null) ?? (bid?.kind === 'bid' ? bid.price : null) ?? (node?.kind === 'send' ? node.price : null) ?? own
  return (due?.amount ?? 0) === (event.revenue?.amount ?? 0) ? [] : [`money adds up: a sale to ${event.recipient} earned ${event.revenue?.amount ?? 0}, due ${due?.amount ?? 0} (${lead})`]
}

const floorsAbove = (plan: Plan, at: string, path: string): readonly number[] =>
  plan.kind === 'send' ? [] : [
    ...(plan.guard.minimumPrice ? [plan.guard.minimumPrice.amount] : []),
    ...childrenOf(plan, at).filter((child) => path === child.path || path.startsWith(`${child.path}/`)).flatMap((child) => floorsAbove(child.plan, child.path, path)),
  ]

const sendAt = (plan: Plan, path: string, wanted: string): Plan | null => path === wanted ? plan : childrenOf(plan, path).reduce<Plan | null>((found, child) => found ?? sendAt(child.plan, child.path, wanted), null)

/** Within a sequence, share or auction nobody is sent to after an acceptance or a hold before it, and bids are used highest first. */
const ofOrder = (scenario: Scenario, events: readonly DeliveryEvent[], lead: string): readonly string[] => {
  const problems: string[] = []
  const ends = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'attemptFinished' && event.phase === 'post') {
      const hold = scenario.policies.find((each) => each.recipient === event.recipient)?.onUnknown === 'hold' && events.some((each) => each.type === 'attemptFinished' && each.phase === 'post' && each.path === event.path && each.at <= event.at && each.verdict.kind === 'unknown') && ['unknown', 'failed', 'duplicate'].includes(event.verdict.kind)
      ends.set(event.path, event.verdict.kind === 'accepted' || event.verdict.kind === 'unconfirmed' ? event.verdict.kind : hold ? 'in doubt' : '')
    }
    if (event.type !== 'attemptStarted' || event.phase === 'ping') continue
    const visit = (plan: Plan, path: string): void => {
      if (path !== rootPath && event.path !== path && !event.path.startsWith(`${path}/`)) return
      if (plan.kind === 'auction') {
        const bids = events.filter((each) => each.type === 'attemptFinished' && each.phase === 'ping' && each.path.startsWith(path === rootPath ? '/' : `${path}/`))
        const mine = bids.findLast((each) => each.type === 'attemptFinished' && each.path === event.path)
        const price = mine?.type === 'attemptFinished' && mine.verdict.kind === 'bid' ? mine.verdict.price.amount : null
        if (price === null || (plan.floor && price < plan.floor.amount)) problems.push(`an auction posts only to bids at the floor: ${event.path} (${lead})`)
        const asked = events.flatMap((each) => (each.type === 'attemptStarted' && each.phase === 'ping' && each.path.startsWith(path === rootPath ? '/' : `${path}/`) ? [each] : []))
        // All are asked, and have the same time from the last of them.
        const began = Math.max(...asked.map((each) => each.at))
        if (mine && mine.at > began + plan.windowMs) problems.push(`late bids are not used: ${event.path} (${lead})`)
        for (const each of bids) {
          if (each.type !== 'attemptFinished' || each.verdict.kind !== 'bid' || price === null || each.verdict.price.amount <= price || each.at >= began + plan.windowMs) continue
          if (!events.some((other) => 'path' in other && other.path === each.path && ((other.type === 'attemptStarted' && other.phase === 'post') || (other.type === 'chose' && other.choice.kind === 'pass')))) problems.push(`the highest bid comes first: ${event.path} before ${each.path} (${lead})`)
        }
      }
      for (const child of childrenOf(plan, path)) {
        const inside = event.path === child.path || event.path.startsWith(`${child.path}/`)
        if (inside) visit(child.plan, child.path)
        else if (plan.kind !== 'race') for (const [at, end] of ends) {
          const doubtful = (at === child.path || (at.startsWith(`${child.path}/`) && !raceBetween(child.plan, child.path, at))) && end !== ''
          if (doubtful) problems.push(`nobody is tried after ${end}: ${event.path} after ${at} (${lead})`)
        }
      }
    }
    visit(scenario.plan, rootPath)
  }
  return problems
}

const raceBetween = (plan: Plan, path: string, at: string): boolean =>
  plan.kind === 'race' || childrenOf(plan, path).some((child) => (at === child.path || at.startsWith(`${child.path}/`)) && raceBetween(child.plan, child.path, at))

const capacity = (plan: Plan): number => {
  const children = childrenOf(plan, rootPath).map((child) => capacity(child.plan))
  if (plan.kind === 'send') return 1
  return plan.kind === 'race' ? Math.min(plan.accept, children.reduce((sum, each) => sum + each, 0)) : Math.max(0, ...children)
}

/** Counted at the buyer, of what we booked or left in doubt. */
const ofCaps = (scenario: Scenario, outcome: Outcome): readonly string[] => {
  const problems: string[] = []
  for (const policy of scenario.policies) for (const cap of policy.caps) {
    if (cap.limit.kind !== 'leads') continue
    const counts = new Map<number, Set<string>>()
    for (const each of outcome.bought) {
      if (each.recipient !== policy.recipient || denied(outcome, each.lead, each.recipient) || surplusOnly(outcome, each.lead, each.recipient)) continue
      const { from } = periodOf(cap.period, 'UTC', each.at)
      counts.set(from, (counts.get(from) ?? new Set()).add(each.lead))
    }
    for (const leads of counts.values()) if (leads.size > cap.limit.count) problems.push(`no cap is exceeded: ${policy.recipient} bought ${leads.size} of ${cap.limit.count} per ${cap.period}`)
  }
  return problems
}

/** A buyer that took a lead in silence and then said no to the repeat: nobody can know. */
const denied = (outcome: Outcome, lead: string, recipient: string): boolean =>
  outcome.filed.find((each) => each.lead.id === lead)?.events.some((event) => event.type === 'attemptFinished' && event.phase === 'post' && event.recipient === recipient && event.verdict.kind === 'rejected') ?? false

const surplusOnly = (outcome: Outcome, lead: string, recipient: string): boolean => {
  const all = outcome.filed.find((each) => each.lead.id === lead)?.events.filter((event) => event.type === 'attemptFinished' && event.recipient === recipient && event.verdict.kind === 'accepted') ?? []
  return all.length > 0 && all.every((event) => event.type === 'attemptFinished' && event.surplus)
}

/** The same answers by key without any crash come to the same outcome and the same money. */
const ofCrash = (scenario: Scenario, outcome: Outcome): readonly string[] => {
  const calm = simulate(scenario, [])
  const races = JSON.stringify(scenario.plan).includes('"race"')
  return outcome.filed.flatMap(({ lead, standing }, i) => {
    const other = calm.filed[i]?.standing
    const words = (of: typeof other): string => of?.state === 'settled' ? `${of.outcome}${races ? '' : ` ${of.recipient} ${of.revenue?.amount}`}` : (of?.state ?? '')
    return words(standing) === words(other) ? [] : [`a crash changes nothing but time: ${words(standing)} instead of ${words(other)} (${lead.id})`]
  })
}
