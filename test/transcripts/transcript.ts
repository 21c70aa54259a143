import { formatMoney } from '../../src/base/money.ts'
import { bodyText } from '../../src/cli/render/request.ts'
import type { Lead } from '../../src/core/lead.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import type { Standing } from '../../src/ports.ts'
import { createWorld, type Exchange } from '../engine/world.ts'

/** One thing that a service does, played through the whole engine against a real server. */
export interface Scene {
  readonly title: string
  /** Recipients by id; `r` is delivered to. */
  readonly files: Readonly<Record<string, string>>
  readonly leads?: readonly Lead[]
  /** Whose story is told; the first lead's where absent. */
  readonly about?: string
  readonly vars?: Readonly<Record<string, string>>
}

export interface Played { readonly row: string; readonly exchanges: readonly Exchange[]; readonly verdicts: readonly Verdict[]; readonly standing: Standing | undefined }

/** A Tuesday, noon in New York. */
export const NOON = Date.UTC(2026, 10, 24, 17)
export const LEAD: Lead = { id: 'L1', fields: { id: 'L1', first_name: 'Mary', last_name: "O'Brien", email: 'mary.obrien@example.com', phone_1: '(415) 555-0101', state: 'NY', postal_code: '10001', score: 88, timezone: 'America/New_York' } }

export const play = async ({ title, files, leads = [LEAD], about = leads[0]?.id ?? 'L1', vars = {} }: Scene): Promise<Played> => {
  const exchanges: Exchange[] = []
  const world = createWorld(files, undefined, NOON, exchanges)
  await world.run('r', leads, { vars })
  const attempts = (await world.events(about)).flatMap((event) => (event.type === 'attemptFinished' ? [event] : []))
  const verdicts = attempts.map((each) => each.verdict)
  const standing = await world.standing(about)
  const cells = [title, counted(attempts.map((each) => (each.httpStatus === null ? '–' : String(each.httpStatus)))), counted(attempts.map(({ phase, verdict, surplus }) => `${phase === 'post' ? '' : `${phase} `}${surplus === true ? `${verdict.kind} \`surplus\`` : verdictText(verdict)}`)), standing === undefined ? 'unknown' : standingText(standing, verdicts), plainText(verdicts.at(-1)?.reason ?? (standing && 'reason' in standing ? standing.reason : null) ?? '')]
  return { row: `| ${cells.map(cell).join(' | ')} |`, exchanges, verdicts, standing }
}

export const tableOf = async (scenes: readonly Scene[]): Promise<string> => {
  const rows: string[] = []
  for (const scene of scenes) rows.push((await play(scene)).row)
  return ['| the service | HTTP | attempts | the lead | reason |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** The first exchange as it went over the wire, and what was made of it. */
export const exchangeOf = (played: Played): string => storyOf({ ...played, exchanges: played.exchanges.slice(0, 1) })

/** Every exchange, in order, and what was made of the last. */
export const storyOf = ({ exchanges, verdicts, standing }: Played): string => {
  if (exchanges.length === 0) throw new Error('nothing was sent')
  return ['```text', ...exchanges.flatMap(linesOf), `= ${verdicts.map(verdictText).at(-1) ?? ''}; the lead: ${standing ? standingText(standing, verdicts) : ''}`, '```'].join('\n')
}

const linesOf = ({ request, reply }: Exchange): readonly string[] => {
  const asked = [`${request.method} ${plainText(request.url)}`, ...request.headers.filter(([name]) => !QUIET.has(name)).map(([name, value]) => `${name}: ${plainText(value)}`), '', ...plainText(bodyText(request.body) ?? '').trimEnd().split(/\r?\n/)]
  const answered = reply.kind === 'answer' ? [`HTTP ${reply.status}`, ...(reply.body.length === 0 ? [] : ['', ...plainText(Buffer.from(reply.body).toString('utf8')).trimEnd().split(/\r?\n/)])] : reply.kind === 'handed-over' ? [plainText(reply.words)] : [plainText(reply.message)]
  return [...asked.map((line) => `> ${line}`.trimEnd()), ...answered.map((line) => `< ${line}`.trimEnd())]
}

/** What every request has, and what says nothing here. */
const QUIET = new Set(['User-Agent', 'Accept'])

const verdictText = (verdict: Verdict): string => ('class' in verdict && verdict.kind !== 'duplicate' ? `${verdict.kind} \`${verdict.class}\`` : verdict.kind)

const standingText = (standing: Standing, verdicts: readonly Verdict[]): string => {
  const alert = verdicts.some((each) => each.kind === 'failed' && each.alert) ? ', somebody is told' : ''
  const paused = verdicts.some((each) => each.kind === 'failed' && each.pause) ? ', the recipient is paused' : ''
  if (standing.state !== 'settled') return standing.state === 'waiting' ? `waiting: ${plainText(standing.why)}` : standing.state
  const { outcome, buyerLeadId, revenue } = standing
  return `${outcome}${buyerLeadId === null ? '' : ` as ${buyerLeadId}`}${revenue === null ? '' : ` for ${formatMoney(revenue)} ${revenue.currency}`}${paused}${alert}`
}

/** `503 ×4`, `failed, accepted`. */
const counted = (words: readonly string[]): string => {
  const runs: { word: string; count: number }[] = []
  for (const word of words) { const last = runs.at(-1); if (last?.word === word) last.count += 1; else runs.push({ word, count: 1 }) }
  return runs.map(({ word, count }) => (count === 1 ? word : `${word} ×${count}`)).join(', ')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** Ports, folders and times differ from run to run. */
export const plainText = (text: string): string => text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT').replaceAll(/\/tmp\/[\w./-]*finalmile-\w+/g, 'FOLDER').replaceAll(/\b\d+ ms\b/g, 'N ms').replaceAll(/SHA256:[A-Za-z0-9+/]{43}/g, 'SHA256:…')
