import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import type { Act } from '../world/act.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createProject, leadsCsv, removeProjects, waterfall } from './project.ts'

const started = buyersOfTests()
afterEach(removeProjects)
const buyer = (script: Act) => started({ script })
const body = (text: string, type = 'application/json'): Act => ({ do: 'answer', status: 200, body: text, headers: { 'content-type': type } })
const laughs = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "accepted">${Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i} "${`&a${i === 0 ? '' : i - 1};`.repeat(10)}">`).join('')}]><r><status>&a8;</status><leadId>1</leadId><price>1</price></r>`

/** Each is cut short, classed, and sells nothing; the lead is held or failed, and nobody else is offered what may be sold. */
const HOSTILE: readonly (readonly [string, Act])[] = [
  ['a body of 10 GB', { do: 'huge', bytes: 10_000_000_000 }],
  ['a gzip bomb of 200 MB', { do: 'bomb', bytes: 200_000_000 }],
  ['a byte at a time', { do: 'drip', everyMs: 200 }],
  ['headers without end', { do: 'endless-headers' }],
  ['no HTTP at all', { do: 'garbage' }],
  ['a bad character in the word that decides', body('{"status":"accept\ufffded","leadId":"1","price":1}')],
  ['an external entity (XXE)', body('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><status>accepted</status><leadId>&x;</leadId><price>1</price></r>', 'text/xml')],
  ['a billion laughs', body(laughs, 'text/xml')],
  ['prototype keys', body('{"__proto__":{"status":"accepted","leadId":"1","price":1},"constructor":{"prototype":{"status":"accepted"}}}')],
  ['100,000 levels', body(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ['100,000 levels of XML', body(`${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`, 'text/xml')],
  ['an acceptance that is cut off', body('{"status":"accepted","leadId":"1","pri')],
  ['a price that is none', body('{"status":"accepted","leadId":"1","price":"1e999"}')],
  ['an empty body', body('')],
]

describe('a hostile answer', () => {
  it.each(HOSTILE)('%s is never an acceptance', async (_what, act) => {
    const [a, b] = [await buyer(act), await buyer({ do: 'reject' })]
    const project = createProject({ a: endpointYaml(a.url, 'Timeout: 1 second\nRetries: none\nOn Unknown: hold\n'), b: endpointYaml(b.url), sell: waterfall('a', 'b') })
    project.write('leads.csv', leadsCsv(1))
    const began = process.memoryUsage().rss
    const { code, out, err } = await project.run('deliver', 'leads.csv', '--to', 'sell', '--yes', '--json', '--out', 'out')
    const { outcomes, revenue } = JSON.parse(out) as { outcomes: Record<string, number>; revenue: string }
    expect([code === 1, err.includes('bug of finalmile'), outcomes.accepted, revenue]).toEqual([false, false, 0, '0.00'])
    const [attempt] = project.rows('out/ledger.csv')
    expect(attempt).toMatchObject({ recipient: 'a', verdict: expect.stringMatching(/^(unconfirmed|unknown|failed|rejected)$/) as string })
    // A buyer that may have taken it is the last that is asked.
    if (attempt?.verdict !== 'rejected') expect(b.journal).toEqual([])
    expect((process.memoryUsage().rss - began) / 1e6).toBeLessThan(400)
    expect(({} as Record<string, unknown>).status).toBeUndefined()
  })
})
