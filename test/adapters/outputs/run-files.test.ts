import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it, vi } from 'vitest'
import { createRunFiles } from '../../../src/adapters/outputs/run-files.ts'
import { emptyReport } from '../../../src/core/report.ts'
import { summaryOf } from '../../../src/core/report/summary.ts'

const folder = () => join(mkdtempSync(join(tmpdir(), 'finalmile-out-')), 'runs', 'r1')
const summary = summaryOf(emptyReport('live'), { id: 'r1', mode: 'live', to: 'acme', startedAt: 0 }, { finishedAt: 1000, waiting: 0, alreadySettled: 0, badRows: 0, alerts: [] })

describe('run files', () => {
  it('have the headers of the contract, and no bad-rows.csv where no row is bad', async () => {
    const out = folder()
    const files = await createRunFiles(out)
    await files.summary(summary)
    await files.close()
    expect(readFileSync(join(out, 'ledger.csv'), 'utf8')).toBe('seq,at,run_id,lead_id,path,recipient,phase,attempt,idempotency_key,mode,http_status,verdict,reason,class,buyer_lead_id,revenue,currency,duration_ms\n')
    expect(readFileSync(join(out, 'results.csv'), 'utf8')).toBe('lead_id,outcome,recipient,buyer_lead_id,revenue,cost,margin,currency,attempts,reason,settled_at\n')
    expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(summary)))
    expect(readdirSync(out).sort()).toEqual(['ledger.csv', 'results.csv', 'summary.json'])
  })

  it('keep bad rows as they were, disarmed', async () => {
    const out = folder()
    const files = await createRunFiles(out)
    files.badRow({ file: 'a.csv', line: 7, reason: 'no id', raw: '=cmd,"x"\ny' })
    files.badRow({ file: 'a.csv', line: 9, reason: 'no id', raw: 'z' })
    await files.close()
    expect(parse(readFileSync(join(out, 'bad-rows.csv')))).toEqual([['file', 'line', 'reason', 'raw'], ['a.csv', '7', 'no id', `'=cmd,"x"\ny`], ['a.csv', '9', 'no id', 'z']])
  })

  it('write every row in order, under pressure too', async () => {
    const out = folder()
    const files = await createRunFiles(out)
    let waited = 0
    for (let i = 0; i < 60_000; i++) {
      files.ledger([i, 'x'.repeat(60)])
      const pressure = files.pressure()
      if (pressure) { waited++; await pressure }
    }
    await files.close()
    const lines = readFileSync(join(out, 'ledger.csv'), 'utf8').split('\n')
    expect(lines.length).toBe(60_002)
    expect(lines.slice(1, -1).every((line, i) => line.startsWith(`${i},`))).toBe(true)
    expect(waited).toBeGreaterThan(0)
  })

  it('write rows longer than a block, and characters of many bytes, unharmed', async () => {
    const out = folder()
    const files = await createRunFiles(out)
    const rows = Array.from({ length: 300 }, (_, i) => [i, i % 50 === 7 ? 'é€😀'.repeat(30_000) : '長い'.repeat(i)] as const)
    for (const row of rows) files.result(row)
    await files.close()
    expect(readFileSync(join(out, 'results.csv'), 'utf8').split('\n').slice(1, -1)).toEqual(rows.map(([i, text]) => `${i},${text}`))
  })

  it('stand on the disk a second later, for who follows them and for what a kill would take', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const out = folder()
    const lines = () => readFileSync(join(out, 'results.csv'), 'utf8').split('\n').slice(1, -1)
    const files = await createRunFiles(out)
    files.result(['first'])
    vi.advanceTimersByTime(999)
    files.result(['second'])
    expect(lines()).toEqual([])
    vi.advanceTimersByTime(1)
    vi.useRealTimers()
    await expect.poll(lines).toEqual(['first', 'second'])
    files.result(['third'])
    await files.close()
    expect(lines()).toEqual(['first', 'second', 'third'])
  })

  it('replace what an earlier run left in the folder', async () => {
    const out = folder()
    const first = await createRunFiles(out)
    first.badRow({ file: 'a', line: 1, reason: 'b', raw: 'c' })
    first.ledger(['old'])
    await first.summary(summary)
    await first.close()
    await (await createRunFiles(out)).close()
    expect(readFileSync(join(out, 'ledger.csv'), 'utf8')).not.toContain('old')
    expect(existsSync(join(out, 'bad-rows.csv'))).toBe(false)
    expect(existsSync(join(out, 'summary.json'))).toBe(false)
  })

  it('say so when the folder cannot be made', async () => {
    const out = folder()
    const file = join(mkdtempSync(join(tmpdir(), 'finalmile-out-')), 'file')
    writeFileSync(file, '')
    await expect(createRunFiles(join(file, 'x'))).rejects.toThrow(/ENOTDIR/)
    await (await createRunFiles(out)).close()
  })

  it.runIf(existsSync('/dev/full'))('a full disk is told, not swallowed', async () => {
    const { createLineFile } = await import('../../../src/adapters/outputs/line-file.ts')
    const file = await createLineFile('/dev/full')
    file.write('x'.repeat(70_000))
    await expect(file.close()).rejects.toThrow(/ENOSPC/)
  })
})
