import type { Socket } from 'node:net'

/**
 * Takes `100 Continue` out of what a socket reads. A client must bear one that it did not ask for (RFC 9110, 15.2), and old
 * servers send it before every answer to a POST; undici takes it for a broken answer (client-h1.js, `bad response`), which
 * would leave each sale in doubt.
 */
export const withoutContinue = (socket: Socket): Socket => {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk = read(size)
      if (chunk === null || !isContinue(chunk)) return chunk
      const end = chunk.indexOf('\r\n\r\n')
      if (end < 0) return chunk
      if (end + 4 < chunk.length) return chunk.subarray(end + 4)
    }
  }
  return socket
}

/** `HTTP/1.1 100 …`, from the ninth byte on: looked at in each chunk that is read. */
const isContinue = (chunk: Buffer): boolean =>
  chunk.length > 12 && chunk[8] === SPACE && chunk[9] === ONE && chunk[10] === ZERO && chunk[11] === ZERO && chunk.toString('latin1', 0, 8) === 'HTTP/1.1'

const SPACE = 0x20
const ZERO = 0x30
const ONE = 0x31
