import type { Socket } from 'node:net'
import { ConnectFault } from './faults.ts'
import { basicOf } from './target.ts'

/** A proxy as `Settings: Proxy` names it. */
export interface Proxy {
  readonly hostname: string
  readonly port: number
  readonly secure: boolean
  /** Value of Proxy-Authorization; null for none. */
  readonly credentials: string | null
}

/** Null where the text is no http(s) URL. */
export const parseProxy = (text: string): Proxy | null => {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  const secure = url.protocol === 'https:'
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 443 : 80),
    secure,
    credentials: basicOf(url),
  }
}

/** Asks the proxy for a tunnel (RFC 9110, 9.3.6) and resolves when it stands; rejects with a ConnectFault of `proxy`. */
export const openTunnel = (socket: Socket, authority: string, credentials: string | null): Promise<void> =>
  new Promise((resolve, reject) => {
    let head = ''
    const stop = () => socket.off('data', onData).off('end', onEnd).off('error', onError)
    const fail = (words: string) => {
      stop()
      reject(new ConnectFault('proxy', `the proxy gave no tunnel to ${authority}: ${words}`))
    }
    const onError = (error: Error) => fail(error.message)
    const onEnd = () => fail('it closed the connection')
    const onData = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return head.length > MOST_HEAD ? fail('its answer has no end') : undefined
      const [line = ''] = head.split('\r\n', 1)
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1]
      if (!status?.startsWith('2')) return fail(status === undefined ? 'its answer is no HTTP' : line.slice(9))
      if (head.length > end + 4) return fail('it sent more than its answer')
      stop()
      socket.pause()
      resolve()
    }
    socket.on('data', onData).on('end', onEnd).on('error', onError)
    const authorization = credentials === null ? '' : `Proxy-Authorization: ${credentials}\r\n`
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`)
  })

const MOST_HEAD = 16_384
