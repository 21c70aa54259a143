import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createProject, removeProjects, waterfall } from './project.ts'
import { buyersOfTests } from '../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

const filesUnder = (folder: string): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile())
/** Names of files that hold the text, as UTF-8. */
const holding = (folder: string, text: string): readonly string[] => filesUnder(folder).filter((path) => readFileSync(path).includes(text)).map((path) => path.slice(folder.length + 1)).sort()

const SECRETS = ['canary-token-1', 'canary-pass-2', 'canary-key-3', 'canary-query-4']
const PERSON = 'canary.person@example.com'

it('secrets are in no output, no log and no file; a lead is in the store and in bad-rows.csv alone, and after a purge nowhere', async () => {
  // Two that repeat what they were told, one that refuses the credentials, one that is not there.
  const echo = await buyer({ script: ({ headers, path }) => ({ do: 'answer', status: 400, body: JSON.stringify({ message: `no: ${headers['x-key']} ${headers['authorization']} ${path}` }) }) })
  const locked = await buyer({ script: { do: 'unauthorized' } })
  const gone = await buyer()
  const last = await buyer({ script: { do: 'accept' } })
  await gone.close()
  const endpoint = (url: string, more: string): string => `Settings:\n  Endpoint: ${url}\n${more}Field Mapping:\n  email: {{lead.email}}\nRetries: none\nResponse Parsing:\n  Success: status = "accepted"\n  Message: message\n`
  const project = createProject({
    echo: endpoint(`${echo.url}/leads?key=\${QUERY_KEY}`, 'Headers:\n  X-Key: ${API_KEY}\nAuth: Bearer ${TOKEN}\n'),
    locked: endpoint(`${locked.url}/leads`, 'Auth:\n  Username: user\n  Password: ${PASSWORD}\n'),
    gone: endpoint(`http://user:\${PASSWORD}@127.0.0.1:${gone.port}/leads?key=\${QUERY_KEY}`, ''),
    last: endpoint(`${last.url}/leads`, 'Auth: Bearer ${TOKEN}\n'),
    sell: waterfall('echo', 'locked', 'gone', 'last'),
  })
  project.write('.env', `TOKEN=${SECRETS[0]}\nPASSWORD=${SECRETS[1]}\nAPI_KEY=${SECRETS[2]}\nQUERY_KEY=${SECRETS[3]}\n`)
  project.write('leads.csv', `id,email\nL1,${PERSON}\nL2,bad.${PERSON},too,many\n`)
  const said: string[] = []
  for (const args of [
    ['check'], ['check', '--json'], ['describe', 'echo'], ['describe', 'gone'], ['plan', 'leads.csv', '--to', 'sell'], ['plan', 'leads.csv', '--to', 'sell', '--json'],
    ['deliver', 'leads.csv', '--to', 'sell', '--yes', '--out', 'out', '--verbose'], ['resume', '--yes', '--json'], ['status'], ['status', '--json'], ['explain', 'L1'], ['explain', 'L1', '--verbose', '--json'],
    ['report'], ['report', '--json'], ['report', '--html', 'report.html'], ['export', 'ledger'], ['export', 'results', '--jsonl'], ['review', 'list'],
    ['deliver', 'nowhere.csv', '--to', 'sell', '--yes'], ['deliver', 'leads.csv', '--to', 'nobody', '--yes'],
  ]) {
    const { out, err, code } = await project.run(...args)
    if (code === 1) throw new Error(`${args.join(' ')}: ${err}`)
    said.push(`${args.join(' ')}\n${out}\n${err}`)
  }
  expect(echo.journal[0]?.headers).toMatchObject({ 'x-key': SECRETS[2], authorization: `Bearer ${SECRETS[0]}` })
  for (const secret of [...SECRETS, Buffer.from(`user:${SECRETS[1]}`).toString('base64')]) {
    expect([secret, said.filter((each) => each.includes(secret))]).toEqual([secret, []])
    expect([secret, holding(project.folder, secret).filter((name) => name !== '.env')]).toEqual([secret, []])
  }
  const show = new Set(['plan leads.csv --to sell', 'plan leads.csv --to sell --json'])
  expect(said.filter((each) => each.includes(PERSON)).map((each) => each.slice(0, each.indexOf('\n'))).filter((each) => !show.has(each))).toEqual([])
  expect(holding(project.folder, PERSON).filter((name) => !name.startsWith('.finalmile/'))).toEqual(['leads.csv', 'out/bad-rows.csv'])
  expect(holding(project.folder, PERSON).some((name) => name.startsWith('.finalmile/'))).toBe(true)

  const before = await project.json('report')
  const purged = await project.run('purge', '--older-than', '0d', '--yes')
  expect(purged.code).toBe(0)
  expect(holding(join(project.folder, '.finalmile'), PERSON)).toEqual([])
  expect(await project.json('report')).toEqual(before)
  // It is known to have been delivered: nothing is sold again.
  const requests = last.journal.length
  await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--quiet')
  expect(last.journal).toHaveLength(requests)
})
