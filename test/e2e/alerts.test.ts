import { afterEach, describe, expect, it } from 'vitest'
import { finalmileHere } from '../cli/here.ts'
import { endpointYaml } from '../engine/world.ts'
import { type Buyer, startBuyer } from '../world/buyer.ts'
import { type MailServer, startMailServer } from '../world/mail-server.ts'
import { createProject, leadsCsv, type Project, removeProjects } from './project.ts'

const closing: { close(): Promise<void> }[] = []
const open = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => { const opened = await opening; closing.push(opened); return opened }
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close()))
  removeProjects()
})

/** A buyer that takes one lead of three, below the threshold of its recipient. */
const missing = async (notify: string): Promise<{ project: Project; buyer: Buyer }> => {
  const buyer = await open(startBuyer({ script: [{ do: 'accept' }, { do: 'reject' }, { do: 'reject' }] }))
  const project = createProject({ a: `${endpointYaml(buyer.url)}Alert When: success rate < 90%\nNotify: ${notify}\n` })
  project.write('leads.csv', leadsCsv(3))
  return { project, buyer }
}
const deliver = (project: Project, env: Readonly<Record<string, string>> = {}, ...more: readonly string[]) =>
  finalmileHere(['deliver', 'leads.csv', '--to', 'a', '--yes', ...more], { cwd: project.folder, env })

describe('a threshold that is missed', () => {
  it('ends with 4 and is told to a webhook', async () => {
    const pager = await open(startBuyer())
    const { project } = await missing(pager.url)
    expect((await deliver(project)).code).toBe(4)
    expect(JSON.parse(pager.journal[0]?.body ?? '')).toMatchObject({ subject: 'finalmile: a', text: expect.stringContaining('success rate < 90% missed: 33.3%') })
  })

  it('is told by e-mail through FINALMILE_SMTP', async () => {
    const mails: MailServer = await open(startMailServer({ auth: true }))
    const { project } = await missing('ops@example.com')
    const { code, err } = await deliver(project, { FINALMILE_SMTP: `smtp://leads:secret@127.0.0.1:${mails.port}`, FINALMILE_MAIL_FROM: 'alerts@example.com' })
    expect([code, err]).toEqual([4, expect.not.stringContaining('could not notify')])
    expect(mails.mails.map(({ mail, to }) => [to, mail.subject, mail.from?.text])).toEqual([[['ops@example.com'], 'finalmile: a', '"finalmile" <alerts@example.com>']])
    expect(mails.mails[0]?.mail.text).toContain('missed: 33.3%')
  })

  it('says what is missing where no mail server is known, and the run ends as it would', async () => {
    const { project } = await missing('ops@example.com')
    expect(await deliver(project)).toMatchObject({ code: 4, err: expect.stringContaining('could not notify ops@example.com: no mail server for alerts is known: set FINALMILE_SMTP') })
  })

  it('does not show the address where a webhook cannot be reached: those of chat rooms are secrets', async () => {
    const { project } = await missing('http://127.0.0.1:1/${HOOK}')
    const { err } = await deliver(project, { HOOK: 'T00-hook-secret' })
    expect(err).toContain('could not notify http://127.0.0.1:1/••••')
    expect(err).not.toContain('T00-hook-secret')
  })

  it('is said with --quiet too, as rows are that cannot be read: from cron nobody sees anything else', async () => {
    const { project } = await missing('ops@example.com')
    project.write('leads.csv', `${leadsCsv(3)}\n"half`)
    const { code, err } = await deliver(project, {}, '--quiet')
    expect([code, err.split('\n').filter(Boolean)]).toEqual([4, [expect.stringMatching(/^bad row .*leads.csv:\d+: /), expect.stringContaining('success rate < 90% missed: 33.3%'), expect.stringContaining('could not notify ops@example.com')]])
  })

  it('nor is an end with 3 without a word there: the mail says what failed or is held, and which lead to look at', async () => {
    const buyer = await open(startBuyer({ script: [{ do: 'invalid' }, { do: 'answer', status: 200, body: '<html>' }, { do: 'accept' }] }))
    const project = createProject({ a: `${endpointYaml(buyer.url)}Concurrency: 1\n` })
    project.write('leads.csv', leadsCsv(3))
    const { code, err } = await deliver(project, {}, '--quiet')
    expect([code, err.split('\n').filter(Boolean)]).toEqual([3, [expect.stringMatching(/^failed 1 lead at a: .*\(finalmile explain L1\)$/), expect.stringMatching(/^held 1 lead at a: .*\(finalmile explain L2\)$/)]])
    expect(await deliver(project, {}, '--quiet')).toMatchObject({ code: 0, err: '' })
  })

  it('wakes nobody in a rehearsal', async () => {
    const pager = await open(startBuyer())
    const { project } = await missing(pager.url)
    await deliver(project, {}, '--test')
    expect(pager.journal).toEqual([])
  })

  it('FINALMILE_SMTP that is no address stops before anything is sent', async () => {
    const { project, buyer } = await missing('ops@example.com')
    expect(await deliver(project, { FINALMILE_SMTP: 'mail.example.com' })).toMatchObject({ code: 2, err: expect.stringContaining('FINALMILE_SMTP is no address of a mail server') })
    expect(buyer.journal).toEqual([])
  })
})

describe('the summary', () => {
  it('names what was told while the run went on, and nothing twice', async () => {
    const buyer = await open(startBuyer({ script: { do: 'answer', status: 500, body: '' } }))
    const project = createProject({ a: endpointYaml(buyer.url, 'Retry Strategy:\n  Server Errors: {Retry: 1 times, Backoff: 10ms, Alert: If all fail}\n') })
    project.write('leads.csv', leadsCsv(2))
    const { out } = await deliver(project, {}, '--json')
    expect((JSON.parse(out) as { alerts: unknown }).alerts).toEqual([{ kind: 'told', recipient: 'a', reason: 'every try failed: HTTP 500 Internal Server Error' }])
    buyer.rescript({ do: 'unauthorized' })
    const again = await deliver(project, {}, '--json', '--again')
    expect((JSON.parse(again.out) as { alerts: readonly { kind: string }[] }).alerts.map((each) => each.kind)).toEqual(['attention'])
  })

  it.each([['Retries: none\n', 1], ['Retry Strategy:\n  Server Errors: {Retry: none, Alert: If all fail}\n', 1], ['Retries: none\nRetry Strategy:\n  Server Errors: {Alert: no}\n', 0]])('has a buyer that failed and is not tried again: %s', async (rules, count) => {
    const buyer = await open(startBuyer({ script: { do: 'answer', status: 500, body: '' } }))
    const project = createProject({ a: endpointYaml(buyer.url, rules) })
    project.write('leads.csv', leadsCsv(1))
    const { out } = await deliver(project, {}, '--json')
    expect((JSON.parse(out) as { alerts: unknown }).alerts).toEqual(Array(count).fill({ kind: 'told', recipient: 'a', reason: 'every try failed: HTTP 500 Internal Server Error' }))
    expect(buyer.journal).toHaveLength(1)
  })

  it('has a buyer whose every try failed or had no answer, whoever bought the lead then; not one that was to be tried again when another bought it', async () => {
    const buyers = { down: await open(startBuyer({ script: { do: 'answer', status: 500, body: '' } })), mute: await open(startBuyer({ script: { do: 'hang' } })), good: await open(startBuyer()) }
    const rules = (backoff: string): string => `Timeout: 100ms\nRetry Strategy:\n  Server Errors: {Retry: 1 times, Backoff: ${backoff}}\n  Timeout Errors: {Retry: 1 times, Backoff: 10ms, Alert: If all fail}\n`
    const project = createProject({
      down: endpointYaml(buyers.down.url, rules('10ms')), slow: endpointYaml(buyers.down.url, rules('1 minute')), mute: endpointYaml(buyers.mute.url, rules('10ms')), good: endpointYaml(buyers.good.url),
      falls: 'Pattern: Waterfall\nTry: [down, mute, good]\n', race: 'Pattern: Simultaneous\nSend To: [slow, good]\n',
    })
    project.write('leads.csv', leadsCsv(2))
    const alerts = async (to: string): Promise<unknown> =>
      (JSON.parse((await finalmileHere(['deliver', 'leads.csv', '--to', to, '--yes', '--json', '--store', `sqlite:${to}.db`], { cwd: project.folder })).out) as { alerts: unknown }).alerts
    expect(await alerts('falls')).toEqual([
      { kind: 'told', recipient: 'down', reason: 'every try failed: HTTP 500 Internal Server Error' },
      { kind: 'told', recipient: 'mute', reason: expect.stringMatching(/^every try failed: no answer in \d+ ms$/) },
    ])
    expect(await alerts('race')).toEqual([])
  })
})
