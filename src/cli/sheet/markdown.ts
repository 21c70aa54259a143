import { bodyText } from '../render/request.ts'
import type { Sheet, Talk } from './sheet.ts'

/** The sheet as Markdown, to be sent to the buyer: what is only ours (cost, alerts, notes) is left out. */
export const renderMarkdown = (sheet: Sheet): string => [
  `# ${inline(sheet.name)}`,
  table(['', ''], sheet.facts.filter((each) => !each.ours).map(({ label, text }) => [label, inline(text)])),
  ...(sheet.ping === null ? talkOf(sheet, '') : [...talkOf(sheet.ping, ' of the ping'), ...talkOf(sheet, ' of the post')]),
  ...sheet.tables.flatMap(({ name, rows }) => chapter(`Values of ${inline(name)}`, table(['ours', 'yours'], rows.map(([value, becomes]) => [code(value), code(becomes)])))),
  ...chapter('Sample answers', sheet.samples.length === 0 ? null : sheet.samples.map(({ text, means }) => `${inline(capital(means))}:\n\n${fenced(text, '')}`).join('\n\n')),
].join('\n\n') + '\n'

const talkOf = ({ fields, request, answers }: Talk, which: string): readonly string[] => [
  ...chapter(`Fields${which}`, fields.length === 0 ? null : table(['field', 'holds', 'example'], fields.map(({ name, from, when, example }) => [code(name), `${code(from)}${when === null ? '' : ` where ${code(when)}`}`, code(example)]))),
  ...chapter(`A request${which}`, request && fenced([`${request.method} ${request.url}`, ...request.headers.map(([header, value]) => `${header}: ${value}`), ...(request.body === null ? [] : ['', bodyText(request.body) ?? ''])].join('\n'), 'http')),
  ...chapter(`Answers${which}`, answers.length === 0 ? null : table(['means', 'where'], answers.map(({ means, when }) => [inline(means), code(when)]))),
]

const chapter = (title: string, body: string | null): readonly string[] => (body === null ? [] : [`## ${title}`, body])

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** Text in a cell or a heading: nothing in it is markup. */
const inline = (text: string): string => text.replace(/[\\`*_<>[\]|]/g, (each) => `\\${each}`).replaceAll('\n', '<br>')

const code = (text: string): string => {
  if (text === '') return ''
  const line = text.replaceAll('\n', ' ').replaceAll('|', '\\|')
  const ticks = '`'.repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1)
  return ticks.length === 1 ? `\`${line}\`` : `${ticks} ${line} ${ticks}`
}

const fenced = (text: string, language: string): string => {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${fence}${language}\n${text}\n${fence}`
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
