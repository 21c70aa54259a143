import { createMasker } from '../../base/secrets.ts'
import { usageError } from '../../base/diagnostic.ts'
import { pricedIn, recipientsOf } from '../../core/plan.ts'
import type { Recipient } from '../../definitions/recipient.ts'
import { openCatalogue, plansOf, requireRecipient } from '../recipients/catalogue.ts'
import { nowOf } from '../clocks.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { requireOneFormat } from '../flags/options.ts'
import { printable } from '../render/printable.ts'
import { renderTable } from '../render/table.ts'
import type { Fact } from '../sheet/facts.ts'
import { renderMarkdown } from '../sheet/markdown.ts'
import { sheetOf, type Sheet, type Talk } from '../sheet/sheet.ts'

/** A buyer's sheet; secrets are masked. */
export const run: RunCommand = async (invocation) => {
  const { settings, streams, options } = invocation
  requireOneFormat(invocation)
  const [name = ''] = invocation.args
  const opened = await openCatalogue(invocation, [name])
  const recipient = requireRecipient(opened, name)
  const isMarkdown = options.markdown === true
  if (isMarkdown && recipient.kind === 'pattern') throw usageError(`${recipient.name} is a pattern: it has no sheet to share`, `describe one of its recipients: ${recipientsOf(recipient.plan).join(', ')}`)
  const mask = createMasker(opened.catalogue.secrets)
  const sheet: Sheet = recipient.kind === 'pattern'
    ? { name: recipient.name, facts: patternFacts(recipient).map((each) => ({ ...each, text: mask(each.text) })), fields: [], answers: [], request: null, ping: null, tables: [], samples: [] }
    : sheetOf(recipient, opened.catalogue.secrets, nowOf(settings), recipient.policy.price !== null || pricedIn(plansOf(opened.catalogue)).has(recipient.id))
  if (isMarkdown) streams.out.write(renderMarkdown(sheet))
  else if (settings.json) streams.out.write(`${JSON.stringify(jsonOf(recipient, sheet))}\n`)
  else write(invocation, recipient, sheet)
  return EXIT.done
}

const jsonOf = ({ id, name, file }: Recipient, { facts, fields, answers, request, ping, tables, samples }: Sheet) => ({
  id, name, file, ...Object.fromEntries(facts.map(({ label, text }) => [label.toLowerCase().replaceAll(' ', '_'), text])), fields, answers, request, bid: ping, tables, samples,
})

const write = ({ streams }: Invocation, recipient: Recipient, sheet: Sheet): void => {
  const { out } = streams
  const { paint } = out
  out.write(`${paint.bold(printable(recipient.name))} ${paint.dim(`${recipient.id}, ${recipient.file}`)}\n`)
  for (const { label, text } of sheet.facts) out.write(`  ${paint.dim(label.padEnd(14))} ${printable(text).replaceAll('\n', `\n${' '.repeat(17)}`)}\n`)
  const talk = ({ fields, answers }: Talk, which: string): void => {
    if (fields.length > 0) out.write(`\n${renderTable([{ title: `${which}FIELD` }, { title: 'HOLDS', flexible: true }, { title: 'EXAMPLE', flexible: true }], fields.map(({ name, from, when, example }) => [name, when === null ? from : `${from} (where ${when})`, example]), out.columns, paint)}`)
    if (answers.length > 0) out.write(`\n${renderTable([{ title: `${which}ANSWER`, flexible: true }, { title: 'WHERE', flexible: true }], answers.map(({ means, when }) => [means, when]), out.columns, paint)}`)
  }
  if (sheet.ping) talk(sheet.ping, 'PING ')
  talk(sheet, '')
  for (const { name, rows } of sheet.tables) out.write(`\n${renderTable([{ title: name.toUpperCase(), flexible: true }, { title: 'BECOMES', flexible: true }], rows, out.columns, paint)}`)
}

const patternFacts = ({ about, plan, title }: Extract<Recipient, { kind: 'pattern' }>): readonly Fact[] =>
  ([['Pattern', title], ['Reaches', recipientsOf(plan).join(', ')], ['Buyer', about.buyer], ['Contact', about.contact], ['Documentation', about.documentation], ['Notes', about.notes]] as const)
    .flatMap(([label, text]) => (text === null || text === '' ? [] : [{ label, text }]))
