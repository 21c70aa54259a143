import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Passage {
  readonly url: string
  /** While it is on, nothing passes either way and no end is told; what connects is taken and not answered. Later all of it arrives. */
  swallow(on: boolean): void
  close(): Promise<void>
}

/** A network on the way to `to`, which can become a hole that swallows everything. */
export const startPassage = async (to: URL): Promise<Passage> => {
  const sockets = new Set<Socket>()
  let swallowing = false
  const pass = (from: Socket, onward: Socket): void => {
    sockets.add(from)
    from.on('error', () => undefined)
    from.on('close', () => { sockets.delete(from); onward.destroy() })
    from.on('data', (bytes) => onward.write(bytes))
    if (swallowing) from.pause()
  }
  const server = createServer((client) => {
    const host = connect(Number(to.port), to.hostname)
    pass(client, host)
    pass(host, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(to)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    swallow: (on) => {
      swallowing = on
      for (const socket of sockets) if (on) socket.pause(); else socket.resume()
    },
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}
