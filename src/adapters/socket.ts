import net from 'node:net'
import type { Server } from '../wire/request.ts'
import { anyLookup, publicLookup, refusalOfHost } from './http/addresses.ts'
import { ConnectFault, faultOfConnect, wordsOf } from './http/faults.ts'

/** A TCP connection to a mail or SFTP server, by the same rules of addresses as HTTP. Rejects with a ConnectFault: nothing was sent. */
export const openSocket = ({ host, port, mayBePrivate }: Server, timeoutMs: number): Promise<net.Socket> => {
  const refusal = mayBePrivate ? null : refusalOfHost(host.includes(':') ? `[${host}]` : host)
  if (refusal !== null) return Promise.reject(new ConnectFault('blocked', refusal))
  return new Promise((resolve, reject) => {
    let resolved = net.isIP(host) !== 0
    const socket = net.connect({ host, port, lookup: mayBePrivate ? anyLookup : publicLookup })
    const fail = (fault: ConnectFault): void => { clearTimeout(timer); socket.destroy(); reject(fault) }
    const timer = setTimeout(() => fail(new ConnectFault('connect-timeout', `no connection to ${host} in ${timeoutMs} ms`)), timeoutMs)
    socket.once('lookup', (error: Error | null) => { resolved = error === null })
    socket.on('error', (error) => fail(error instanceof ConnectFault ? error : new ConnectFault(faultOfConnect(error, resolved ? 'tcp' : 'dns'), wordsOf(error))))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      // Both protocols are small questions and answers: waiting to fill packets cost an SFTP upload 0.5 s.
      socket.setNoDelay(true)
      // The next owner listens for errors; until then one must not end the process.
      socket.on('error', () => undefined)
      resolve(socket)
    })
  })
}
