import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createProject, leadsCsv, removeProjects, type Project } from './project.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

const PAGE = { do: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Back soon</h1>' } as const
const HOURS_LATER = '2099-01-01T00:00:00Z'
const listed = async (project: Project, ...args: readonly string[]): Promise<number> => (await project.run('review', 'list', '--json', ...args)).out.split('\n').length - 1

/** What a night of maintenance at `a` held, beside two leads of a pool. */
const night = async () => {
  const a = await buyer({ script: PAGE })
  const project = createProject({ a: endpointYaml(a.url, 'Circuit Breaker: off\n'), desk: 'Type: pool\n' })
  project.write('leads.csv', leadsCsv(1_200))
  project.write('desk.csv', 'id\nP1\nP2\n')
  await project.run('deliver', 'leads.csv', '--to', 'a', '--yes', '--quiet')
  await project.run('deliver', 'desk.csv', '--to', 'desk', '--yes', '--quiet')
  return { a, project }
}

describe('review --all', () => {
  it('tries again what review list shows with the same flags, and nothing else', async () => {
    const { a, project } = await night()
    expect(await Promise.all([[], ['--to', 'a'], ['--to', 'desk'], ['--reason', 'BACK SOON'], ['--reason', 'other'], ['--since', HOURS_LATER], ['--until', HOURS_LATER, '--to', 'a']].map((flags) => listed(project, ...flags)))).toEqual([1_202, 1_200, 2, 1_200, 0, 0, 1_200])
    a.rescript({ do: 'accept', price: '45.00' })
    const { code, out, err } = await project.run('review', 'retry', '--all', '--to', 'a', '--reason', 'back soon', '--yes', '--json')
    expect([code, out.split('\n').length - 1]).toEqual([0, 1_200])
    expect(err).toMatch(/^1,200 leads held at a: it is a web page, .*Back soon\nWhat is held the buyer may have: ask it first, .*\n✓ 1,200 leads will be tried again; finalmile resume sends them\n$/)
    expect(await project.json('resume', '--yes')).toMatchObject({ outcomes: { accepted: 1_200 } })
    expect(a.journal).toHaveLength(2_400)
    expect(await project.run('review', 'retry', '--all', '--to', 'a', '--yes')).toMatchObject({ code: 0, err: 'Nothing needs a person.\n' })
  })

  it('says what is meant and changes nothing where nobody can be asked', async () => {
    const { project } = await night()
    const { code, err } = await project.run('review', 'drop', '--all')
    expect([code, err]).toEqual([2, expect.stringMatching(/^1,200 leads held at a: it is a web page.*\n2 leads pooled at desk: .*\n[\s\S]*asks before it changes all 1,202 leads, and there is no terminal[\s\S]*add --yes; nothing was changed/)])
    expect(await listed(project)).toBe(1_202)
    expect((await project.run('review', 'drop', '--all', '--to', 'desk', '--yes')).err).toContain('✓ 2 leads dropped\n')
    expect(await listed(project)).toBe(1_200)
  })

  it('tells of some by name that a retry would park as they are, and counts the others', async () => {
    const project = createProject({ desk: 'Type: pool\n' })
    project.write('leads.csv', leadsCsv(8))
    await project.run('deliver', 'leads.csv', '--to', 'desk', '--yes', '--quiet')
    const { code, err } = await project.run('review', 'retry', '--all', '--yes')
    expect([code, err.match(/^L\d: nobody is asked before desk/gm)?.length, err]).toEqual([3, 5, expect.stringContaining('… and 3 leads more that would be parked again as they are\n! 0 leads will be tried again\n')])
  })

  it('leaves out of a retry what was purged, and drops it', async () => {
    const { project } = await night()
    await project.run('purge', '--older-than', '0d', '--yes')
    expect((await project.run('review', 'retry', '--all', '--yes')).err).toBe('1,202 leads were purged, so that there is nothing left to send\nNothing needs a person.\n')
    expect((await project.run('review', 'drop', '--all', '--yes', '--quiet')).code).toBe(0)
    expect(await listed(project)).toBe(0)
  })

  it.each([
    ['ids beside it', ['retry', '--all', 'L1'], 'ids of leads are named too'],
    ['a price for all', ['accept', '--all', '--price', '45'], 'review accept books sales, and takes no --all'],
    ['a variable of a script that is not set', ['drop', '--all', '--reason', '', '--yes'], '--reason is empty'],
    ['what narrows it alone', ['drop', 'L1', '--reason', 'x'], '--reason narrows what review list and --all mean'],
  ])('takes no %s', async (_what, args, words) => {
    const project = createProject({})
    expect(await project.run('review', ...args)).toMatchObject({ code: 2, err: expect.stringContaining(words) })
  })
})

describe('a lead that waits', () => {
  it('is dropped by review, costs what it costs, and is never sent', async () => {
    const a = await buyer({ script: { do: 'accept', price: '45.00' } })
    const project = createProject({ a: endpointYaml(a.url, 'Cost: $3\n'), sell: 'Pattern: Waterfall\nCost: $2\nTry: [a]\n' })
    project.write('leads.csv', leadsCsv(2))
    await project.run('pause', 'a')
    await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--quiet', '--wait', '0s')
    expect((await project.run('review', 'drop', 'L1', '--note', 'asked not to be called')).err).toBe('✓ 1 lead dropped\n')
    await project.run('unpause', 'a')
    await project.run('resume', '--yes', '--quiet')
    expect(a.journal).toHaveLength(1)
    expect((await project.run('export', 'results')).out).toMatch(/^L1,rejected,,,0\.00,2\.00,-2\.00,USD,0,dropped in review: asked not to be called,/m)
    expect(await project.run('review', 'drop', 'L2')).toMatchObject({ code: 2, err: expect.stringContaining('L2 is neither held nor in a pool, nor waiting without a sale or a batch that has gone; nothing was changed') })
  })
})
