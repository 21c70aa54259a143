import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { usageError } from '../../base/diagnostic.ts'
import { formatDuration } from '../../base/time.ts'
import { pricedIn } from '../../core/plan.ts'
import { hintOf } from '../../wire/hint.ts'
import { parseHttpMessage } from '../../wire/parse/http-message.ts'
import { verdictJson, type VerdictJson } from '../../wire/verdict-json.ts'
import { compileEndpoints } from '../recipients/compile.ts'
import { openCatalogue, plansOf, requireRecipient } from '../recipients/catalogue.ts'
import { nowOf } from '../clocks.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { showMoney } from '../render/figures.ts'
import { oneLine } from '../render/printable.ts'

export const run: RunCommand = async (invocation) => {
  const { options, settings, streams } = invocation
  const [name = '', file = ''] = invocation.args
  const opened = await openCatalogue(invocation, [name])
  const recipient = requireRecipient(opened, name, 'endpoint')
  const endpoint = compileEndpoints([recipient], null, pricedIn(plansOf(opened.catalogue)), opened.catalogue.secrets).get(recipient.id)
  if (endpoint === undefined) throw usageError(`${recipient.name} reads no answers`)
  const ping = options.ping === true
  if (ping && endpoint.definition.ping === null) throw usageError(`${recipient.name} has no Ping`, 'leave --ping out')
  const bytes = await readAnswer(invocation, file)
  if (bytes.length === 0) throw usageError(`${file === '-' ? 'standard input' : file} is empty`, 'it should hold an HTTP response: status line, headers, a blank line, the body')
  const reply = parseHttpMessage(bytes, { at: nowOf(settings), maximumResponse: endpoint.definition.transport.maximumResponse })
  const verdict = endpoint.read(reply, ping ? 'ping' : 'post')
  const json = verdictJson(verdict)
  if (settings.json) {
    streams.out.write(`${JSON.stringify(json)}\n`)
    return EXIT.done
  }
  const { paint } = streams.out
  const color = { accepted: paint.green, bid: paint.cyan, rejected: paint.red, duplicate: paint.yellow, failed: paint.red, unknown: paint.yellow, unconfirmed: paint.yellow }[verdict.kind]
  const price = 'price' in verdict && verdict.price !== null ? showMoney(verdict.price) : null
  const rows: readonly (readonly [string, string | null])[] = [
    ['reason', verdict.reason], ['class', json.class], ['retry', retryText(json)],
    ['lead id', json.buyerLeadId], ['price', price], ...Object.entries(json.captured),
    ['hint', hintOf(ping ? 'ping' : 'post', verdict, reply.status)],
  ]
  streams.out.write(`${color.bold(verdict.kind)} ${paint.dim(`HTTP ${reply.status}, as ${recipient.name} reads it`)}\n`)
  for (const [label, text] of rows) if (text !== null) streams.out.write(`  ${paint.dim(label.padEnd(8))} ${oneLine(text)}\n`)
  return EXIT.done
}

const retryText = ({ class: failure, retry, retryAfterMs }: VerdictJson): string | null =>
  failure === null ? null : retryAfterMs !== null ? `after ${formatDuration(retryAfterMs)}` : retry ? 'yes' : 'no'

const readAnswer = async ({ streams, cwd }: Invocation, file: string): Promise<Uint8Array> => {
  if (file !== '-') return readFile(resolve(cwd, file))
  const chunks: Uint8Array[] = []
  for await (const chunk of streams.stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks)
}
