import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { HOUR } from '../../../src/base/time.ts'
import { createHourlyAlerts } from '../../../src/cli/run/watch-run.ts'
import type { Verdict } from '../../../src/core/verdict.ts'
import { accepted, T0, tried } from '../../core/given.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

it('each hour of a run that goes on is judged by itself, and told where it missed a threshold', () => {
  const told: string[] = []
  const alerts = createHourlyAlerts(new Map([['a', [{ metric: 'error rate', op: '>', value: 0.2, text: 'error rate > 20%' }]]]), 'live', 'USD', (missed) => told.push(...missed.map(({ recipient, rule, attempts }) => `${recipient} ${rule} ${attempts}`)))
  const answers = (verdict: Verdict): void => { for (const event of tried('/', 'a', 1, verdict, T0)) alerts.observe({ kind: 'stored', deliveryId: 'd', leadId: 'L', source: {}, seq: 1, event }) }
  answers({ kind: 'failed', class: 'server_error', retry: true, reason: 'busy' })
  answers(accepted)
  vi.advanceTimersByTime(HOUR - 1)
  expect(told).toEqual([])
  vi.advanceTimersByTime(1)
  expect(told).toEqual(['a error rate > 20% 2'])
  answers(accepted)
  vi.advanceTimersByTime(3 * HOUR)
  expect(told).toHaveLength(1)
  alerts.end()
  answers({ kind: 'failed', class: 'server_error', retry: true, reason: 'busy' })
  vi.advanceTimersByTime(HOUR)
  expect(told).toHaveLength(1)
})
