import { writeFileSync } from 'node:fs'
import net from 'node:net'

/**
 * The cheapest buyer there is, for measuring what sends to it: bare sockets, just enough HTTP/1.1 to find where requests
 * end, always accepting. `node bench/server.ts [PORT [PORT-FILE [DELAY-MS]]]`; the port is printed and written to the file.
 */
export const startBenchServer = (port = 0, delayMs = 0): Promise<net.Server> =>
  new Promise((resolve) => {
    const server = net.createServer({ noDelay: true, highWaterMark: 65_536 }, (socket) => {
      let rest = ''
      socket.setEncoding('latin1')
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk: string) => {
        const text = rest === '' ? chunk : rest + chunk
        let at = 0
        let answers = ''
        for (;;) {
          const end = requestEnd(text, at)
          if (end < 0) break
          at = end
          answers += answer()
        }
        rest = at === text.length ? '' : text.slice(at)
        if (answers !== '' && delayMs > 0) setTimeout(() => { if (socket.writable) socket.write(answers, 'latin1') }, delayMs)
        else if (answers !== '') socket.write(answers, 'latin1')
      })
    })
    server.listen(port, '127.0.0.1', () => resolve(server))
  })

let count = 0
const answer = (): string => {
  const body = `{"status":"accepted","leadId":"L${(count = (count + 1) % 10_000_000) + 10_000_000}","price":45.00}`
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

/** Where the request that begins at `from` ends; -1 while it is not whole. Knows Content-Length only. */
const requestEnd = (text: string, from: number): number => {
  const head = text.indexOf('\r\n\r\n', from)
  if (head < 0) return -1
  let length = text.indexOf('content-length: ', from)
  if (length < 0 || length > head) length = text.indexOf('Content-Length: ', from)
  const end = head + 4 + (length < 0 || length > head ? 0 : parseInt(text.slice(length + 16, length + 26), 10))
  return end <= text.length ? end : -1
}

if (import.meta.main) {
  const server = await startBenchServer(Number(process.argv[2] ?? 0), Number(process.argv[4] ?? 0))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  console.log(port)
  if (process.argv[3]) writeFileSync(process.argv[3], String(port))
}
