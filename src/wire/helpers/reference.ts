import { helperNamed, helperTable } from './table.ts'
import type { Helper } from './helper.ts'

/** What may stand in `{{…}}`, as Markdown; the helpers are made from the table that runs them. */
export const renderTemplates = (): string => `## Templates

The values of Field Mapping, addresses, headers and texts are templates; \`finalmile plan\` shows what they make of a lead.

| written | is |
|---|---|
| \`{{lead.email}}\` | A field of the lead; \`{{lead.address.city}}\` one within another, \`{{lead.drivers.[0].name}}\` one of a list, \`{{lead.[Loan Amount]}}\` one with blanks in its name |
| \`{{source.name}}\` | Of the lead's source, its \`source\` or \`source.name\` columns, or \`--source name=value\` |
| \`{{recipient.name}}\` \`{{recipient.id}}\` \`{{run.id}}\` \`{{delivery.id}}\` | Of the recipient, of the run that took the lead in, and of the delivery |
| \`{{delivery_attempt}}\` \`{{attempt}}\` | Which delivery of this lead to this recipient, and which request of it: that one in a header only, since a repeat should say the same under its key |
| \`{{ping.id}}\` \`{{ping.bid}}\` \`{{ping.NAME}}\` | In the post of a ping/post auction: what the ping's Response Parsing found, Capture included |
| \`{{now}}\` | The time, in UTC |
| \`{{campaign_id}}\` | A bare name: of the lead, else the source, else \`--var name=value\` |
| \`{{#if lead.score > 70}}A{{else}}B{{/if}}\` | A condition, also \`{{#unless …}}\`; on lines of their own they govern the keys between them. A field alone holds for any text that is not empty, \`No\` too: \`{{#if (boolean lead.homeowner)}}\` knows yes and no |
| \`{{last (split lead.url "/")}}\` | Helpers within helpers, in parentheses |

A value that is one \`{{…}}\` alone keeps its type: a number stays a number. A field that the lead does not have leaves its key out; an empty one is sent empty unless \`Omit Empty: yes\`.

Keys nest by indentation or dots (\`address.city\`). A list is written with dashes or with numbers (\`0:\`, \`1:\`, which a condition may govern), or goes whole (\`drivers: {{lead.drivers}}\`). In XML \`"@name"\` is an attribute, \`"#text"\` the text beside attributes, and a list repeats its element.

## Helpers

What is missing stays missing unless a helper says otherwise.

${tableOf(helperTable)}`

/** The rows of the one helper; null where there is none of that name. */
export const renderHelper = (name: string): string | null => {
  const helper = helperNamed(name)
  return helper ? `## Helpers\n\n${tableOf([helper])}` : null
}

const tableOf = (helpers: readonly Helper[]): string => [
  '| helper | what it does | example | gives |',
  '|---|---|---|---|',
  ...helpers.map(({ signature, doc, example, gives }) => `| \`${signature}\` | ${doc} | \`${example}\` | ${gives} |`.replaceAll('\n', ' ')),
  '',
].join('\n')
