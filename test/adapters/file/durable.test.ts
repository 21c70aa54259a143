import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writeFile } from '../../../src/adapters/file/transport.ts'
import type { FileRequest } from '../../../src/wire/request.ts'
import { useOtherDisk } from '../../world/other-disk.ts'

const disk = { did: [] as string[], linkFails: null as string | null }
let putBack = (): void => undefined

/** The real disk, which notes what is done to it, and may be one that knows no links. */
beforeAll(() => { putBack = useOtherDisk((real) => {
  const nameOf = (path: unknown): string => basename(String(path))
  return {
    open: async (...args) => {
      const file = await real.open(...args)
      const sync = file.sync.bind(file)
      file.sync = async () => { disk.did.push(`sync ${nameOf(args[0])}`); await sync() }
      return file
    },
    link: async (from, to) => {
      if (disk.linkFails !== null) throw Object.assign(new Error('no links here'), { code: disk.linkFails })
      await real.link(from, to)
      disk.did.push(`link ${nameOf(to)}`)
    },
    rename: async (from, to) => { await real.rename(from, to); disk.did.push(`rename ${nameOf(to)}`) },
  }
}) })
afterAll(() => putBack())

let root = ''
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'finalmile-file-')); disk.did.length = 0; disk.linkFails = null })
afterEach(() => rmSync(root, { recursive: true, force: true }))

const request = (lead: string): FileRequest => ({
  kind: 'file', method: 'PUT', url: '', headers: [], body: `id\n${lead}\n`, folder: `${root}/`, name: 'leads.csv', otherName: `leads-${lead}.csv`, temporaryName: `.${lead}.part`, sftp: null, rehearsal: null,
})

describe('a file that is told as written', () => {
  it('survives a power cut: its bytes are on the disk before its name, and its name before it is told', async () => {
    expect(await writeFile(request('L1'))).toMatchObject({ kind: 'handed-over' })
    expect(disk.did).toEqual(['sync .L1.part', 'link leads.csv', `sync ${basename(root)}`])
  })

  it.each(['EPERM', 'ENOTSUP', 'EXDEV'])('on a disk without links (%s) overwrites none', async (code) => {
    disk.linkFails = code
    expect(await writeFile(request('L1'))).toMatchObject({ kind: 'handed-over', words: `${root}/leads.csv` })
    expect(disk.did).toEqual(['sync .L1.part', 'rename leads.csv', `sync ${basename(root)}`])
    const said = await Promise.all(['L2', 'L3', 'L4'].map((lead) => writeFile(request(lead))))
    expect(said.map((each) => each.kind)).toEqual(['handed-over', 'handed-over', 'handed-over'])
    expect(readdirSync(root).map((name) => readFileSync(join(root, name), 'utf8')).sort()).toEqual(['L1', 'L2', 'L3', 'L4'].map((lead) => `id\n${lead}\n`))
  })

  it('of two that come to one name at once on such a disk, each stands under a name of its own', async () => {
    disk.linkFails = 'EPERM'
    await Promise.all(Array.from({ length: 8 }, (_, i) => writeFile(request(`L${i}`))))
    expect(readdirSync(root)).toHaveLength(8)
    expect(new Set(readdirSync(root).map((name) => readFileSync(join(root, name), 'utf8'))).size).toBe(8)
  })

  it('fails for now where the disk is full at its name', async () => {
    disk.linkFails = 'ENOSPC'
    expect(await writeFile(request('L1'))).toMatchObject({ kind: 'refused', why: 'later' })
    expect(readdirSync(root)).toEqual([])
  })
})
