import { hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { Client } from 'undici'

/**
 * What the promises cost at least, without anything that decides: the same files read and written, the same two durable
 * steps in a thread of their own, the same requests, by a program that knows one mapping, one answer and no failure. Between
 * it and finalmile lies all that rules, reports and readable code cost. `node bench/floor.js URL LEADS.csv`.
 */
const SLOTS = 384
const ENOUGH = 100
const GATHER_MS = 5

const store = () => {
  const db = new DatabaseSync(join(workerData, 'store.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000')
  db.exec(`
    CREATE TABLE deliveries (n INTEGER PRIMARY KEY, lead_id TEXT NOT NULL, target TEXT NOT NULL, lead TEXT NOT NULL, received_at INTEGER NOT NULL, state INTEGER NOT NULL, settled_at INTEGER, outcome TEXT, buyer_lead_id TEXT, revenue INTEGER);
    CREATE UNIQUE INDEX deliveries_key ON deliveries (lead_id, target);
    CREATE INDEX deliveries_working ON deliveries (n) WHERE state = 0;
    CREATE TABLE log (seq INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, events TEXT NOT NULL);
    CREATE INDEX log_delivery ON log (delivery);
    CREATE TABLE sales (lead_id TEXT NOT NULL, recipient TEXT NOT NULL, PRIMARY KEY (lead_id, recipient)) WITHOUT ROWID;`)
  const had = db.prepare('SELECT recipient FROM sales WHERE lead_id = ?')
  const add = db.prepare('INSERT INTO deliveries (lead_id, target, lead, received_at, state) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING')
  const log = db.prepare('INSERT INTO log (delivery, events) VALUES (?, ?)')
  const sell = db.prepare('INSERT INTO sales VALUES (?, ?)')
  const settle = db.prepare('UPDATE deliveries SET state = 2, settled_at = ?, outcome = ?, buyer_lead_id = ?, revenue = ? WHERE n = ?')
  parentPort.on('message', (steps) => {
    if (steps === null) { db.close(); return parentPort.close() }
    db.exec('BEGIN IMMEDIATE')
    const numbers = []
    for (let i = 0; i < steps.length; i += 6) {
      const [n, leadId, at, events, lead, price] = steps.slice(i, i + 6)
      if (n === 0) {
        if (had.all(leadId).length > 0) throw new Error(`${leadId} was sold before`)
        const fresh = Number(add.run(leadId, 'bench', lead, at).lastInsertRowid)
        log.run(fresh, events)
        numbers.push(fresh)
      } else {
        sell.run(leadId, 'bench')
        settle.run(at, 'accepted', lead, price, n)
        log.run(n, events)
        numbers.push(n)
      }
    }
    db.exec('COMMIT')
    parentPort.postMessage(numbers)
  })
  parentPort.postMessage([])
}

const deliver = async (url, file) => {
  const dir = mkdtempSync(join(tmpdir(), 'finalmile-floor-'))
  const worker = new Worker(new URL(import.meta.url), { workerData: dir })
  await once(worker, 'message')
  const { origin, pathname } = new URL(url)
  const idle = Array.from({ length: 10 }, () => new Client(origin, { pipelining: 1 }))
  const clients = [...idle]
  const [ledger, results] = ['ledger.csv', 'results.csv'].map((name) => createWriteStream(join(dir, name)))
  const ready = []
  const groups = []
  let [steps, gathered, timer, settled, free, roomFor] = [[], [], null, 0, SLOTS, null]
  let [ledgerText, resultText] = ['', '']

  const flush = () => {
    clearTimeout(timer)
    timer = null
    if (gathered.length === 0 || groups.length > 1) return
    worker.postMessage(steps)
    groups.push(gathered)
    steps = []
    gathered = []
  }
  const append = (slot, leadId, at, events, text, price) => {
    steps.push(slot.n, leadId, at, JSON.stringify(events), text, price)
    gathered.push(slot)
    if (gathered.length >= ENOUGH) flush()
    else timer ??= setTimeout(flush, GATHER_MS)
  }
  const settle = ({ lead, key, buyerLeadId, at, ms }) => {
    ledgerText += `${++settled},${new Date(at).toISOString()},run,${lead.id},/,bench,post,1,${key},live,200,accepted,,,${buyerLeadId},45.00,USD,${ms}\n`
    resultText += `${lead.id},accepted,bench,${buyerLeadId},45.00,0.00,45.00,USD,1,,${new Date(at).toISOString()}\n`
    if (ledgerText.length > 32_768) {
      ledger.write(ledgerText)
      results.write(resultText)
      ledgerText = resultText = ''
    }
    free += 1
  }
  const send = (client, slot) => {
    const began = Date.now()
    let text = ''
    client.dispatch({ method: 'POST', path: pathname, headers: ['content-type', 'application/json', 'authorization', 'Bearer token-of-the-bench', 'idempotency-key', slot.key], body: slot.body }, {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData(_, chunk) { text += chunk.latin1Slice() },
      onResponseError(_, error) { throw error },
      onResponseEnd() {
        setImmediate(() => { idle.push(client); pump() })
        const { leadId, price } = JSON.parse(text)
        const at = Date.now()
        const revenue = { amount: Math.round(price * 10_000), currency: 'USD' }
        Object.assign(slot, { buyerLeadId: leadId, at, ms: at - began })
        append(slot, slot.lead.id, at, [
          { type: 'attemptFinished', at, path: '/', recipient: 'bench', phase: 'post', attempt: 1, key: slot.key, verdict: { kind: 'accepted', reason: null, buyerLeadId: leadId, price: revenue }, revenue, httpStatus: 200, durationMs: at - began },
          { type: 'settled', at, outcome: { kind: 'accepted', path: '/', recipient: 'bench', reason: null, buyerLeadId: leadId, revenue, class: null }, cost: null, attempts: 1 },
        ], leadId, revenue.amount)
      },
    })
  }
  const pump = () => { while (idle.length > 0 && ready.length > 0) send(idle.pop(), ready.shift()) }
  worker.on('message', (numbers) => {
    groups.shift().forEach((slot, i) => {
      if (slot.n !== 0) return settle(slot)
      slot.n = numbers[i]
      ready.push(slot)
    })
    if (gathered.length >= ENOUGH || timer === null) flush()
    pump()
    if (free > 0) roomFor?.()
  })

  let columns = null
  let leads = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (columns === null) { columns = line.split(','); continue }
    leads += 1
    if (free === 0) await new Promise((resolve) => { roomFor = resolve })
    free -= 1
    const cells = line.split(',')
    const lead = {}
    columns.forEach((column, i) => { lead[column] = cells[i] })
    const body = JSON.stringify({ firstName: lead.first_name, lastName: lead.last_name, email: lead.email, phoneNumber: lead.phone_1, stateCode: lead.state, address: { city: lead.city, zip: lead.postal_code }, score: Number(lead.score), submitted: lead.timestamp.slice(0, 10), leadId: lead.id })
    const key = hash('sha256', `live bench ${lead.id} 1 post`, 'base64url').slice(0, 22)
    const at = Date.now()
    append({ n: 0, lead, body, key }, lead.id, at, [
      { type: 'received', at, receivedAt: at, planHash: 'cee9c2771c0bb1fa', cost: null },
      { type: 'attemptStarted', at, path: '/', recipient: 'bench', phase: 'post', attempt: 1, key, requestHash: hash('sha256', body), version: null },
    ], JSON.stringify(lead), null)
  }
  while (free < SLOTS) await new Promise((resolve) => { roomFor = resolve })
  ledger.end(ledgerText)
  results.end(resultText)
  worker.postMessage(null)
  await Promise.all([once(worker, 'exit'), once(ledger, 'close'), once(results, 'close'), ...clients.map((each) => each.close())])
  rmSync(dir, { recursive: true })
  if (settled !== leads) throw new Error(`${settled} of ${leads} settled`)
}

if (isMainThread) await deliver(process.argv[2], process.argv[3])
else store()
