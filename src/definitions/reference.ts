import { DEFAULT_CALLING_HOURS } from './calling-hours/default-table.ts'
import { normalKey } from './keys.ts'
import { AUTH_SECTION } from './fields/auth.ts'
import { BATCH_SECTION } from './fields/batch.ts'
import { CIRCUIT_SECTION } from './fields/circuit-breaker.ts'
import type { Section } from './fields/field.ts'
import { IDEMPOTENCY_SECTION } from './fields/idempotency.ts'
import { PARSING_SECTION, PING_PARSING_SECTION } from './fields/parsing.ts'
import { PATTERN_SECTION } from './fields/pattern.ts'
import { PING_SECTION } from './fields/ping.ts'
import { RULE_SECTION } from './fields/retry-rule.ts'
import { STRATEGY_SECTION } from './fields/retry-strategy.ts'
import { SERVICE_OPTIONS, SETTINGS } from './fields/settings.ts'
import { TEST_SECTION } from './fields/test-settings.ts'
import { ABOUT, ENDPOINT_TOP } from './fields/top.ts'

/** The keys of recipient files as Markdown, made from the table that reads them. */
export const renderReference = (): string => `# Recipient files

One file is one YAML document and one recipient. Keys ignore case, spaces, \`_\` and \`-\`; the names under Field Mapping, Headers, Tables and Capture are data and stay exact. \`\${NAME}\` is replaced from the environment or \`.env\`, and percent-encoded where it is the value of a parameter of an address. A key of Settings, Options or Auth may also stand at the top level, and Auth under Settings.
${CHAPTERS.map((each) => `\n${chapterText(each)}`).join('')}
## Calling hours

The table that \`Calling Hours: yes\` keeps. A file \`calling-hours.yaml\` among the recipients replaces it state by state; its Source and its date are its author's. A lead whose zone is not certain is delivered when that is allowed in all it may live in.

\`\`\`yaml
${DEFAULT_CALLING_HOURS}\`\`\`
`

/** The chapter of that name, else the rows of a key of that name, however spelled; null where neither is there. */
export const renderTopic = (topic: string): string | null => {
  const wanted = normalKey(topic)
  const chapter = CHAPTERS.filter((each) => normalKey(each.title) === wanted)
  const found = chapter.length > 0 ? chapter : CHAPTERS.flatMap((each) => {
    const rows = Object.entries(each.section).filter(([, field]) => namesOfField(field).some((name) => normalKey(name) === wanted))
    return rows.length === 0 ? [] : [{ ...each, section: Object.fromEntries(rows) }]
  })
  return found.length === 0 ? null : found.map(chapterText).join('\n')
}

export const topics = (): readonly string[] => CHAPTERS.map(({ title }) => title)

const chapterText = ({ title, intro, section }: Chapter): string => `## ${title}\n\n${intro}\n\n${tableOf(section)}`

interface Chapter { readonly title: string; readonly intro: string; readonly section: Section }

const without = (section: Section, taken: Section): Section => Object.fromEntries(Object.entries(section).filter(([name]) => !(name in taken)))

const CHAPTERS: readonly Chapter[] = [
  { title: 'Every recipient', intro: 'Endpoints, which send, and patterns, which arrange other recipients.', section: ABOUT },
  { title: 'Endpoints', intro: 'At the top level of the file.', section: without(ENDPOINT_TOP, ABOUT) },
  { title: 'Settings', intro: 'Under Settings, or at the top level.', section: SETTINGS },
  { title: 'Options', intro: 'What the service itself does. Call Window, Days, Timezone, Duplicate Check, Lists and Workflow may stand here too.', section: SERVICE_OPTIONS },
  { title: 'Auth', intro: '`Auth: Bearer ${NAME}` on one line, or a block. `Auth: Bearer token` alone means the variable `<RECIPIENT_NAME>_TOKEN`.', section: AUTH_SECTION },
  { title: 'Response Parsing', intro: 'Conditions are looked at in the order Error, Duplicate, Rejected, Success, after the rows of Response Codes. A condition is `path op value`, joined by and, or, not and parentheses; op is = != > >= < <= contains starts-with ends-with matches (`/^acc/i`) in (`in (created, updated)`) exists (and is not blank); `=` compares whole values, and `Accepted` is not `accepted`. A path is a JSON path (`result.bids[0].price`, `errors.*.text`, `0.status` of a list, `data["lead id"]`), an XPath (`//result`, `//result/@code`), a CSS selector (`css(#p @data-price)`) or `regex(id=(\\d+))`; `body`, `http.status` and `header.NAME` are always there.', section: PARSING_SECTION },
  { title: 'Retry Strategy', intro: 'A block for each class of failure, and Retry On for exceptions.', section: STRATEGY_SECTION },
  { title: 'One class of failure', intro: 'Under a key of Retry Strategy; a count on one line is enough. A line without a colon, such as `Increase timeout each retry`, means yes.', section: RULE_SECTION },
  { title: 'Circuit Breaker', intro: 'Or off; or in prose, as `If error rate > 50% in last 100 attempts:` with `Wait 5 minutes` below it.', section: CIRCUIT_SECTION },
  { title: 'Idempotency', intro: 'Or off.', section: IDEMPOTENCY_SECTION },
  { title: 'Batch', intro: 'Many leads in one request; one verdict for each comes back.', section: BATCH_SECTION },
  { title: 'Ping', intro: 'How an endpoint is asked for a bid in a Ping/Post pattern.', section: PING_SECTION },
  { title: "The ping's Response Parsing", intro: 'Beside the keys of Response Parsing.', section: without(PING_PARSING_SECTION, PARSING_SECTION) },
  { title: 'Test Settings', intro: 'For `deliver --test`.', section: TEST_SECTION },
  { title: 'Patterns', intro: 'A recipient is named by its display name or id, with a price or a share behind it: `Buyer A ($50)`, `Buyer A (60%)`, or `{Recipient: Buyer C, Price: $30}`. Patterns may name patterns.', section: without(PATTERN_SECTION, ABOUT) },
]

const tableOf = (section: Section): string => [
  '| key | what it takes | what it does | default | example |',
  '|---|---|---|---|---|',
  ...Object.values(section).map((field) => `| ${cell(namesOfField(field).map((name) => `\`${name}\``).join(' or '))} | ${cell(field.kind.takes)} | ${cell(field.doc)} | ${cell(field.default ?? '')} | \`${cell(field.example)}\` |`),
  '',
].join('\n')

const namesOfField = ({ key, aliases = [] }: Section[string]): readonly string[] => [key, ...aliases]

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
