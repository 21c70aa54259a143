import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { finalmileHere } from '../cli/here.ts'
import { startBuyer, type Buyer, type BuyerOptions } from '../world/buyer.ts'

/** Sessions at the terminal, played against scripted buyers on loopback: `npm run transcripts` writes them into docs/patterns.md. */
export const playTranscripts = async (): Promise<Readonly<Record<string, string>>> => ({ auction: await auction(), 'exclusive window': await exclusiveWindow() })

const bidder = (name: string, url: string): string => `Recipient: ${name}
Settings: {Endpoint: https://api.buyer.example/post, Timeout: 10 seconds}
Field Mapping: {ping_id: "{{ping.id}}", email: "{{lead.email}}", phone: "{{lead.phone_1}}"}
Response Parsing: {Success: status = "accepted", Lead ID: leadId, Message: message}
Ping:
  Endpoint: https://api.buyer.example/ping
  Fields: state, loan_amount
  Response Parsing: {Bid: bid, Ping ID: id}
Test Settings: {Endpoint: ${url}/leads}
`

const auction = (): Promise<string> => session(async ({ buyer, write, run, show }) => {
  /** Pings and posts come to one address here; a ping has no e-mail. */
  const bids = (price: string, then: BuyerOptions['script'], afterMs = 0): BuyerOptions => ({ script: (request) => (request.body.includes('email') ? (then as { do: 'accept' }) : { do: 'bid', price, afterMs }) })
  const [a, b, c, d] = [await buyer(bids('45', { do: 'accept' }, 20)), await buyer(bids('52', { do: 'reject', message: 'our desk is full' }, 150)), await buyer(bids('38', { do: 'accept' }, 300)), await buyer(bids('90', { do: 'accept' }, 2_000))]
  for (const [name, each] of [['Buyer A', a], ['Buyer B', b], ['Buyer C', c], ['Late Buyer', d]] as const) write(`recipients/${name.toLowerCase().replace(' ', '-')}.yaml`, bidder(name, each.url))
  write('recipients/loan-auction.yaml', 'Recipient: Loan Auction\nPattern: Ping/Post\nBuyers: [Buyer A, Buyer B, Buyer C, Late Buyer]\nPing Timeout: 1 second\nMinimum Bid: $40\n')
  write('leads.csv', 'id,email,phone_1,state,loan_amount\nL-1,dana@example.com,2125550100,CA,25000\n')
  await show('recipients/loan-auction.yaml')
  await run('deliver leads.csv --to loan-auction --test --clock 2026-11-24T10:00:00Z --out runs/auction')
  await run('explain L-1')
  await show('runs/auction/ledger.csv', ['recipient', 'phase', 'verdict', 'reason'])
})

const exclusiveWindow = (): Promise<string> => session(async ({ buyer, write, run, show }) => {
  const no = (message: string): BuyerOptions => ({ script: { do: 'reject', message } })
  const [exclusive, p, q, bulk] = [await buyer(no('budget spent')), await buyer(no('outside our states')), await buyer(no('credit too low')), await buyer({ script: { do: 'accept', price: '15.00' } })]
  for (const [name, each] of [['Exclusive Buyer', exclusive], ['Premium P', p], ['Premium Q', q], ['Bulk Buyer', bulk]] as const) {
    write(`recipients/${name.toLowerCase().replace(' ', '-')}.yaml`, `Recipient: ${name}\nSettings: {Endpoint: https://api.buyer.example/leads}\nField Mapping: {email: "{{lead.email}}"}\nResponse Parsing: {Success: status = "accepted", Lead ID: leadId, Price: price, Message: message}\nTest Settings: {Endpoint: ${each.url}/leads}\n`)
  }
  write('recipients/two-days.yaml', 'Recipient: Two Days\nPattern: Exclusive Window\nWindows:\n  Hour 0-24: Exclusive Buyer ($75)\n  Hour 24-48: [Premium P ($45), Premium Q ($45)]\n  Hour 48+: Bulk Buyer ($15)\n')
  write('leads.csv', 'id,email,received_at\nL-1,dana@example.com,2026-11-24T09:00:00Z\n')
  await show('recipients/two-days.yaml')
  await run('deliver leads.csv --to two-days --test --clock 2026-11-24T09:10:00Z --wait 0s --out runs/day-1')
  await run('explain L-1')
  await run('resume --test --clock 2026-11-25T08:00:00Z --wait 0s --out runs/early')
  await run('resume --test --clock 2026-11-25T09:05:00Z --wait 0s --out runs/day-2')
  await run('resume --test --clock 2026-11-26T09:05:00Z --wait 0s --out runs/day-3')
  await run('explain L-1')
})

interface Session {
  buyer(options: BuyerOptions): Promise<Buyer>
  write(path: string, text: string): void
  /** A command, and what a person sees of it. */
  run(command: string): Promise<void>
  /** A file, or these columns of a CSV. */
  show(path: string, columns?: readonly string[]): Promise<void>
}

const session = async (play: (session: Session) => Promise<void>): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-transcript-'))
  const buyers: Buyer[] = []
  const said: string[] = []
  try {
    await play({
      buyer: async (options) => {
        const started = await startBuyer(options)
        buyers.push(started)
        return started
      },
      write: (path, text) => {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      },
      run: async (command) => {
        const { out, err } = await finalmileHere(command.split(' '), { cwd: folder })
        said.push(`$ finalmile ${command}`, steady(`${out}${err}`.trimEnd(), folder), '')
      },
      show: async (path, columns) => {
        const text = readFileSync(join(folder, path), 'utf8')
        said.push(columns ? `$ csvcut -c ${columns.join(',')} ${path}` : `$ cat ${path}`)
        if (columns) said.push(columns.join(','), ...(parse(text, { columns: true }) as Record<string, string>[]).map((row) => columns.map((column) => row[column]).join(',')), '')
        else said.push(text.trimEnd(), '')
      },
    })
  } finally {
    await Promise.all(buyers.map((each) => each.close()))
    rmSync(folder, { recursive: true, force: true })
  }
  return said.join('\n').trimEnd()
}

/** Without what differs from one time to the next: fractions of seconds, durations, folders, ports. */
const steady = (text: string, folder: string): string => text
  .replaceAll(folder, '.')
  .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:8080')
  .replace(/(\d\d:\d\d:)\d\d\.\d{3}  /g, '$1··  ')
  .replace(/(\d\d:\d\d):\d\d( UTC)/g, '$1$2')
  .replace(/\b\d+(\.\d+)? m?s\b/g, '· ms')
  .replace(/ +· ms/g, ' · ms')
  .replace(/ +AVG +P95/g, ' AVG P95')
  .replace(/ +$/gm, '')

const BLOCK = /<!-- transcript: (.+?) -->\n+(?:```text\n([\s\S]*?)\n```\n)?/g

/** The transcripts that a page shows, by name. */
export const transcriptsIn = (page: string): Readonly<Record<string, string>> => Object.fromEntries([...page.matchAll(BLOCK)].map(([, name = '', text = '']) => [name, text]))

export const withTranscripts = (page: string, played: Readonly<Record<string, string>>): string =>
  page.replace(BLOCK, (_all, name: string) => `<!-- transcript: ${name} -->\n\n\`\`\`text\n${played[name] ?? ''}\n\`\`\`\n`)
