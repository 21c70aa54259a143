import { MINUTE } from '../base/time.ts'
import type { RetryPolicy, RetryRule } from '../core/policy.ts'
import type { EndpointValues } from './endpoint-keys.ts'

const STEPS: RetryRule = { retries: 3, backoff: { kind: 'steps', ms: [1_000, 2_000, 4_000] }, growTimeout: false, maxWaitMs: 5 * MINUTE, alertIfAllFail: false }
const EXPONENTIAL: RetryRule = { ...STEPS, backoff: { kind: 'exponential', firstMs: 1_000 } }

/** The table of the contract, section 5. A class that is not in it is not tried again. */
const DEFAULT_RETRY = {
  network: STEPS,
  proxy: STEPS,
  timeout: { ...STEPS, growTimeout: true },
  rate_limited: { ...EXPONENTIAL, retries: 10 },
  server_error: { ...EXPONENTIAL, alertIfAllFail: true },
} as const satisfies RetryPolicy

/** `Retries` is about every class that is retried; `Retry Strategy` says otherwise for one. What is not tried again may still be told. */
export const retryOf = ({ retries, retryStrategy }: EndpointValues): RetryPolicy => {
  const rules: Partial<Record<keyof RetryPolicy, RetryRule>> = { ...DEFAULT_RETRY }
  if (retries) {
    for (const [name, rule] of Object.entries(DEFAULT_RETRY) as [keyof RetryPolicy, RetryRule][]) {
      rules[name] = { ...rule, retries: retries.retries, ...(retries.backoff ? { backoff: retries.backoff } : {}) }
    }
  }
  for (const [name, changes] of Object.entries(retryStrategy?.rules ?? {}) as [keyof RetryPolicy, Partial<RetryRule>][]) {
    const general = rules[name]
    // A block that says how a class is tried again has it tried again; one that says who is told does not.
    const isOfAlert = Object.keys(changes).join() === 'alertIfAllFail'
    const base = general && (general.retries > 0 || isOfAlert) ? general : (DEFAULT_RETRY as RetryPolicy)[name] ?? { ...EXPONENTIAL, retries: 0 }
    rules[name] = { ...base, ...changes }
  }
  return rules
}
