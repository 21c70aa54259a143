import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLineFile } from '../../../src/adapters/outputs/line-file.ts'
import { createRunFiles } from '../../../src/adapters/outputs/run-files.ts'
import { emptyReport } from '../../../src/core/report.ts'
import { summaryOf } from '../../../src/core/report/summary.ts'
import { useOtherDisk } from '../../world/other-disk.ts'

const disk = { isFull: false, most: Infinity, synced: 0 }
let putBack = (): void => undefined

/** The real disk, but one that takes as much at a time as it likes, and is full when it is told so. */
beforeAll(() => { putBack = useOtherDisk((real) => {
  const fail = (): void => { if (disk.isFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }) }
  return {
    open: async (...args) => {
      const file = await real.open(...args)
      const [write, writeFile, sync] = [file.write.bind(file), file.writeFile.bind(file), file.sync.bind(file)]
      file.write = (async (bytes: Buffer, at: number, length: number) => { fail(); return write(bytes, at, Math.min(length, disk.most)) }) as typeof file.write
      file.writeFile = async (text) => { await writeFile(String(text).slice(0, 5)); fail(); await writeFile(String(text).slice(5)) }
      file.sync = async () => { disk.synced += 1; await sync() }
      return file
    },
  }
}) })
afterAll(() => putBack())
beforeEach(() => Object.assign(disk, { isFull: false, most: Infinity, synced: 0 }))

const folder = (): string => mkdtempSync(join(tmpdir(), 'finalmile-out-'))

describe('a file of lines', () => {
  it('is whole on a disk that takes little at a time, whatever its characters, and synced when it is closed', async () => {
    disk.most = 1_000
    const path = join(folder(), 'x.csv')
    const file = await createLineFile(path)
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i} ${'長'.repeat(i % 97)}\n`)
    for (const each of lines) file.write(each)
    await file.close()
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''))
    expect(disk.synced).toBe(1)
  })

  it('ends where the disk was full for once, and has no hole behind it', async () => {
    const path = join(folder(), 'x.csv')
    const file = await createLineFile(path)
    const block = (sign: string): string => `${sign.repeat(99_999)}\n`
    file.write(block('a'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    disk.isFull = true
    file.write(block('b'))
    await expect(vi.waitFor(() => { const pressure = file.pressure(); if (pressure === null) throw new Error('not yet'); return pressure })).rejects.toThrow('no space')
    disk.isFull = false
    file.write(block('c'))
    await expect(file.close()).rejects.toThrow('no space')
    expect(readFileSync(path, 'utf8')).toBe(block('a'))
  })
})

describe("a run's files on a full disk", () => {
  it('say so when they are closed', async () => {
    const files = await createRunFiles(join(folder(), 'r1'))
    disk.isFull = true
    files.ledger(['x'])
    await expect(files.close()).rejects.toThrow('no space')
  })

  it('have no half of a summary', async () => {
    const out = join(folder(), 'r1')
    const files = await createRunFiles(out)
    await files.close()
    disk.isFull = true
    await expect(files.summary(summaryOf(emptyReport('live'), { id: 'r1', mode: 'live', to: 'acme', startedAt: 0 }, { finishedAt: 1, waiting: 0, alreadySettled: 0, badRows: 0, alerts: [] }))).rejects.toThrow('no space')
    expect(existsSync(join(out, 'summary.json'))).toBe(false)
  })
})
