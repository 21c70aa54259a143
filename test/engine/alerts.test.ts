import { expect, it } from 'vitest'
import type { Verdict } from '../../src/core/verdict.ts'
import { createAlerts } from '../../src/engine/alerts.ts'
import type { RunDeps } from '../../src/engine/settings.ts'
import { policy } from '../core/given.ts'
import { createFakeClock } from '../world/fake-clock.ts'

const HOUR = 3_600_000
const failed: Verdict = { kind: 'failed', class: 'server_error', retry: true, alert: true, reason: 'broken' }
const refused: Verdict = { kind: 'failed', class: 'auth', retry: false, alert: true, pause: true, reason: 'wrong token' }

const told = (paused: { now: boolean }) => {
  const clock = createFakeClock(Date.UTC(2026, 10, 24))
  const texts: string[] = []
  const deps = { clock, endpoints: new Map(), observe: (event) => { if (event.kind === 'alert') texts.push(event.text) } } as Partial<RunDeps> as RunDeps
  return { clock, texts, alerts: createAlerts(deps, new Map([['a', policy('a', { circuit: { errorRate: 0.2, over: 50, waitMs: HOUR, maxWaitMs: HOUR } })]]), () => paused.now) }
}

it('a trouble that lasts is told once a day, as long as a run goes on', async () => {
  const { clock, texts, alerts } = told({ now: false })
  for (let hour = 0; hour <= 25; hour++) {
    alerts.verdict('a', 'post', failed, 500)
    await clock.advance(HOUR)
  }
  expect(texts).toEqual(['server_error (HTTP 500): broken', 'server_error (HTTP 500): broken'])
})

it('a pause is told once, and so is the next after somebody has opened it', () => {
  const paused = { now: false }
  const { texts, alerts } = told(paused)
  alerts.verdict('a', 'post', refused, 401)
  paused.now = true
  alerts.verdict('a', 'post', refused, 401)
  expect(texts).toHaveLength(1)
  paused.now = false
  alerts.verdict('a', 'post', refused, 401)
  expect(texts).toHaveLength(2)
})

it('a circuit that opens is told with its own rule', () => {
  const { texts, alerts } = told({ now: false })
  alerts.circuitOpened('a', failed)
  expect(texts).toEqual(['its circuit opened: more than 20% of its last 50 attempts failed or were unreadable; the last: broken'])
})
