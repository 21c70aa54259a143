import { bodyText } from '../render/request.ts'
import type { Sheet } from './sheet.ts'

/** The sheet as Markdown, to be sent to the buyer: what is only ours (cost, alerts, notes) is left out. */
export const renderMarkdown = ({ name, facts, fields, answers, request, samples }: Sheet): string => [
  `# ${inline(name)}`,
  table(['', ''], facts.filter((each) => !each.ours).map(({ label, text }) => [label, inline(text)])),
  ...chapter('Fields', fields.length === 0 ? null : table(['field', 'holds', 'example'], fields.map(({ name: field, from, when, example }) => [code(field), `${code(from)}${when === null ? '' : ` where ${code(when)}`}`, code(example)]))),
  ...chapter('A request', request && fenced([`${request.method} ${request.url}`, ...request.headers.map(([header, value]) => `${header}: ${value}`), ...(request.body === null ? [] : ['', bodyText(request.body) ?? ''])].join('\n'), 'http')),
  ...chapter('Answers', answers.length === 0 ? null : table(['means', 'where'], answers.map(({ means, when }) => [inline(means), code(when)]))),
  ...chapter('Sample answers', samples.length === 0 ? null : samples.map(({ text, means }) => `${inline(capital(means))}:\n\n${fenced(text, '')}`).join('\n\n')),
].join('\n\n') + '\n'

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
