import type { Report } from '../report.ts'
import { errorRate, successRate, type Figures } from './figures.ts'
import { percentile } from './histogram.ts'

/** One rule of `Alert When`; a share is 0 to 1, a time is milliseconds. */
export interface AlertRule {
  readonly metric: 'success rate' | 'response time' | 'error rate'
  readonly op: '<' | '>'
  readonly value: number
  readonly text: string
}

/**
 * `threshold`: a limit was missed (exit 4). `attention`: a person must look: wrong credentials, a bad certificate.
 * `told`: said while the run went on, and in no figure: every try failed, a circuit opened, somebody could not be notified.
 */
export type Alert =
  | { readonly kind: 'threshold'; readonly recipient: string; readonly rule: string; readonly value: number; readonly attempts: number }
  | { readonly kind: 'attention'; readonly recipient: string; readonly class: string; readonly reason: string | null; readonly attempts: number }
  | { readonly kind: 'told'; readonly recipient: string; readonly reason: string }

export type Threshold = Extract<Alert, { kind: 'threshold' }>

/** Those of the alerts of a run that `known` does not speak of. */
export const alsoTold = (told: readonly { readonly recipient: string; readonly text: string }[], known: readonly Alert[]): readonly Alert[] =>
  told
    .filter(({ recipient, text }) => !known.some((each) => each.kind === 'attention' && each.recipient === recipient && text.includes(each.reason ?? each.class)))
    .map(({ recipient, text }) => ({ kind: 'told', recipient, reason: text }))

/**
 * What the report of a run says about the rules of its recipients; without an attempt, a rule says nothing.
 * `response time` is the 95th percentile: an average hides the leads that waited.
 */
export const alertsOf = (report: Report, rules: ReadonlyMap<string, readonly AlertRule[]>): readonly Alert[] => {
  const alerts: Alert[] = []
  for (const [recipient, own] of rules) {
    const figures = report.by.recipient.get(recipient)
    if (!figures) continue
    for (const rule of own) {
      const attempts = rule.metric === 'success rate' ? figures.posts : figures.attempts
      const value = attempts === 0 ? null : valueOf(figures, rule.metric)
      if (value !== null && (rule.op === '<' ? value < rule.value : value > rule.value)) {
        alerts.push({ kind: 'threshold', recipient, rule: rule.text, value: Math.round(value * 10_000) / 10_000, attempts })
      }
    }
  }
  for (const each of report.attention.values()) {
    alerts.push({ kind: 'attention', recipient: each.recipient, class: each.class, reason: each.reason, attempts: each.count })
  }
  return alerts
}

const valueOf = (figures: Figures, metric: AlertRule['metric']): number | null => {
  switch (metric) {
    case 'success rate': return successRate(figures)
    case 'error rate': return errorRate(figures)
    case 'response time': return percentile(figures.durations, 0.95)
  }
}
