import net, { type AddressInfo } from 'node:net'

export interface RawBuyer {
  readonly url: string
  readonly port: number
  /** Exactly what came, a text per connection, each byte one character (latin1). */
  received(): readonly string[]
  close(): Promise<void>
}

/**
 * A buyer that is no HTTP server: keeps the very bytes, and sends `answer` each time a request's head and body have come
 * (`Content-Length` is all it knows). For what a parser would hide: header injection, exact spelling.
 */
export const startRawBuyer = async (answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'): Promise<RawBuyer> => {
  const texts: string[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    const at = texts.push('') - 1
    let rest = ''
    sockets.add(socket)
    socket.setEncoding('latin1')
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (text: string) => {
      texts[at] += text
      rest += text
      for (let end = wholeRequest(rest); end > 0; end = wholeRequest(rest)) {
        rest = rest.slice(end)
        socket.write(answer, 'latin1')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received: () => [...texts],
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}

const wholeRequest = (text: string): number => {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const length = /^content-length: (\d+)$/im.exec(text.slice(0, head).replaceAll('\r', ''))?.[1]
  const end = head + 4 + Number(length ?? 0)
  return text.length >= end ? end : 0
}
