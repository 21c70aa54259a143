import type { Tell } from '../../base/diagnostic.ts'
import type { Plan } from '../../core/plan.ts'
import { suggest } from '../suggest.ts'
import type { PingDefinition } from '../endpoint-definition.ts'
import type { Reference } from '../values/reference.ts'
import type { Pattern } from './pattern.ts'
import { currenciesIn, planOf } from './plan-of.ts'

/** What a pattern may name. `broken`: its file has mistakes. */
export type Target =
  | { readonly kind: 'endpoint'; readonly id: string; readonly name: string; readonly ping: PingDefinition | null; /** null for a pool, which pays nothing */ readonly currency: string | null }
  | { readonly kind: 'pattern'; readonly id: string; readonly name: string; readonly pattern: Pattern }
  | { readonly kind: 'broken'; readonly id: string; readonly name: string; readonly file: string; /** where it is one, as far as it could be read */ readonly pattern: Pattern | null }

/** The plans of all patterns, by id; unknown names, broken recipients and circles are reported where they are named. */
export const linkPatterns = (targets: readonly Target[], tell: Tell): ReadonlyMap<string, Plan> => {
  const plans = new Map<string, Plan | null>()
  const underWay: string[] = []

  const currencyAt = (recipient: string): string | null => {
    const target = targets.find((each) => each.id === recipient)
    return target?.kind === 'endpoint' ? target.currency : null
  }

  const planFor = (pattern: Pattern): Plan | null => {
    const known = plans.get(pattern.id)
    if (known !== undefined) return known
    underWay.push(pattern.id)
    const told = new Set<string>()
    const plan = planOf(pattern, (reference) => resolve(reference, told), currencyAt)
    underWay.pop()
    if (plan !== null) tellOfCurrencies(pattern, currenciesIn(plan, currencyAt), tell)
    const bidders = pattern.shape?.kind === 'auction' ? pattern.shape.bidders.filter((each) => !canBid(each)) : []
    const sound = bidders.length === 0 ? plan : null
    plans.set(pattern.id, sound)
    return sound
  }

  const refused = (reference: Reference, told: Set<string>, code: string, message: string, help: string): null => {
    if (!told.has(reference.name.toLowerCase())) tell(reference.place, code, message, help)
    told.add(reference.name.toLowerCase())
    return null
  }

  const targetOf = (reference: Reference, told: Set<string>): Target | null => {
    const target = findTarget(targets, reference.name)
    if (!target) {
      const near = suggest(reference.name, targets.map((each) => each.name)) ?? suggest(reference.name, targets.map((each) => each.id))
      const help = /^\d+[.)] /.test(reference.name) ? 'a list is written with dashes, each on its own line: - Buyer A' : near === null ? 'make a file for it, or write the name of another' : `did you mean "${near}"?`
      return refused(reference, told, 'unknown-recipient', `there is no recipient "${reference.name}"`, help)
    }
    return target
  }

  const resolve = (reference: Reference, told: Set<string>): Plan | null => {
    const refuse = (code: string, message: string, help: string): null => refused(reference, told, code, message, help)
    const target = targetOf(reference, told)
    if (target === null) return null
    if (target.kind === 'endpoint') return { kind: 'send', recipient: target.id, price: null }
    if (target.kind === 'broken') return refuse('broken-recipient', `${target.name} has mistakes in its own file`, `mend ${target.file}`)
    const at = underWay.indexOf(target.id)
    if (at >= 0) {
      const names = [...underWay.slice(at), target.id].map((id) => targets.find((each) => each.id === id)?.name ?? id)
      return refuse('cycle', names.length === 2 ? `${names[0]} names itself` : `these patterns name each other in a circle: ${names.join(' → ')}`, 'take one of them out')
    }
    const plan = planFor(target.pattern)
    return plan ?? refuse('broken-recipient', `${target.name} has mistakes in its own file`, `mend ${target.pattern.place.file}`)
  }

  /** Only an endpoint with a `Ping` can name a price; without one, the ping would carry the whole lead. */
  const canBid = (bidder: Reference): boolean => {
    const target = findTarget(targets, bidder.name)
    const plan = target?.kind === 'pattern' ? (plans.get(target.id) ?? null) : null
    if (plan && plan.kind !== 'send') {
      tell(bidder.place, 'not-a-bidder', `${bidder.name} is a pattern, and only endpoints bid`, 'name its endpoints here, or try this pattern and that one in a Waterfall')
      return false
    }
    const endpoint = plan ? targets.find((each) => each.id === plan.recipient) : target
    if (endpoint?.kind !== 'endpoint' || endpoint.ping) return true
    tell(bidder.place, 'not-a-bidder', `${bidder.name} has no Ping, so that it cannot be asked for a bid`, 'write Ping: with Endpoint, Fields and Response Parsing into its file')
    return false
  }

  for (const target of targets) {
    if (target.kind === 'pattern') planFor(target.pattern)
    // What it names is told with its own mistakes.
    const told = new Set<string>()
    if (target.kind === 'broken' && target.pattern) planOf(target.pattern, (reference) => { targetOf(reference, told); return null }, currencyAt)
  }
  return new Map([...plans].flatMap(([id, plan]) => (plan ? [[id, plan] as const] : [])))
}

/** A minimum keeps back no recipient that pays in another currency. */
const tellOfCurrencies = ({ name, place, currency, guard }: Pattern, paid: readonly string[], tell: Tell): void => {
  const minimum = guard.minimumPrice ? 'Minimum Price' : guard.minimumMargin ? 'Minimum Margin' : null
  if (minimum === null || currency !== null || paid.length < 2) return
  tell(place, 'other-currency', `the recipients of ${name} pay in ${paid.join(' and ')}: its ${minimum} keeps back only those in one of them`, 'give each currency a pattern of its own', 'warning')
}

/** By id, else by display name, whatever their case. */
export const findTarget = <T extends { readonly id: string; readonly name: string }>(targets: readonly T[], name: string): T | undefined => {
  const wanted = name.trim().toLowerCase()
  return targets.find((each) => each.id === name.trim()) ?? targets.find((each) => each.name.trim().toLowerCase() === wanted) ?? targets.find((each) => each.id.toLowerCase() === wanted)
}
