import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * `npm run mutants`: hand-made faults in a copy of the core, one at a time; each must be killed by a named test of
 * test/core (or of the simulation, where `tests` says so). Exit 1 where one survives or no longer applies.
 */
interface Mutant { readonly fault: string; readonly file: string; readonly from: string; readonly to: string; readonly tests?: string }

const SIMULATION = 'test/simulation'
const MUTANTS: readonly Mutant[] = [
  { fault: 'a pattern moves on at held', file: 'strategies/sequence.ts', from: '!node.moveOn.includes(child.outcome.kind)', to: "child.outcome.kind !== 'held' && !node.moveOn.includes(child.outcome.kind)" },
  { fault: 'one retry too many', file: 'retry.ts', from: 'used >= (again', to: 'used > (again' },
  { fault: 'a retry a millisecond early', file: 'strategies/send.ts', from: 'plan.at > context.now)', to: 'plan.at > context.now + 1)' },
  { fault: 'Retry-After is ignored', file: 'retry.ts', from: 'asked ?? again', to: 'again' },
  { fault: 'Retry-After beyond the maximum is waited for as a retry', file: 'retry.ts', from: 'asked > rule.maxWaitMs', to: 'asked < 0' },
  { fault: 'the timeout does not grow', file: 'retry.ts', from: '1.5 **', to: '1 **' },
  { fault: 'unknown moves on with On Unknown: hold', file: 'strategies/send.ts', from: "if (doubt && policy.onUnknown === 'hold')", to: "if (doubt && policy.onUnknown !== 'hold')" },
  { fault: 'a doubt that holds is passed by when its recipient closes', file: 'strategies/send.ts', from: "(policy.onUnknown === 'hold' || asked)", to: 'asked' },
  { fault: 'a doubt is passed by when its recipient asks for time', file: 'strategies/send.ts', from: "(policy.onUnknown === 'hold' || asked)", to: "policy.onUnknown === 'hold'" },
  { fault: 'an unreadable answer is a rejection', file: 'strategies/send.ts', from: "case 'unconfirmed': return done('held'", to: "case 'unconfirmed': return done('rejected'" },
  { fault: 'the backup is tried after refused data', file: 'strategies/send.ts', from: "'server_error', 'rate_limited'].includes", to: "'server_error', 'rate_limited', 'invalid_data'].includes" },
  { fault: 'a pause is ignored', file: 'gate.ts', from: 'if (facts?.paused) return', to: 'if (facts?.paused && now < 0) return' },
  { fault: 'a closing that ends now is still shut', file: 'gate.ts', from: 'facts.closedUntil > now) return', to: 'facts.closedUntil >= now) return' },
  { fault: 'a cap that is used up is not looked at', file: 'gate.ts', from: 'if (!facts.full.has(', to: 'if (facts.full.has(' },
  { fault: 'a rejection keeps its place in a cap', file: 'caps.ts', from: "verdict !== 'unconfirmed') return 0", to: "verdict !== 'unconfirmed' && verdict !== 'rejected') return 0" },
  { fault: 'a doubtful sale loses its place in a cap', file: 'caps.ts', from: "if (kind !== 'failed' && kind !== 'duplicate') return last", to: 'if (kind) return last' },
  { fault: 'the circuit counts rejections', file: 'circuit.ts', from: "verdict.kind === 'failed' && verdict.instead === undefined)", to: "verdict.kind === 'failed' && verdict.instead === undefined) || verdict.kind === 'rejected'" },
  { fault: 'the circuit opens one failure early', file: 'circuit.ts', from: 'failures > policy.errorRate', to: 'failures >= policy.errorRate' },
  { fault: 'a lead that is sold and waits is dropped', file: 'review.ts', from: 'salesIn(events).length === 0 &&', to: '' },
  { fault: 'a no of the buyer is about the sale', file: 'reconcile.ts', from: 'const mine = no ??', to: 'const mine =' },
  { fault: 'a failed trial does not wait longer', file: 'circuit.ts', from: 'circuit.waitMs * 2', to: 'circuit.waitMs' },
  { fault: 'two trials at once', file: 'circuit.ts', from: "? circuit : { kind: 'trial', until: now + timeoutMs", to: "? circuit : { kind: 'trial', until: now - timeoutMs" },
  { fault: 'an acceptance that came second loses its place in a cap', file: 'caps.ts', from: "  return verdict === 'accepted' ? worth(", to: "  if (holder.finished?.surplus) return 0\n  return verdict === 'accepted' ? worth(" },
  { fault: 'an answer to what left before decides a trial', file: 'circuit.ts', from: 'if (startedAt < (circuit.opening ?? startedAt)) return circuit', to: '' },
  { fault: 'a recipient named twice gets a lead in two batches', file: 'next.ts', from: 'oneBatchAtATime(context.plan, step.actions)', to: 'step.actions' },
  { fault: 'a batch in doubt is followed by another', file: 'offer.ts', from: 'policy.batch !== null && mayHaveFromBatch(', to: 'policy.batch === null && mayHaveFromBatch(' },
  { fault: 'a price that fills a cap is above it', file: 'price.ts', from: 'price.amount > limit.amount.amount', to: 'price.amount >= limit.amount.amount' },
  { fault: 'a surplus acceptance is booked', file: 'booking.ts', from: '.length >= each.plan.accept', to: '.length > each.plan.accept' },
  { fault: 'a race loses what a nested race sold', file: 'strategies/race.ts', from: 'if (each.amount !== 0) addTo(sums, each)', to: 'if (each.amount !== 0) sums.set(each.currency, each)' },
  { fault: 'a call window includes its last minute', file: 'window.ts', from: 'minute < to) return now', to: 'minute <= to) return now' },
  { fault: 'an exclusive window opens a millisecond late', file: 'strategies/sequence.ts', from: 'age < step.opensMs', to: 'age <= step.opensMs' },
  { fault: 'an exclusive window includes its end', file: 'strategies/sequence.ts', from: 'history.receivedAt >= step.closesMs', to: 'history.receivedAt > step.closesMs' },
  { fault: 'what began in a window goes on for ever', file: 'strategies/sequence.ts', from: 'if (isOver(step, context)) return pass', to: 'if (isOver(step, context) && context.now < 0) return pass' },
  { fault: 'late bids are used', file: 'strategies/auction.ts', from: ' || finished.at > deadline) return', to: ') return' },
  { fault: 'the minimum bid is not enough', file: 'strategies/auction.ts', from: 'price.amount < floor.amount', to: 'price.amount <= floor.amount' },
  { fault: 'ties go to the last bidder', file: 'strategies/auction.ts', from: 'a.i - b.i', to: 'b.i - a.i' },
  { fault: 'the lead is settled while an answer is on its way', file: 'next.ts', from: 'context.history.flying > 0 ? [] :', to: 'false && context.history.flying > 0 ? [] :' },
  { fault: 'the bid goes before the returned price', file: 'booking.ts', from: 'verdict.price ?? priceAt(plan, path, history)', to: 'priceAt(plan, path, history) ?? verdict.price' },
  { fault: 'a price at the minimum is too low', file: 'price.ts', from: 'price.amount < minimumPrice.amount', to: 'price.amount <= minimumPrice.amount' },
  { fault: 'a share is drawn one ticket off', file: 'strategies/share.ts', from: 'first.length <= n % total', to: 'first.length < n % total' },
  { fault: 'a failure among rejections is forgotten', file: 'combine.ts', from: 'failed: 4, rejected: 3', to: 'failed: 3, rejected: 4' },
  { fault: 'a recipient named twice is sent to twice at once', file: 'decide.ts', from: 'chosen.get(send.recipient) === send)', to: 'chosen.get(send.recipient) !== null)' },
  { fault: 'who bought the lead is asked again at another place', file: 'had.ts', from: "kind === 'accepted' || (kind === 'unconfirmed'", to: "(kind === 'unconfirmed'" },
  { fault: 'who may have bought it is asked again', file: 'had.ts', from: "(kind === 'unconfirmed' && !isBefore)", to: 'false' },
  { fault: 'a second request goes while the first is on its way', file: 'strategies/send.ts', from: 'if (isAsked(recipient, context)) return pending()', to: '' },
  { fault: 'a lead in a batch takes no place of a cap', file: 'caps.ts', from: 'if (node.queuedAt !== null) return', to: 'if (node.queuedAt !== null) return null\n  if (node.queuedAt !== null) return' },
  { fault: 'a batch counts on the day on which it leaves', file: 'caps.ts', from: 'holder.placedAt ?? holder.startedAt', to: 'holder.startedAt' },
  { fault: 'a margin forgets what the pattern says a lead costs', file: 'price.ts', from: 'if (guard.cost !== null) return guard.cost', to: 'if (guard.cost !== null) continue' },
  { fault: 'a nested pattern decides the cost', file: 'price.ts', from: 'patternsAround(plan, childPath(path, 0)))', to: 'patternsAround(plan, childPath(path, 0)).toReversed())' },
  { fault: 'a minimum price looks at the usual price and not at the bid', file: 'strategies/send.ts', from: 'bidAt(history)?.price ?? node.price', to: 'node.price ?? bidAt(history)?.price' },
  { fault: 'a bidder of a low usual price is not asked', file: 'strategies/auction.ts', from: 'const unwanted = whyNotOffered(policy, at, context)', to: 'const unwanted = whyNotOffered(policy, at, context) ?? (policy.price === null && bidder.price === null ? null : context.plan.kind !== "send" && context.plan.guard.minimumPrice ? "low" : null)' },
  { fault: 'a bidder that does not want the lead is asked', file: 'strategies/auction.ts', from: 'if (unwanted !== null) return pass(at, policy.recipient, unwanted)', to: '' },
  { fault: 'an auction waits for a late bidder', file: 'strategies/auction.ts', from: 'if (outstanding && context.now < deadline)', to: 'if (outstanding)' },
  { fault: "a ping's own Timeout is ignored", file: 'strategies/auction.ts', from: 'policy.pingTimeoutMs ?? policy.timeoutMs', to: 'policy.timeoutMs' },
  { fault: 'a certificate of the greatest age is refused', file: 'requirements.ts', from: 'ageMs > maxAgeMs', to: 'ageMs >= maxAgeMs' },
  { fault: 'a toll-free number passes for a mobile', file: 'requirements.ts', from: "return TOLL_FREE.test(digits) ?", to: "return TOLL_FREE.test('') ?" },
  { fault: 'a look-back knows a number only as it was typed', file: 'look-back.ts', from: 'digits.length >= 10 ? digits : text', to: 'digits.length >= 99 ? digits : text' },
  { fault: 'a lead of two zones is called when one of them is open', file: 'window.ts', from: 'zones.every((zone) =>', to: 'zones.some((zone) =>' },
  { fault: 'of several windows the last to open counts', file: 'window.ts', from: 'earliest(windows.map((window) => opensAt(window, zone, now)))', to: 'opensAt(windows.at(-1)!, zone, now)', tests: 'test/definitions/calling-hours.test.ts' },
  { fault: 'every state has the hours of the others', file: 'gate.ts', from: 'own ?? elsewhere', to: 'elsewhere', tests: 'test/definitions/calling-hours.test.ts' },
  { fault: 'calling hours go by the recipient\'s clock', file: 'gate.ts', from: "zonesOfLead(lead, policy.zone), now, { kept: 'calling", to: "zonesOfWindow(lead, policy.zone), now, { kept: 'calling", tests: 'test/definitions/calling-hours.test.ts' },
  { fault: 'a repeat gives way to a first request at another place', file: 'decide.ts', from: '(isRepeat(send) && !isRepeat(other))', to: '(!isRepeat(send) && isRepeat(other))' },
  { fault: 'a repeat goes to who bought the lead meanwhile', file: 'strategies/send.ts', from: 'const bought = boughtHere(policy, context) !== null ||', to: 'const bought =' },
  { fault: 'a repeat goes to who bought the lead through another target', file: 'strategies/send.ts', from: "(verdict.kind === 'failed' && last.batch === null && context.facts.elsewhere.has(policy.recipient))", to: 'false' },
  { fault: 'what a person accepts is no sale to other targets', file: 'sale.ts', from: "before.decision === 'accept' && !before.sale", to: 'false' },
  { fault: 'a sale confirmed beside another is none to other targets', file: 'sale.ts', from: "case 'reviewed': return event.sale ?", to: "case 'reviewed': return event.sale && at < 0 ?" },
  { fault: 'a sale confirmed beside another settles the lead anew', file: 'review.ts', from: "before?.outcome.kind === 'accepted'", to: 'before === null' },
  { fault: 'a lead in doubt that was refused elsewhere and then accepted counts twice', file: 'report.ts', from: 'inDoubt.size > 0 && inDoubt.has(deliveryId)', to: 'inDoubt.size < 0' },
  { fault: 'what a batch left in doubt joins another', file: 'batch.ts', from: "last === 'unconfirmed' || ((last", to: "false && ((last" },
  { fault: 'what a person has decided stays in doubt', file: 'history.ts', from: "settled: event.decision === 'retry' ? null : history.settled, nodes: reopened(history.nodes, null)", to: "settled: event.decision === 'retry' ? null : history.settled" },
  { fault: '--retry-failed forgets that a batch was not answered', file: 'history.ts', from: 'const doubt = batches === null ? -1 : doubtAt(node)', to: 'const doubt = -1' },
  { fault: 'a person who looked leaves an unanswered batch in doubt', file: 'history.ts', from: 'const doubt = batches === null ? -1 : doubtAt(node)', to: 'const doubt = doubtAt(node)' },
  { fault: 'a sold lead whose step is taken up goes out once more', file: 'history.ts', from: "history.settled?.kind === 'accepted' ? withStepsAgain(history.nodes) : reopened", to: 'reopened' },
  { fault: 'what the repeat of a batch left in doubt joins another', file: 'strategies/send.ts', from: '!isAlone(target) && doubtAt(node) >= 0', to: 'false' },
  { fault: 'a settled lead keeps its place in a batch', file: 'history.ts', from: '...withoutQueues(history, rootPath), version, settled', to: '...history, version, settled' },
  { fault: 'a part of an unanswered batch is taken for the whole', file: 'batch.ts', from: 'count === sizeOf(batch) ? batch : []', to: 'count > 0 ? batch : []' },
  { fault: 'a batch is whole whose lead another batch, that is not, keeps back', file: 'batch.ts', from: 'return left.length === batchesOf.length ? whole :', to: 'return left.length >= 0 ? whole :' },
]

const root = resolve(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'finalmile-mutants-'))
for (const each of ['src', 'test', 'package.json', 'vitest.config.ts', 'tsconfig.json']) cpSync(join(root, each), join(dir, each), { recursive: true })
symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))

const only = process.argv[2]
let survived = 0
console.log('| verdict | fault | killed by |\n|---|---|---|')
for (const { fault, file, from, to, tests } of MUTANTS) {
  if (only !== undefined && !fault.includes(only)) continue
  const path = join(dir, 'src/core', file)
  const sound = readFileSync(path, 'utf8')
  if (from === '' || sound.split(from).length !== 2) { survived += 1; console.log(`| NO LONGER APPLIES | ${fault} | ${file}: ${sound.split(from).length - 1} places |`); continue }
  writeFileSync(path, sound.replace(from, () => to))
  const killer = firstFailure(tests ?? 'test/core') ?? firstFailure(SIMULATION)
  writeFileSync(path, sound)
  if (killer === null) survived += 1
  console.log(`| ${killer === null ? 'SURVIVED' : 'killed'} | ${fault} | ${killer ?? '-'} |`)
}
rmSync(dir, { recursive: true })
console.log(`\n${MUTANTS.length} faults, ${survived} survived`)
process.exitCode = survived > 0 ? 1 : 0

function firstFailure(tests: string): string | null {
  const output = join(dir, 'result.json')
  rmSync(output, { force: true })
  spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', tests, '--reporter=json', `--outputFile=${output}`, '--bail=1'], { cwd: dir })
  const report = JSON.parse(readFileSync(output, 'utf8')) as { testResults: { assertionResults: { status: string; fullName: string }[] }[] }
  return report.testResults.flatMap((each) => each.assertionResults).find((each) => each.status === 'failed')?.fullName ?? null
}
