import { afterEach, describe, expect, it } from 'vitest'
import { createTroubles } from '../../../src/cli/run/troubles.ts'
import type { OutcomeKind } from '../../../src/core/outcome.ts'
import type { RunEvent } from '../../../src/engine/settings.ts'
import { createProject, leadsCsv, removeProjects } from '../../e2e/project.ts'

afterEach(removeProjects)

const settled = (leadId: string, kind: OutcomeKind, reason: string | null): RunEvent => ({
  kind: 'stored', deliveryId: leadId, leadId, source: {}, seq: 1,
  event: { type: 'settled', at: 0, cost: null, outcome: { kind, recipient: 'acme', path: '/', buyerLeadId: null, revenue: null, reason, class: null } },
})

describe('why leads were not sold', () => {
  it('is told once a reason, the commonest first, three of each outcome, with a lead to look at', () => {
    const troubles = createTroubles()
    const reasons = ['a', 'b', 'b', 'c', 'd', 'd', 'd']
    for (const [i, reason] of reasons.entries()) troubles.observe(settled(`L${i}`, 'failed', reason))
    troubles.observe(settled('L9', 'held', 'no lead id'))
    expect(troubles.all().map(({ kind, reason, count, leadId }) => [kind, reason, count, leadId])).toEqual([['failed', 'd', 3, 'L4'], ['failed', 'b', 2, 'L1'], ['failed', 'a', 1, 'L0'], ['held', 'no lead id', 1, 'L9']])
  })
  it('what was sold, known or parked is none', () => {
    const troubles = createTroubles()
    for (const kind of ['accepted', 'duplicate', 'pooled'] as const) troubles.observe(settled('L1', kind, 'created'))
    expect(troubles.all()).toEqual([])
  })
  it('buyers that say something else of each lead fill no memory', () => {
    const troubles = createTroubles()
    for (let i = 0; i < 1_000; i++) troubles.observe(settled(`L${i}`, 'failed', `lead ${i}`))
    expect(troubles.all()).toHaveLength(3)
  })
})

describe('the end of a run', () => {
  const project = () => {
    const made = createProject({ a: 'Endpoint: https://a.example/x\nField Mapping: {email: "{{lead.email}}"}\nAccept When: lead.state = "TX"\nPrice: $1\nResponse Parsing: {Success: ok = true}\n' })
    made.write('leads.csv', leadsCsv(4))
    return made
  }
  it('tells the reasons', async () => {
    expect((await project().run('deliver', 'leads.csv', '--to', 'a', '--test')).err).toContain('skipped 4 leads at a: a accepts only leads where lead.state = "TX" (finalmile explain L1)\n')
  })
  it('a page of a buyer is cut to two lines', async () => {
    const made = createProject({ a: 'Endpoint: http://127.0.0.1:1/\nField Mapping: {email: "{{lead.email}}"}\nAccept When: lead.state = "' + 'T'.repeat(400) + '"\nPrice: $1\n' })
    made.write('leads.csv', leadsCsv(1))
    expect((await made.run('deliver', 'leads.csv', '--to', 'a', '--test')).err).toMatch(/^skipped 1 lead at a: a accepts only leads where lead\.state = "T{118}… \(finalmile explain L1\)$/m)
  })
  it('a rehearsal that was had is rehearsed anew by --again; a live delivery is not invited to', async () => {
    const { run } = project()
    for (const mode of [['--test'], ['--yes']]) {
      await run('deliver', 'leads.csv', '--to', 'a', ...mode)
      expect((await run('deliver', 'leads.csv', '--to', 'a', ...mode)).err.includes('--again')).toBe(mode[0] === '--test')
    }
  })
  it('what failed goes out again by --retry-failed', async () => {
    const made = createProject({ a: 'Endpoint: http://127.0.0.1:1/\nRetries: none\nField Mapping: {email: "{{lead.email}}"}\n' })
    made.write('leads.csv', leadsCsv(1))
    expect((await made.run('deliver', 'leads.csv', '--to', 'a', '--yes')).err).toMatch(/failed 1 lead at a: connect ECONNREFUSED 127\.0\.0\.1:1 \(finalmile explain L1\)\n[^]*hint leads that failed go out again, once that is mended, by the same command with --retry-failed\n/)
  })
})
