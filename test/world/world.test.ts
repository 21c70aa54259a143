import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startBuyer } from './buyer.ts'
import { createFakeClock } from './fake-clock.ts'
import { bookedCents, readJournal } from './journal.ts'
import { portIn } from './postgres.ts'
import { spawnBuyer } from './spawn-buyer.ts'

/** By node:http, so that the world is not judged by what it is there to judge. */
const ask = (url: string, key: string | null, body = '{}'): Promise<{ status: number; text: string } | string> =>
  new Promise((resolve) => {
    const request = http.request(url, { method: 'POST', headers: key === null ? {} : { 'Idempotency-Key': key } }, (answer) => {
      let text = ''
      answer.on('data', (part) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.on('error', (error) => resolve(error.message))
    })
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    request.end(body)
  })

describe('a scripted buyer', () => {
  it('does as its list says, then repeats the last; money is exact', async () => {
    const buyer = await startBuyer({ script: [{ do: 'accept', price: '45.10' }, { do: 'reject' }, { do: 'duplicate' }, { do: 'invalid' }, { do: 'unauthorized' }, { do: 'limit', retryAfter: '7' }, { do: 'answer', status: 503 }, { do: 'reset-after', price: '0.20' }, { do: 'accept' }] })
    const answers = []
    for (let n = 0; n < 10; n++) answers.push(await ask(buyer.url, null))
    expect(answers.map((each) => (typeof each === 'string' ? each : each.status))).toEqual([200, 200, 200, 400, 401, 429, 503, 'ECONNRESET', 200, 200])
    expect(answers[0]).toMatchObject({ text: '{"status":"accepted","leadId":"B1","price":45.10}' })
    expect(bookedCents(buyer.journal)).toBe(13_530n)
    await buyer.close()
  })

  it('knows a key again: the same answer, no second sale; without idempotency it sells again', async () => {
    for (const [idempotent, cents] of [[true, 4_500n], [false, 9_000n]] as const) {
      const buyer = await startBuyer({ idempotent, script: [{ do: 'reset-after' }, { do: 'accept' }] })
      expect(await ask(buyer.url, 'k1')).toBe('ECONNRESET')
      expect(await ask(buyer.url, 'k1')).toMatchObject({ status: 200, text: expect.stringContaining(idempotent ? '"B1"' : '"B2"') })
      expect(bookedCents(buyer.journal)).toBe(cents)
      expect(buyer.journal.map((each) => each.repeated)).toEqual([false, idempotent])
      await buyer.close()
    }
  })

  it('does not remember a refusal that was for the moment only', async () => {
    const buyer = await startBuyer({ script: [{ do: 'limit' }, { do: 'accept' }] })
    expect(await ask(buyer.url, 'k1')).toMatchObject({ status: 429 })
    expect(await ask(buyer.url, 'k1')).toMatchObject({ status: 200 })
    await buyer.close()
  })

  it('has each request in its file before it answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'journal-'))
    const buyer = await startBuyer({ journalFile: join(folder, 'journal') })
    for (let n = 1; n <= 3; n++) {
      await ask(buyer.url, `k${n}`, 'body')
      expect(readJournal(join(folder, 'journal'))).toHaveLength(n)
    }
    expect(readJournal(join(folder, 'journal'))[2]).toMatchObject({ n: 3, key: 'k3', body: 'body', booked: '45.00', act: 'accept' })
    await buyer.close()
    rmSync(folder, { recursive: true })
  })

  it('runs as a process of its own', async () => {
    const buyer = await spawnBuyer({ script: [{ do: 'accept' }, { do: 'reject' }], cycle: true })
    for (let n = 0; n < 3; n++) await ask(buyer.url, `k${n}`)
    expect(buyer.journal().map((each) => each.act)).toEqual(['accept', 'reject', 'accept'])
    await buyer.close()
  })
})

describe('the fake clock', () => {
  it('wakes sleepers in order of their times, each at its own, with what they start in between', async () => {
    const clock = createFakeClock(1_000)
    const woke: string[] = []
    const nap = async (name: string, ms: number) => {
      await clock.sleep(ms)
      woke.push(`${name}@${clock.now()}`)
    }
    void nap('b', 20)
    void nap('a', 10).then(() => nap('c', 15))
    void nap('late', 101)
    await clock.advance(100)
    expect(woke).toEqual(['a@1010', 'b@1020', 'c@1025'])
    expect([clock.now(), clock.sleeping(), clock.nextWake()]).toEqual([1_100, 1, 1_101])
  })

  it('set back while time is passed, it passes what is left of it and no more', async () => {
    const clock = createFakeClock(1_000)
    void clock.sleep(10).then(() => clock.step(-500))
    await clock.advance(100)
    expect(clock.now()).toBe(600)
  })

  it('a sleep ends early when its signal says so, and nothing happens to the others', async () => {
    const clock = createFakeClock(0)
    const controller = new AbortController()
    let others = false
    void clock.sleep(50).then(() => (others = true))
    const one = clock.sleep(50, controller.signal)
    controller.abort()
    await one
    await clock.sleep(0)
    expect([clock.now(), clock.sleeping(), others]).toEqual([0, 1, false])
  })
})

it('a PostgreSQL that cannot start is told of at once, with its own words, and not waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'finalmile-world-'))
  const ready = join(folder, 'port')
  writeFileSync(ready, 'PostgreSQL did not start: spawn initdb EACCES')
  await expect(portIn(ready)).rejects.toThrow('spawn initdb EACCES')
  writeFileSync(ready, '5432')
  expect(await portIn(ready)).toBe(5432)
  rmSync(folder, { recursive: true })
})
