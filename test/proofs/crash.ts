import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { leadAt, writeLines } from '../../bench/leads.ts'
import { bookedCents } from '../world/journal.ts'
import { spawnBuyer } from '../world/spawn-buyer.ts'

/**
 * `npm run crash [-- --short] [--seed N]`: a waterfall to two buyers, killed with SIGKILL at random moments and run again
 * each time, then compared with the buyers' own journals (facts: trust 1, 3, 5). Nothing may be lost, nothing sold twice,
 * no key may carry two bodies, and the revenue must equal what the buyers owe, to the cent.
 */
const short = process.argv.includes('--short')
const seedAt = process.argv.indexOf('--seed')
const seed = seedAt > 0 ? Number(process.argv[seedAt + 1]) : Date.now() % 1_000_000
const leads = short ? 400 : 2_000
const kills = short ? 3 : 10
const root = resolve(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'finalmile-crash-'))

/** Mulberry32: the same moments for the same seed, as far as a machine's speed allows. */
let state = seed
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

const recipient = (name: string, url: string): string => `Recipient: ${name}
Settings:
  Endpoint: ${url}/leads
  Timeout: 2 seconds
Field Mapping:
  leadId: {{lead.id}}
  email: {{lead.email}}
  phone: {{lead.phone_1}}
Response Parsing:
  Success: status = "accepted"
  Lead ID: leadId
  Price: price
Retry Strategy:
  Timeout Errors: {Retry: 5 times, Backoff: 100ms}
  Server Errors: {Retry: 5 times, Backoff: 100ms}
  Network Errors: {Retry: 5 times, Backoff: 100ms}
Circuit Breaker: off
`

const finalmile = (args: readonly string[]) => {
  const child = spawn(process.execPath, [join(root, 'bin/finalmile.js'), ...args], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  let err = ''
  let out = ''
  child.stderr.on('data', (chunk: Buffer) => { err += String(chunk) })
  child.stdout.on('data', (chunk: Buffer) => { out += String(chunk) })
  return { child, done: once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, err, out })) }
}

const problems: string[] = []
const check = (holds: boolean, what: string): void => { if (!holds) problems.push(what) }

const a = await spawnBuyer({ cycle: true, script: [{ do: 'accept', price: '50.00' }, { do: 'reject' }, { do: 'answer', status: 503 }, { do: 'reject' }, { do: 'reset-after' }] })
const b = await spawnBuyer({ cycle: true, script: [{ do: 'accept', price: '40.15' }, { do: 'accept', price: '40.15' }, { do: 'reject' }, { do: 'reset-before' }] })
try {
  mkdirSync(join(dir, 'recipients'))
  writeFileSync(join(dir, 'recipients', 'a.yaml'), recipient('Buyer A', a.url))
  writeFileSync(join(dir, 'recipients', 'b.yaml'), recipient('Buyer B', b.url))
  writeFileSync(join(dir, 'recipients', 'sell.yaml'), 'Recipient: Sell\nPattern: Waterfall\nTry:\n  - Buyer A\n  - Buyer B\n')
  await writeLines(join(dir, 'leads.csv'), leads, (i) => Object.values(leadAt(i)).join(','), Object.keys(leadAt(0)).join(','))
  const deliver = ['deliver', 'leads.csv', '--to', 'sell', '--yes', '--quiet', '--wait', '20s']

  let killed = 0
  for (let run = 0; killed < kills && run < kills * 3; run++) {
    const { child, done } = finalmile(run % 3 === 2 ? ['resume', '--yes', '--quiet', '--wait', '20s'] : deliver)
    const timer = setTimeout(() => child.kill('SIGKILL'), 250 + random() * (short ? 500 : 700))
    const end = await done
    clearTimeout(timer)
    if (end.signal === 'SIGKILL') killed += 1
    else check(end.code === 0 || end.code === 3, `a run ended with ${end.code}: ${end.err}`)
  }
  const last = await finalmile(deliver).done
  check(last.code === 0 || last.code === 3, `the last run ended with ${last.code}: ${last.err}`)
  await finalmile(['resume', '--yes', '--quiet', '--wait', '20s']).done

  const results = (await finalmile(['export', 'results', '--jsonl']).done).out.trim().split('\n').map((line) => JSON.parse(line) as { lead_id: string; outcome: string; revenue: string })
  const journals = [...a.journal(), ...b.journal()]
  const sales = new Map<string, number>()
  const bodies = new Map<string, Set<string>>()
  const keys = new Map<string, Set<string>>()
  for (const [buyer, entries] of [['a', a.journal()], ['b', b.journal()]] as const) {
    for (const entry of entries) {
      const { leadId } = JSON.parse(entry.body) as { leadId: string }
      if (entry.booked !== null) sales.set(leadId, (sales.get(leadId) ?? 0) + 1)
      const add = (map: Map<string, Set<string>>, key: string, value: string) => { map.set(key, (map.get(key) ?? new Set()).add(value)) }
      add(bodies, entry.key ?? '', entry.body)
      add(keys, `${buyer} ${leadId}`, entry.key ?? '')
    }
  }
  const accepted = results.filter((each) => each.outcome === 'accepted')
  const ledgerCents = results.reduce((sum, each) => sum + BigInt(Math.round(Number(each.revenue || '0') * 100)), 0n)
  const outcomes = Object.entries(Object.groupBy(results, (each) => each.outcome)).map(([name, list]) => `${name} ${list?.length ?? 0}`).join(', ')

  check(killed === kills, `killed ${killed} times of ${kills}: the work was done too early`)
  check(results.length === leads, `${results.length} of ${leads} leads are settled`)
  check(new Set(results.map((each) => each.lead_id)).size === leads, 'a lead stands twice in the results')
  check([...sales.values()].every((count) => count === 1), `${[...sales.values()].filter((count) => count > 1).length} leads were sold twice`)
  check(sales.size === accepted.length, `the buyers bought ${sales.size} leads, the ledger says ${accepted.length}`)
  check(bookedCents(journals) === ledgerCents, `the buyers owe ${bookedCents(journals)} cents, the ledger says ${ledgerCents}`)
  check([...bodies.values()].every((each) => each.size === 1), 'one key carried two bodies')
  check([...keys.values()].every((each) => each.size === 1), 'one lead had two keys at one buyer')
  const wrong = results.filter((each) => (sales.get(each.lead_id) ?? 0) !== (each.outcome === 'accepted' ? 1 : 0)).slice(0, 2)
  for (const each of wrong) {
    console.error((await finalmile(['explain', each.lead_id]).done).out)
    for (const [name, entries] of [['a', a.journal()], ['b', b.journal()]] as const) for (const entry of entries) if (entry.body.includes(each.lead_id)) console.error(`  buyer ${name} ${new Date(entry.at).toISOString()} ${entry.act} booked ${entry.booked ?? 'nothing'}${entry.repeated ? ' from memory' : ''}`)
  }
  console.log(`${leads} leads, waterfall of two buyers, ${killed} kills (seed ${seed}): ${outcomes}; ${journals.length} requests, ${journals.filter((each) => each.repeated).length} repeats answered from memory; the buyers owe ${(Number(bookedCents(journals)) / 100).toFixed(2)}, the ledger says ${(Number(ledgerCents) / 100).toFixed(2)}`)
} finally {
  await Promise.all([a.close(), b.close()])
  rmSync(dir, { recursive: true, force: true })
}
for (const problem of problems) console.error(`VIOLATED: ${problem}`)
console.log(problems.length === 0 ? 'nothing lost, nothing sold twice, revenue equal to the journals' : `seed ${seed} shows it again`)
process.exitCode = problems.length === 0 ? 0 : 1
