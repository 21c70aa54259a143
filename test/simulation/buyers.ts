import { money } from '../../src/base/money.ts'
import type { PhaseName } from '../../src/core/plan.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import type { Reaction, Scenario } from './scenario.ts'

/** What a buyer wrote into its own books. */
export interface Bought { readonly recipient: string; readonly lead: string; readonly key: string; readonly at: number; readonly dollars: number | null }

/** Simulated buyers. Some know a key again and give the same answer; the others buy twice what is sent twice. */
export const createBuyers = (scenario: Scenario) => {
  const bought: Bought[] = []
  const heard = new Map<string, number>()
  const given = new Map<string, Reaction>()

  return {
    bought: bought as readonly Bought[],
    meet: (recipient: string, phase: PhaseName, lead: string, key: string, at: number): Reaction => {
      const known = given.get(key)
      if (known && scenario.idempotent.includes(recipient)) return known
      const name = `${recipient} ${phase} ${lead}`
      const all = scenario.reactions[name] ?? []
      const n = heard.get(name) ?? 0
      heard.set(name, n + 1)
      const reaction = all[Math.min(n, all.length - 1)] ?? { kind: 'reject', ms: 1 }
      const takes = reaction.kind === 'accept' || (reaction.kind === 'silent' && reaction.processed)
      if (phase === 'post' && takes) bought.push({ recipient, lead, key, at, dollars: reaction.kind === 'accept' ? reaction.dollars : 30 })
      if (reaction.kind === 'silent' && reaction.processed) given.set(key, { kind: 'accept', dollars: 30, ms: 5 })
      else if (['accept', 'reject', 'duplicate', 'invalid', 'unreadable', 'bid'].includes(reaction.kind)) given.set(key, reaction)
      return reaction
    },
  }
}

export const verdictOf = (reaction: Reaction, key: string): Verdict => {
  switch (reaction.kind) {
    case 'accept': return { kind: 'accepted', reason: null, buyerLeadId: `B${key}`, price: reaction.dollars === null ? null : money(reaction.dollars * 10_000) }
    case 'bid': return { kind: 'bid', reason: null, price: money(reaction.dollars * 10_000), pingId: `ping ${key}` }
    case 'reject': return { kind: 'rejected', reason: 'no coverage' }
    case 'duplicate': return { kind: 'duplicate', class: 'duplicate', reason: 'seen before' }
    case 'invalid': return { kind: 'failed', class: 'invalid_data', retry: false, reason: 'zip is missing' }
    case 'unreadable': return { kind: 'unconfirmed', class: 'unreadable', reason: 'no lead id' }
    case 'auth': return { kind: 'failed', class: 'auth', retry: false, alert: true, pause: true, reason: 'HTTP 401' }
    case 'expired': return { kind: 'failed', class: 'auth', retry: true, renew: true, reason: 'the token was refused' }
    case 'broken': return { kind: 'failed', class: 'server_error', retry: true, reason: 'HTTP 500' }
    case 'refused': return { kind: 'failed', class: 'network', retry: true, reason: 'connection refused' }
    case 'slow down': return { kind: 'failed', class: 'rate_limited', retry: true, retryAfterMs: reaction.afterMs, reason: 'HTTP 429' }
    case 'silent': return { kind: 'unknown', class: 'timeout', retry: true, reason: 'no answer' }
    default: return reaction satisfies never
  }
}
