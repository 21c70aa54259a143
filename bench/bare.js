import { readFileSync } from 'node:fs'
import { Pool } from 'undici'

/**
 * What a hand-written script would do: bodies ready in memory, a loop of undici's `request`, each answer read and parsed,
 * nothing recorded. At best over ten kept connections with a request always ready for each; or as it is written first, one
 * request at a time. `node bench/bare.js URL BODIES [AT-A-TIME]`.
 */
const [url = '', bodiesFile = '', atATime = '20'] = process.argv.slice(2)
const bodies = readFileSync(bodiesFile, 'utf8').trimEnd().split('\n')
const { origin, pathname } = new URL(url)
const pool = new Pool(origin, { connections: 10, pipelining: 1 })
const headers = { 'content-type': 'application/json', authorization: 'Bearer token' }

let sent = 0
let accepted = 0
const began = performance.now()
await Promise.all(Array.from({ length: Number(atATime) }, async () => {
  while (sent < bodies.length) {
    const body = bodies[sent++] ?? ''
    const answer = await pool.request({ method: 'POST', path: pathname, headers, body })
    const read = await answer.body.json()
    if (read.status === 'accepted') accepted += 1
  }
}))
const seconds = (performance.now() - began) / 1000
await pool.close()
if (accepted !== bodies.length) throw new Error(`${accepted} of ${bodies.length} accepted`)
console.log(JSON.stringify({ perSecond: bodies.length / seconds, seconds }))
