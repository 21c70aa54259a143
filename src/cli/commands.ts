import type { Grouping } from '../core/report.ts'
import type { CommandSpec, OptionSpec } from './command.ts'
import { readRamp } from './load/ramp.ts'
import { readChoice, readCount, readPort, readMoneyText, readPair, readAge, readOne, readTime, readWait, collect } from './flags/values.ts'

const START = 'Start:'
const DELIVER = 'Deliver:'
const LOOK = 'See:'
const CORRECT = 'Step in:'
const TOOLS = 'Tools:'

/** Common flags: taken before and after the command's name. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { flags: '--store <where>', help: 'where facts are kept: sqlite:PATH or postgres://… (default: sqlite:.finalmile/store.db)' },
  { flags: '--recipients <dir>', help: 'folder of recipient files, repeatable (default: recipients)', read: collect },
  { flags: '--json', help: 'data as JSON on stdout' },
  { flags: '--quiet', help: 'errors, alerts, bad rows, and why leads failed or are held, only' },
  { flags: '--verbose', help: 'say more: each fact as it happens, on stderr' },
  { flags: '--no-color', help: 'plain text (so does NO_COLOR)' },
]

/** Also taken everywhere, and shown only where they matter. */
export const QUIET_COMMON_OPTIONS: readonly OptionSpec[] = [
  { flags: '--out <dir>', help: '' },
  { flags: '--concurrency <n>', help: '', read: readCount('--concurrency') },
  { flags: '--clock <time>', help: '', read: readTime('--clock') },
]

const to: OptionSpec = { flags: '--to <recipient>', help: 'id, name or file of the recipient or pattern', read: readOne('--to') }
const identity: OptionSpec = { flags: '--id <field>', help: "the field that is a lead's identity (default: id, else a hash)" }
const received: OptionSpec = { flags: '--received <field>', help: 'the field that says when the lead was received, in UTC where it names no zone (received_at)' }
const source: OptionSpec = { flags: '--source <name=value>', help: 'the source of leads that name none, repeatable', read: readPair('--source') }
const variable: OptionSpec = { flags: '--var <name=value>', help: 'a value for templates, repeatable', read: readPair('--var') }
const clock: OptionSpec = { flags: '--clock <time>', help: 'run as if it were then (test mode)', read: readTime('--clock') }
const test: OptionSpec = { flags: '--test', help: 'sandboxes instead of buyers; no revenue is recorded' }
const ofTest: OptionSpec = { flags: '--test', help: 'of rehearsals (deliver --test) instead of live deliveries' }
const since = (help: string): OptionSpec => ({ flags: '--since <time>', help, read: readTime('--since') })
const until: OptionSpec = { flags: '--until <time>', help: 'and before then', read: readTime('--until') }
const ofRun: OptionSpec = { flags: '--run <id>', help: 'one run only' }

const ownId: OptionSpec = { flags: '--lead-id <field>', help: 'the column that holds our id of the lead' }
const buyersId: OptionSpec = { flags: '--buyer-lead-id <field>', help: "the column that holds the buyer's id" }

/** What `report --by` takes. */
export const GROUPINGS: readonly Grouping[] = ['recipient', 'source', 'day', 'version']

const running: readonly OptionSpec[] = [
  { flags: '--wait <duration>', help: 'how long to stay for retries and windows (default: 30s)', read: readWait('--wait') },
  { flags: '--out <dir>', help: 'where ledger.csv, results.csv and summary.json go (default: runs/<run id>)' },
  { flags: '--concurrency <n>', help: 'leads at work at once', read: readCount('--concurrency') },
  { flags: '--yes', help: 'do not ask before a live send' },
  { flags: '--no-wait', help: 'exit 5 at once where another process holds the store' },
  clock,
]

/** A command is a file in commands/ and a line here. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init', args: '[dir]', group: START, summary: 'a working example project to start from',
    examples: [['finalmile init', 'in this folder'], ['finalmile init my-leads', 'in a new one']],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'new', args: '<name>', group: START, summary: 'a recipient file, from questions or from a curl command, Postman or OpenAPI',
    more: 'Fields are mapped to the usual fields of a lead by their names; what is secret goes to .env. Look the file over: what was not known is sent as in the example.',
    options: [{ flags: '--from <source>', help: "a curl command, or a file with one, with a Postman collection or an OpenAPI description" }, { flags: '--leads <file>', help: 'a CSV or JSON file of yours: the fields are mapped to its names, as a CRM exports them' }, { flags: '--request <name>', help: 'which request of a collection, which path or operation of a description' }],
    examples: [['finalmile new "Acme Insurance"', 'asks'], ['finalmile new acme --leads crm-export.csv', 'for your columns'], ["finalmile new acme --from 'curl -X POST https://…'", 'from documentation'], ['finalmile new acme --from acme.postman_collection.json', '']],
    load: () => import('./commands/new.ts'),
  },
  {
    name: 'check', args: '[paths...]', group: START, summary: 'all problems of all recipient files',
    more: 'Reads every recipient, compiles its templates, and runs its sample answers through its parsing. Exit 2 if there is any error; warnings alone exit 0.',
    examples: [['finalmile check', 'everything in recipients/'], ['finalmile check recipients/acme.yaml', 'one file']],
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'plan', args: '<leads...>', group: START, summary: 'the requests that would go out, sending nothing',
    more: 'One request for the first attempt of each endpoint that the pattern could reach, in order. Secrets are shown as ••••.',
    options: [to, { flags: '--show-secrets', help: 'show tokens and passwords' }, { flags: '--limit <n>', help: 'only the first n leads', read: readCount('--limit') }, identity, received, source, variable, test, clock],
    examples: [['finalmile plan leads.csv --to acme', 'as a person reads it'], ['finalmile plan leads.csv --to acme --json | jq .body', 'as a program does']],
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'parse', args: '<recipient> <file>', group: START, summary: 'what a recorded answer means',
    more: 'FILE, or - for stdin, is an HTTP response message: status line, headers, blank line, body.',
    options: [{ flags: '--ping', help: "use the ping's parsing" }],
    examples: [['finalmile parse acme answer.http', 'accepted or not, and why'], ['curl -si https://… | finalmile parse acme -', 'straight from curl']],
    load: () => import('./commands/parse.ts'),
  },
  {
    name: 'deliver', args: '<leads...>', group: DELIVER, summary: 'deliver leads until every one is settled or must wait',
    more: 'CSV, JSON or JSON Lines; files, globs, or - for stdin. Running it again sends what is left and nothing twice.',
    options: [
      to, test, { flags: '--enqueue', help: 'only take the leads in: workers of this store deliver them' }, { flags: '--dry-run', help: 'as plan: show the requests, send nothing' },
      { flags: '--again', help: 'order a new delivery of leads delivered before; those that still wait go on' }, { flags: '--retry-failed', help: 'take up failed leads again; what a batch without an answer may have brought only with all leads of that batch' },
      identity, received, source, variable, { flags: '--cost <money>', help: 'what a lead cost that has no cost field', read: readMoneyText('--cost') },
      ...running,
    ],
    examples: [['finalmile deliver leads.csv --to acme --test', 'a rehearsal against the sandbox'], ['finalmile deliver leads.csv --to auto-waterfall', 'the real thing']],
    sends: true, load: () => import('./commands/deliver.ts'),
  },
  {
    name: 'resume', group: DELIVER, summary: 'continue what is due: retries, windows, batches, caps',
    more: 'Safe from cron at any overlap.',
    options: [test, { flags: '--watch', help: 'keep on until interrupted; a SQLite store has one writer, so that deliver, review and returns wait meanwhile' }, ...running],
    examples: [['finalmile resume', 'once'], ['finalmile resume --watch', 'as a service']],
    sends: true, load: () => import('./commands/resume.ts'),
  },
  {
    name: 'worker', group: DELIVER, summary: 'work a shared PostgreSQL store, on as many machines as are started',
    more: 'Takes what is due, whoever took it in, and what a worker that is gone left behind, until it is stopped (SIGTERM lets what is on the wire end and gives the rest back).',
    options: [{ flags: '--drain', help: 'end when nothing is due' }, { flags: '--take <n>', help: 'how many due deliveries are taken up at a time (default: 256)', read: readCount('--take') }, test, ...running],
    examples: [['finalmile worker --store postgres://finalmile@db/leads', 'as a service'], ['finalmile worker --drain', 'once; FINALMILE_STORE names the store']],
    load: () => import('./commands/worker.ts'),
  },
  {
    name: 'status', group: LOOK, summary: 'queues, circuits, pauses and holds', options: [ofTest],
    examples: [['finalmile status', 'now']],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'explain', args: '<lead>', group: LOOK, summary: 'everything that happened to a lead, and what comes next',
    examples: [['finalmile explain L-1001', 'its timeline']],
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'report', group: LOOK, summary: 'revenue, margin, rates, latency and errors',
    more: 'By day (UTC), money stands on the day when it was booked and what is taken back on the day of that, so that closed months stay; a lead counts on the day when it was settled at last. A lead that went to two targets, or again, counts for each of them, with its cost.',
    options: [
      { flags: '--by <what>', help: 'recipient, source, day or version (default: recipient)', choices: GROUPINGS, read: readChoice('--by', GROUPINGS) },
      since('what was recorded from then on'), until,
      ofRun, { flags: '--csv', help: 'as CSV on stdout' }, { flags: '--html <file>', help: 'a page to pass on, in one file' }, ofTest,
    ],
    examples: [['finalmile report', 'by recipient'], ['finalmile report --since 2026-11-01 --until 2026-12-01', 'November'], ['finalmile report --by source --csv > sources.csv', 'for a spreadsheet'], ['finalmile report --html report.html', 'for the browser']],
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'export', args: '<what>', words: ['ledger', 'results'], group: LOOK, summary: 'the ledger (a row per attempt) or the results (a row per lead)',
    options: [{ flags: '--csv', help: 'CSV (the default)' }, { flags: '--jsonl', help: 'JSON Lines (as --json)' }, ofRun, { flags: '--live', help: 'live deliveries only' }, { flags: '--test', help: 'rehearsals only' }],
    examples: [['finalmile export ledger > ledger.csv', 'every attempt'], ['finalmile export results --live > results.csv', 'for the books: a rehearsal has costs too'], ['finalmile export results --jsonl', 'every lead']],
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'describe', args: '<recipient>', group: LOOK, summary: "a buyer's sheet: address, terms, fields, answers, limits",
    more: 'Secrets are never in it. --markdown is for the buyer: with a sample request and sample answers, without cost, alerts and notes.',
    options: [{ flags: '--markdown', help: 'as Markdown, to share with the buyer' }],
    examples: [['finalmile describe acme', 'on one page'], ['finalmile describe acme --markdown > acme.md', 'to share with the buyer']],
    load: () => import('./commands/describe.ts'),
  },
  {
    name: 'review', args: '<action> [leads...]', words: ['list', 'retry', 'accept', 'drop'], group: CORRECT, summary: 'held and pooled leads: list, retry, accept, drop',
    more: 'accept also books what only the buyer knew: a lead that is in doubt there, or that it took second to another, whatever became of it since. retry also sends a failed lead that is in doubt, once you know from the buyer that it does not have it. drop also ends a lead that waits, of which nothing is sold.',
    options: [
      { flags: '--price <money>', help: "with accept: what the buyer pays, in the recipient's currency where it names none", read: readMoneyText('--price') }, { flags: '--buyer-lead-id <id>', help: "with accept: the buyer's own id" },
      { flags: '--to <recipient>', help: 'where a lead was delivered to several: which of them is meant; with list and --all: of this recipient or target only' },
      { flags: '--all', help: 'with retry and drop: all that review list shows' }, { flags: '--reason <text>', help: 'with list and --all: that have this in their reason' },
      since('with list and --all: held or parked since then'), until, { flags: '--yes', help: 'do not ask before --all' }, { flags: '--note <text>', help: 'why, for the ledger' }, ofTest,
    ],
    examples: [['finalmile review list', 'what needs a person'], ['finalmile review retry --all --to acme --reason "web page"', 'what a night of maintenance held'], ['finalmile review accept L-1001 --price 45', 'the buyer says yes'], ['finalmile review drop L-1002 --note "test lead"', 'let it go']],
    load: () => import('./commands/review.ts'),
  },
  {
    name: 'pause', args: '<recipient>', group: CORRECT, summary: 'send nothing to a recipient until unpause',
    options: [{ flags: '--reason <text>', help: 'shown by status' }, ofTest],
    examples: [['finalmile pause acme --reason "contract ends"', '']],
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'unpause', args: '<recipient>', group: CORRECT, summary: 'send to it again; what waited for it is due at once',
    more: 'Also where nothing is paused: after its file allows more (a cap raised, a window widened), what waits for it decides anew; where its circuit is open, one lead is tried at once.', options: [ofTest],
    examples: [['finalmile unpause acme', '']],
    load: () => import('./commands/unpause.ts'),
  },
  {
    name: 'returns', args: '<file>', group: CORRECT, summary: "a buyer's returns, corrected into revenue",
    more: 'A row for each lead that comes back: lead_id or buyer_lead_id; amount (else the whole sale), currency, reason, date and recipient where there are. The same file counts once; never more than a sale earned. Booked on the day it is read, so that closed months stay.',
    options: [
      { flags: '--from <recipient>', help: 'the buyer that the whole file is from' }, { flags: '--within <duration>', help: 'refuse what comes later after the sale', read: readAge('--within') },
      ownId, buyersId, { flags: '--dry-run', help: 'say what would be booked' }, ofTest,
    ],
    examples: [['finalmile returns acme-november.csv --from acme', 'once a month'], ['finalmile returns returns.csv --dry-run', 'look first']],
    load: () => import('./commands/returns.ts'),
  },
  {
    name: 'reconcile', args: '<recipient> <file>', group: CORRECT, summary: "the ledger against the buyer's own list",
    more: 'A row of the list for each lead that the buyer has: lead_id or buyer_lead_id, price, and currency and status where there are. Tells what agrees, what only one side has, other prices, and what became of attempts in doubt. Exit 3 where anything differs.',
    options: [
      since('our sales from then on'), until,
      ownId, buyersId, { flags: '--csv', help: 'every line as CSV on stdout' }, ofTest,
    ],
    examples: [['finalmile reconcile acme acme-november.csv --since 2026-11-01 --until 2026-12-01', 'before the invoice']],
    load: () => import('./commands/reconcile.ts'),
  },
  {
    name: 'purge', group: CORRECT, summary: 'personal data of settled leads out of the store; the figures stay',
    options: [{ flags: '--older-than <duration>', help: 'settled longer ago than that; 0d: all', read: readAge('--older-than') }, { flags: '--yes', help: 'do not ask' }],
    examples: [['finalmile purge --older-than 90d', 'as the law asks']],
    load: () => import('./commands/purge.ts'),
  },
  {
    name: 'move', group: TOOLS, summary: 'copy a whole store into a new one, with equal counts and totals',
    more: 'All of it or nothing; the store moved from is left as it was.',
    options: [{ flags: '--from <store>', help: 'sqlite:PATH or postgres://…' }, { flags: '--to <store>', help: 'an empty one' }],
    examples: [['finalmile move --from sqlite:.finalmile/store.db --to postgres://finalmile@db/leads', 'to many workers'], ['finalmile move --from postgres://finalmile@db/leads --to sqlite:back.db', 'and back']],
    load: () => import('./commands/move.ts'),
  },
  {
    name: 'sandbox', group: TOOLS, summary: 'simulated buyers on loopback, with faults to order',
    more: 'Plays every recipient by its own Response Parsing and Test Settings. POST /_faults {"recipient": "acme", "kind": "timeout", "count": 3} makes its next three answers that; GET / lists what can be ordered, GET /_requests what came.',
    options: [{ flags: '--port <n>', help: 'default: a free one', read: readPort }],
    examples: [['finalmile sandbox --port 4100', 'prints its addresses'], [`curl localhost:4100/_faults -d '{"recipient": "acme", "kind": "503"}'`, 'while it runs']],
    load: () => import('./commands/sandbox.ts'),
  },
  {
    name: 'loadtest', group: TOOLS, summary: 'a rising load against the sandbox, judged: success rate, p95, memory, pace',
    more: 'Made-up leads go through mapping, ledger, wire and parsing to simulated buyers in this process; the store here is not touched and nothing leaves the machine. Exit 4 where a criterion is missed.',
    options: [to, { flags: '--ramp <rate>', help: 'leads over time: 0..1000/min, or 50/s', read: readRamp }, { flags: '--for <duration>', help: 'how long', read: readWait('--for') }, { flags: '--concurrency <n>', help: 'attempts at once to one recipient', read: readCount('--concurrency') }],
    examples: [['finalmile loadtest --to auto-waterfall --ramp 0..1000/min --for 30m', 'the whole test'], ['finalmile loadtest --to acme --ramp 50/s --for 10s', 'a short one']],
    load: () => import('./commands/loadtest.ts'),
  },
  {
    name: 'reference', args: '[topic]', group: TOOLS, summary: 'every key of a recipient file and every template helper, as Markdown',
    more: 'Of a topic, a chapter or a key, that alone.',
    examples: [['finalmile reference | less', 'all of it'], ['finalmile reference batch', 'one chapter'], ['finalmile reference "call window"', 'one key']],
    load: () => import('./commands/reference.ts'),
  },
  {
    name: 'schema', group: TOOLS, summary: 'JSON Schema of a recipient file, for editors',
    examples: [['finalmile schema > recipient.schema.json', '']],
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'completion', args: '<shell>', words: ['bash', 'zsh', 'fish'], group: TOOLS, summary: 'shell completion for bash, zsh or fish',
    more: 'For every session, write the line into ~/.bashrc, ~/.zshrc (after compinit) or ~/.config/fish/config.fish.',
    examples: [['source <(finalmile completion bash)', 'bash; zsh alike'], ['finalmile completion fish | source', 'fish']],
    load: () => import('./commands/completion.ts'),
  },
]
