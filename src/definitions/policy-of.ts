import { currencyOfSymbol, money, type Money } from '../base/money.ts'
import { MINUTE } from '../base/time.ts'
import type { CallWindow, Policy, Requirement, RetryPolicy, RetryRule, ZoneSource } from '../core/policy.ts'
import { builtInCallingHours } from './calling-hours/read-calling-hours.ts'
import type { EndpointValues } from './endpoint-keys.ts'
import { DEFAULT_CIRCUIT } from './fields/circuit-breaker.ts'
import type { Amount } from './values/amount.ts'
import { EVERY_DAY } from './values/weekdays.ts'

export const DEFAULT_TIMEOUT_MS = 10_000

const ALL_DAY = [{ fromMinute: 0, toMinute: 1440 }]

/** What the core needs to know of one endpoint, with the defaults of the contract. */
export const policyOf = (id: string, name: string, values: EndpointValues): Policy => {
  const currency = currencyOf(values)
  return {
    recipient: id, name,
    price: inCurrency(values.price, currency),
    cost: inCurrency(values.cost, currency),
    timeoutMs: values.timeout ?? DEFAULT_TIMEOUT_MS,
    pingTimeoutMs: values.ping?.timeoutMs ?? null,
    retry: retryOf(values),
    onUnknown: values.onUnknown ?? 'next',
    whenClosed: values.whenClosed ?? null,
    acceptWhen: values.acceptWhen ?? null,
    requirements: requirementsOf(values),
    zone: values.timezone ?? UTC,
    window: values.type === 'five9.add_to_list' && values.scheduleCalls === true ? null : windowOf(values),
    callingHours: values.callingHours === true ? builtInCallingHours() : null,
    maxAttempts: values.maxAttempts ?? null,
    caps: (values.caps ?? []).map((cap) => (cap.limit.kind === 'leads' ? cap : { ...cap, limit: { ...cap.limit, amount: inCurrency(cap.limit.amount, currency) } })),
    circuit: values.circuitBreaker === undefined ? DEFAULT_CIRCUIT : values.circuitBreaker,
    duplicateCheck: typeof values.duplicateCheck === 'object' ? values.duplicateCheck : null,
    batch: values.batch?.policy ?? null,
    hasBackup: values.backupEndpoint !== undefined,
    pool: values.type === 'pool',
  }
}

const UTC: ZoneSource = { kind: 'zone', name: 'UTC' }

/** Where it is not written, it is that of the recipient's own price: a buyer who pays €12 answers in euros. */
export const currencyOf = ({ currency, price }: { readonly currency?: string | undefined; readonly price?: Amount | undefined }): string =>
  currency?.toUpperCase() ?? (price === undefined ? 'USD' : inCurrency(price, 'USD').currency)

/** Amounts are read before the recipient's currency is known: a bare number is one of it, and so is its own sign. */
export const inCurrency = <T extends Amount | undefined>(amount: T, currency: string): T extends undefined ? Money | null : Money =>
  (amount === undefined ? null : money(amount.amount, amount.bare ? currency : amount.symbol === undefined ? amount.currency : currencyOfSymbol(amount.symbol, currency) ?? amount.currency)) as T extends undefined ? Money | null : Money

const requirementsOf = ({ requirements }: EndpointValues): readonly Requirement[] => (requirements ?? []).flatMap((each) => (each.kind === 'check' ? [each.requirement] : []))

export const windowOf = ({ callWindow, days }: EndpointValues): CallWindow | null =>
  callWindow === undefined && days === undefined ? null : { spans: callWindow?.spans ?? ALL_DAY, days: days ?? callWindow?.days ?? EVERY_DAY }

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
const retryOf = ({ retries, retryStrategy }: EndpointValues): RetryPolicy => {
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
