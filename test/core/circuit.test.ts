import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Circuit } from '../../src/core/circuit.ts'
import { beginTrial, circuitGate, closedCircuit, openingOf, stepCircuit, tryAtOnce } from '../../src/core/circuit.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { T0, accepted, broken, duplicate, rejected, unknown, unreadable } from './given.ts'

const policy = { errorRate: 0.5, over: 100, waitMs: 300_000, maxWaitMs: 3_600_000 }
const fold = (verdicts: readonly Verdict[], from: Circuit = closedCircuit) => verdicts.reduce((circuit, verdict) => stepCircuit(circuit, verdict, T0, policy), from)
const times = (n: number, verdict: Verdict) => Array.from({ length: n }, () => verdict)
const opened: Circuit = { kind: 'open', until: T0 + 300_000, waitMs: 300_000 }

describe('circuit', () => {
  it('stays closed at 50 failures of the last 100', () => { expect(fold(times(50, broken)).kind).toBe('closed') })
  it('opens at the 51st', () => { expect(fold(times(51, broken))).toEqual(opened) })
  it('counts missing answers as failures', () => { expect(fold([...times(50, unknown), broken])).toEqual(opened) })
  it('is not charged with what our own end interrupted', () => { expect(fold(times(200, { kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: null })).kind).toBe('closed') })
  it('nor with what it kept from being sent, and a trial that it cut off has neither worked nor failed', () => {
    const unsent: Verdict = { kind: 'failed', class: 'network', retry: true, interrupted: true, reason: null }
    expect(fold([...times(200, unsent), ...times(50, broken)]).kind).toBe('closed')
    const trial: Circuit = { kind: 'trial', until: T0 + 10_000, waitMs: 300_000 }
    expect(fold([unsent], trial)).toEqual(trial)
    expect(fold([{ kind: 'unknown', class: 'timeout', retry: true, interrupted: true, reason: null }], trial)).toEqual(trial)
  })
  it('never opens for a picky buyer', () => { expect(fold([...times(500, rejected), ...times(500, duplicate)]).kind).toBe('closed') })
  it('counts answers that cannot be read as failures', () => { expect(fold([...times(50, unreadable), broken])).toEqual(opened) })
  it('opens again where the trial says neither yes nor no', () => { expect(fold([unreadable], { kind: 'trial', until: T0, waitMs: 300_000 })).toMatchObject({ kind: 'open', waitMs: 600_000 }) })
  it('is not charged with the failures of a proxy, nor does a trial end by one', () => {
    const proxied: Verdict = { kind: 'failed', class: 'proxy', retry: true, reason: 'no tunnel' }
    expect(fold([...times(50, broken), ...times(200, proxied)]).kind).toBe('closed')
    expect(fold([...times(50, broken), ...times(200, proxied), broken])).toEqual(opened)
    const trial: Circuit = { kind: 'trial', until: T0 + 10_000, waitMs: 300_000 }
    expect(fold([proxied], trial)).toEqual(trial)
  })
  it('forgets what lies more than 100 attempts back', () => { expect(fold([...times(50, broken), ...times(100, accepted), ...times(50, broken)]).kind).toBe('closed') })
  it('a long row of answers hides no failure that follows', () => { expect(fold([...times(300, accepted), ...times(51, broken)])).toEqual(opened) })
  it('opens on a failure only, not on the answer after it', () => {
    expect(fold([...times(50, broken), accepted]).kind).toBe('closed')
  })
  it('answers to attempts that were under way change nothing while it is open', () => { expect(fold([accepted, broken, accepted], opened)).toEqual(opened) })
  it('lets nothing through while it is open', () => { expect(circuitGate(opened, T0 + 299_999)).toMatchObject({ open: false, until: T0 + 300_000 }) })
  it('lets one trial through after its wait', () => { expect(circuitGate(opened, T0 + 300_000)).toEqual({ open: true, trial: true }) })
  it('and only one', () => { expect(circuitGate(beginTrial(opened, T0 + 300_000, 10_000), T0 + 300_001)).toMatchObject({ open: false }) })
  it.each<[string, number, number]>([['as long as the opening lasted', 2_000, 2_000], ['no longer than the trial may take', 300_000, 20_000]])(
    'others wait for the trial %s', (_case, waitMs, waited) => {
      expect(circuitGate({ kind: 'trial', until: T0 + 20_000, waitMs }, T0)).toMatchObject({ open: false, until: T0 + waited })
    })
  it('what is heard late of the last trial does not begin one of the next opening', () => {
    const again = stepCircuit(beginTrial(opened, T0 + 300_000, 10_000), broken, T0 + 301_000, policy)
    expect(beginTrial(again, T0 + 302_000, 10_000)).toEqual(again)
  })
  it('every opening has a trial of its own', () => {
    const trial = beginTrial(opened, T0 + 300_000, 10_000)
    const again = stepCircuit(trial, broken, T0 + 301_000, policy)
    expect([openingOf(opened), openingOf(trial), openingOf(beginTrial(trial, T0 + 310_000, 10_000)), openingOf(again)]).toEqual([T0 + 300_000, T0 + 300_000, T0 + 300_000, T0 + 901_000])
  })
  it('a trial that nobody hears of is followed by another', () => { expect(circuitGate(beginTrial(opened, T0 + 300_000, 10_000), T0 + 310_000)).toEqual({ open: true, trial: true }) })
  it('closes when the trial is answered, even by a rejection', () => { expect(fold([rejected], { kind: 'trial', until: T0, waitMs: 300_000 })).toEqual(closedCircuit) })
  it('tries at once where a person says that it works, and is closed by nothing but the answer', () => {
    const hurried = tryAtOnce(opened, T0 + 1)
    expect([circuitGate(opened, T0 + 1).open, circuitGate(hurried, T0 + 1), openingOf(hurried)]).toEqual([false, { open: true, trial: true }, T0 + 1])
    expect(stepCircuit(beginTrial(hurried, T0 + 1, 1), broken, T0 + 2, policy)).toMatchObject({ kind: 'open', waitMs: 600_000 })
    for (const nothing of [closedCircuit, { ...opened, until: T0 }]) expect(tryAtOnce(nothing, T0 + 1)).toBe(nothing)
  })
  it('what left before the opening was over, and is answered late, decides no trial', () => {
    const trial = beginTrial(opened, T0 + 300_000, 10_000)
    expect([broken, accepted].map((verdict) => stepCircuit(trial, verdict, T0 + 301_000, policy, T0 + 299_999))).toEqual([trial, trial])
  })
  it('waits twice as long when the trial fails, up to the maximum', () => {
    let circuit: Circuit = opened
    const waits = Array.from({ length: 6 }, () => {
      const at = circuit.kind === 'open' ? circuit.until : T0
      circuit = stepCircuit(beginTrial(circuit, at, 1), broken, at, policy)
      return circuit.kind === 'open' ? circuit.waitMs / 60_000 : null
    })
    expect(waits).toEqual([10, 20, 40, 60, 60, 60])
  })
  it('opens exactly when a naive count says so', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (failures) => {
      const at = failures.findIndex((failed, i) => failed && failures.slice(Math.max(0, i - 99), i + 1).filter(Boolean).length > 50)
      const kinds = failures.slice(0, at < 0 ? failures.length : at + 1).reduce<Circuit[]>((all, failed) => [...all, stepCircuit(all.at(-1) ?? closedCircuit, failed ? broken : accepted, T0, policy)], [])
      expect(kinds.findIndex((each) => each.kind === 'open')).toBe(at)
    }))
  })
})
