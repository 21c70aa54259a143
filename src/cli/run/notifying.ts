import { errorText } from '../../base/error.ts'
import { createNotify, readAlertMail } from '../../adapters/notify.ts'
import { usageError } from '../../base/diagnostic.ts'
import type { Mode } from '../../core/event.ts'
import type { Alert } from '../../core/report/alerts.ts'
import type { Clock, Notify, Transport } from '../../ports.ts'
import type { Endpoint } from '../../wire/endpoint.ts'
import type { Invocation } from '../command.ts'
import { alertText } from '../render/summary.ts'

/** Alerts to the people whom recipients name under `Notify`. A rehearsal wakes nobody. */
export const notifierOf = ({ environment }: Invocation, mode: Mode, transport: Transport, clock: Clock): Notify => {
  if (mode === 'test') return { notify: () => Promise.resolve() }
  const { FINALMILE_SMTP: url, FINALMILE_MAIL_FROM: from } = environment
  const mail = url ? readAlertMail(url, from || null) : null
  if (url && mail === null) throw usageError('FINALMILE_SMTP is no address of a mail server', 'write smtp://user:password@host:587, special characters percent-encoded')
  return createNotify(transport, clock, mail)
}

/** Tells of thresholds that a run missed; the reasons of those who could not be told. */
export const notifyThresholds = async (alerts: readonly Alert[], runId: string, endpoints: Pick<ReadonlyMap<string, Endpoint>, 'get'>, { notify }: Notify): Promise<readonly string[]> => {
  const told = alerts.flatMap((alert) => {
    const target = alert.kind === 'threshold' ? endpoints.get(alert.recipient)?.definition.notify : null
    return target ? [{ target, alert }] : []
  })
  const results = await Promise.allSettled(told.map(({ target, alert }) => notify(target, `finalmile: ${alert.recipient}`, `${alertText(alert)}\nrun ${runId}`)))
  return results.flatMap((each, i) => (each.status === 'rejected' ? [`could not notify ${told[i]?.target ?? ''}: ${errorText(each.reason)}`] : []))
}
