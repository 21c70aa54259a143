import type { JournalEntry } from '../../world/journal.ts'
import type { Project } from './project.ts'

export interface Reconciled {
  /** What disagrees; empty when all is well. */
  readonly problems: readonly string[]
  readonly outcomes: string
  /** Leads that every try failed, each with what its tries met. */
  readonly failed: readonly string[]
  readonly requests: number
  /** Answered from the buyers' memory: a request that had been processed was repeated with its key. */
  readonly repeats: number
  readonly sales: number
  /** Sold beside the one that counts, and recorded so (simultaneous). */
  readonly surplus: number
  /** Bought, and in the ledger as an attempt in doubt: nobody can know, and a person is told. */
  readonly inDoubt: number
  /** In cents. */
  readonly owed: bigint
  readonly booked: bigint
}

/** Journals by recipient id. */
export type Journals = Readonly<Record<string, readonly JournalEntry[]>>

interface Purchase { readonly times: number; readonly cents: bigint }

/**
 * The ledger against the buyers' own journals (facts: trust 1, 3, 5): every lead has one outcome; every sale that a buyer
 * made is in the ledger at its price, as a sale or as surplus, and no other is; one key for a lead at a recipient and
 * phase, and one body for a key.
 */
export const reconcile = async (project: Project, journals: Journals, leads: number): Promise<Reconciled> => {
  const problems: string[] = []
  const [results, ledger] = [await project.json(['export', 'results', '--jsonl']), await project.json(['export', 'ledger', '--jsonl'])]
  const bought = purchasesOf(journals, problems)

  if (results.length !== leads) problems.push(`${results.length} of ${leads} leads are settled`)
  if (new Set(results.map((each) => each.lead_id)).size !== results.length) problems.push('a lead stands twice in the results')

  let [booked, sales, surplus, inDoubt] = [0n, 0, 0, 0]
  const recorded = new Set<string>()
  const doubtful = new Set(ledger.filter((each) => each.verdict === 'unknown').map((row) => `${row.recipient} ${row.lead_id}`))
  const sold = new Map<string, number>()
  for (const row of ledger.filter((each) => each.verdict === 'accepted')) {
    const name = `${row.recipient} ${row.lead_id}`
    if (recorded.has(name)) problems.push(`${name} is in the ledger as bought twice`)
    recorded.add(name)
    const purchase = bought.get(name)
    if (!purchase) problems.push(`${name} is in the ledger as bought, and not in the buyer's journal`)
    if (row.class === 'surplus') { surplus += 1; continue }
    sales += 1
    sold.set(row.lead_id ?? '', (sold.get(row.lead_id ?? '') ?? 0) + 1)
    booked += centsOf(row.revenue)
    if (purchase && purchase.cents !== centsOf(row.revenue)) problems.push(`${name} was bought for ${purchase.cents} cents, the ledger says ${row.revenue}`)
  }
  for (const [name, { times }] of bought) {
    if (times > 1) problems.push(`${name} was bought ${times} times`)
    if (recorded.has(name)) continue
    if (doubtful.has(name)) inDoubt += 1
    else problems.push(`${name} was bought, and is not in the ledger as bought`)
  }
  const settled = results.reduce((sum, each) => sum + centsOf(each.revenue), 0n)
  if (settled !== booked) problems.push(`the results earn ${settled} cents, the ledger ${booked}`)
  for (const { lead_id: lead = '', outcome } of results) {
    const times = sold.get(lead) ?? 0
    if (times !== (outcome === 'accepted' ? 1 : 0)) problems.push(`${lead} is ${outcome} and was sold ${times} times`)
  }
  const all = Object.values(journals).flat()
  const owed = ledger.filter((row) => row.verdict === 'accepted' && row.class !== 'surplus').reduce((sum, row) => sum + (bought.get(`${row.recipient} ${row.lead_id}`)?.cents ?? 0n), 0n)
  return {
    problems, requests: all.length, repeats: all.filter((each) => each.repeated).length, sales, surplus, inDoubt, owed, booked,
    failed: results.flatMap(({ lead_id: lead, outcome }) => (outcome === 'failed' ? [`${lead}: ${ledger.flatMap((row) => (row.lead_id === lead ? [`${row.recipient} ${row.phase} ${row.verdict} ${row.reason}`] : [])).join(', ')}`] : [])),
    outcomes: Object.entries(Object.groupBy(results, (each) => each.outcome ?? '')).map(([name, list]) => `${name} ${list?.length ?? 0}`).join(', '),
  }
}

const purchasesOf = (journals: Journals, problems: string[]): ReadonlyMap<string, Purchase> => {
  const bought = new Map<string, Purchase>()
  const bodies = new Map<string, string>()
  const keys = new Map<string, string>()
  for (const [recipient, entries] of Object.entries(journals)) {
    for (const entry of entries) {
      const key = entry.key ?? ''
      if ((bodies.get(key) ?? entry.body) !== entry.body) problems.push(`key ${key} carried two bodies`)
      bodies.set(key, entry.body)
      for (const lead of leadsOf(entry.body)) {
        const at = `${recipient} ${entry.path} ${lead}`
        if ((keys.get(at) ?? key) !== key) problems.push(`${at} came under two keys`)
        keys.set(at, key)
        if (entry.booked === null || (entry.sold && !entry.sold.includes(lead))) continue
        const name = `${recipient} ${lead}`
        const before = bought.get(name)
        const cents = centsOf(entry.booked) / BigInt(entry.sold?.length ?? 1)
        bought.set(name, { times: (before?.times ?? 0) + 1, cents })
      }
    }
  }
  return bought
}

const leadsOf = (body: string): readonly string[] => {
  const read = JSON.parse(body) as { readonly leadId: string } | readonly { readonly leadId: string }[]
  return Array.isArray(read) ? read.map((each: { readonly leadId: string }) => each.leadId) : [(read as { readonly leadId: string }).leadId]
}

export const centsOf = (text: string | undefined | null): bigint => {
  const [whole = '0', part = ''] = (text || '0').split('.')
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, '0').slice(0, 2))
}
