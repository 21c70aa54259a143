import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { buyersOfTests } from '../world/buyers.ts'
import { createProject, leadsCsv, removeProjects } from './project.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)
const shop = async () => {
  const a = await buyer()
  const project = createProject({ a: endpointYaml(a.url) })
  project.write('leads.csv', leadsCsv(20))
  return { a, project, deliver: (...more: readonly string[]) => project.run('deliver', 'leads.csv', '--to', 'a', '--yes', ...more) }
}

describe('a store that cannot be used is named with its cause, and nothing is sent', () => {
  it('that is another file', async () => {
    const { a, project, deliver } = await shop()
    project.write('x.db', 'id,email\nL1,a@example.com\n'.repeat(200))
    const { code, err } = await deliver('--store', 'sqlite:x.db')
    expect([code, err]).toEqual([2, expect.stringMatching(/damaged or is no SQLite file[\s\S]*help/)])
    expect(a.journal).toEqual([])
    expect(project.read('x.db')).toContain('L1,a@example.com')
  })

  it('in a folder that is a file', async () => {
    const { a, project, deliver } = await shop()
    project.write('folder', '')
    const { code, err } = await deliver('--store', 'sqlite:folder/x.db')
    expect([code, err]).toEqual([2, expect.stringMatching(/file already exists[\s\S]*help/)])
    expect(a.journal).toEqual([])
  })

  it('that was damaged in the midst, between two runs', async () => {
    const { a, project, deliver } = await shop()
    await deliver('--quiet')
    const path = join(project.folder, '.finalmile/store.db')
    const bytes = readFileSync(path)
    // Every page but the first: the tables are gone, the header is whole.
    bytes.fill(0x5a, 4_096)
    writeFileSync(path, bytes)
    project.write('more.csv', leadsCsv(5, 100))
    const { code, err } = await project.run('deliver', 'more.csv', '--to', 'a', '--yes')
    expect([code === 0, /damaged|malformed/.test(err), err.includes('bug of finalmile')]).toEqual([false, true, false])
    expect(a.journal).toHaveLength(20)
  })

  it('of an older version, with the command that brings this one up', async () => {
    const { project, deliver } = await shop()
    await deliver('--store', 'sqlite:x.db', '--quiet')
    const db = new DatabaseSync(join(project.folder, 'x.db'))
    db.exec('PRAGMA user_version = 1')
    db.close()
    expect(await project.run('status', '--store', 'sqlite:x.db')).toMatchObject({ code: 2, err: expect.stringContaining('`finalmile resume --store sqlite:x.db` once') })
  })
})
