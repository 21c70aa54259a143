import { formatDuration } from '../../base/time.ts'
import { createMasker } from '../../base/secrets.ts'
import { recipientsOf } from '../../core/plan.ts'
import type { Recipient } from '../../definitions/types.ts'
import { openCatalogue, requireRecipient } from '../catalogue.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { showMoney } from '../render/figures.ts'
import { printable } from '../render/printable.ts'

type Line = readonly [label: string, text: string | null]

/** A buyer's sheet; secrets are masked. */
export const run: RunCommand = async (invocation) => {
  const { settings, streams } = invocation
  const [name = ''] = invocation.args
  const opened = await openCatalogue(invocation, [name])
  const recipient = requireRecipient(opened, name)
  const mask = createMasker(opened.catalogue.secrets)
  const lines = linesOf(recipient).flatMap(([label, text]) => (text === null || text === '' ? [] : [[label, mask(text)] as const]))
  if (settings.json) {
    streams.out.write(`${JSON.stringify({ id: recipient.id, name: recipient.name, file: recipient.file, ...Object.fromEntries(lines.map(([label, text]) => [label.toLowerCase().replaceAll(' ', '_'), text])) })}\n`)
    return EXIT.done
  }
  const { paint } = streams.out
  streams.out.write(`${paint.bold(recipient.name)} ${paint.dim(`${recipient.id}, ${recipient.file}`)}\n`)
  for (const [label, text] of lines) streams.out.write(`  ${paint.dim(label.padEnd(14))} ${printable(text).replaceAll('\n', `\n${' '.repeat(17)}`)}\n`)
  return EXIT.done
}

const linesOf = (recipient: Recipient): readonly Line[] => {
  if (recipient.kind === 'pattern') {
    const { about, plan } = recipient
    return [['Pattern', plan.kind], ['Reaches', recipientsOf(plan).join(', ')], ['Buyer', about.buyer], ['Contact', about.contact], ['Documentation', about.documentation], ['Notes', about.notes]]
  }
  const { definition, policy } = recipient
  const { about } = definition
  return [
    ['Type', definition.type === 'custom' ? 'Custom Integration' : definition.type], ['Version', definition.version],
    ['Buyer', about.buyer], ['Contact', about.contact], ['Documentation', about.documentation],
    ['Endpoint', definition.url === null ? null : `${definition.method} ${definition.url.text}`], ['Backup', definition.backupUrl?.text ?? null],
    ['Format', definition.url === null ? null : definition.format.toUpperCase()], ['Auth', definition.auth?.kind ?? null],
    ['Timeout', formatDuration(policy.timeoutMs)],
    ['Price', policy.price === null ? null : showMoney(policy.price)], ['Cost', policy.cost === null ? null : showMoney(policy.cost)],
    ['Accepts', policy.acceptWhen?.text ?? null],
    ['Caps', policy.caps.map((each) => `${each.limit.kind === 'leads' ? `${each.limit.count} leads` : showMoney(each.limit.amount)} per ${each.period}`).join(', ')],
    ['Batch', policy.batch === null ? null : `${policy.batch.maxLeads} leads or ${policy.batch.schedule ?? formatDuration(policy.batch.maxWaitMs)}`],
    ['Alert when', definition.alertWhen.map((each) => each.text).join(', ')], ['Notify', definition.notify],
    ['Requirements', [...policy.requirements.map((each) => each.reason), ...about.requirements].join('\n')], ['Notes', about.notes],
  ]
}
