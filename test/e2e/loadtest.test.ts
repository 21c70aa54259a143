import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointYaml } from '../engine/world.ts'
import { createProject, removeProjects } from './project.ts'

afterEach(removeProjects)

describe('loadtest', () => {
  it('drives the sandbox, judges, and leaves the store alone; the live address gets nothing', async () => {
    const project = createProject({ a: endpointYaml('http://127.0.0.1:9') })
    const { code, out, err } = await project.run('loadtest', '--to', 'a', '--ramp', '100/s', '--for', '1s', '--json')
    expect([code, err]).toEqual([0, expect.stringContaining('✓ success rate')])
    expect(JSON.parse(out)).toMatchObject({ passed: true, leads: 100, taken: 100, settled: 100, failed: 0, waiting: 0 })
    expect(existsSync(join(project.folder, '.finalmile'))).toBe(false)
  })

  it('exits 4 where a criterion is missed', async () => {
    const project = createProject({ slow: `${endpointYaml('http://127.0.0.1:9')}Test Settings: {Latency: 2100ms}\n` })
    expect(await project.run('loadtest', '--to', 'slow', '--ramp', '3/s', '--for', '1s')).toMatchObject({ code: 4, err: expect.stringContaining('✗ p95 response time') })
  })

  it('says what is missing', async () => {
    expect(await createProject({}).run('loadtest', '--to', 'a')).toMatchObject({ code: 2, err: expect.stringContaining('--ramp and --for') })
  })
})
