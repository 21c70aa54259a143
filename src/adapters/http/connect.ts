import net from 'node:net'
import tls from 'node:tls'
import type { buildConnector } from 'undici'
import { anyLookup, publicLookup } from './addresses.ts'
import { withoutContinue } from './interim.ts'
import { ConnectFault, type ConnectPhase, faultOfConnect, wordsOf } from './faults.ts'
import { openTunnel, type Proxy } from './proxy.ts'
import { secureContext, type TlsSettings } from './tls.ts'

interface ConnectSettings {
  readonly connectTimeoutMs: number
  readonly tls: TlsSettings
  readonly proxy: Proxy | null
  readonly mayBePrivate: boolean
}

/**
 * Makes undici's connections: name, TCP, proxy and TLS within one time limit. Every failure is a ConnectFault, so that
 * nothing-was-sent is known and never guessed.
 */
export const createConnector = (settings: ConnectSettings): buildConnector.connector => {
  const secure = createTls(settings.tls)
  return (target, callback) => {
    const journey: Journey = { phase: 'dns', socket: null }
    let done = false
    const finish = (fault: ConnectFault | null, socket: net.Socket | null) => {
      if (done) return void socket?.destroy()
      done = true
      clearTimeout(timer)
      if (fault) {
        journey.socket?.destroy()
        callback(fault, null)
      } else if (socket) callback(null, withoutContinue(socket))
    }
    const timer = setTimeout(() => finish(lateFault(journey.phase, target.hostname, settings.connectTimeoutMs), null), settings.connectTimeoutMs)
    travel(target, settings, secure, journey).then(
      (socket) => finish(null, socket),
      (error: unknown) => finish(error instanceof ConnectFault ? error : new ConnectFault(faultOfConnect(error, journey.phase), wordsOf(error)), null),
    )
  }
}

interface Journey { phase: ConnectPhase; socket: net.Socket | null }

const travel = async (target: buildConnector.Options, settings: ConnectSettings, secure: Tls, journey: Journey): Promise<net.Socket> => {
  const isTls = target.protocol === 'https:'
  // A certificate file that cannot be read is found before anyone is called.
  const context = isTls || settings.proxy?.secure ? secure.context() : undefined
  const port = Number(target.port) || (isTls ? 443 : 80)
  const { proxy } = settings
  if (!proxy) {
    const socket = await tcp(target.hostname, port, settings.mayBePrivate, journey)
    if (!isTls) return socket
    journey.phase = 'tls'
    return secure.over(socket, target.hostname, context, journey)
  }
  journey.phase = 'proxy'
  const first = await tcp(proxy.hostname, proxy.port, true, journey)
  const way = proxy.secure ? await secure.over(first, proxy.hostname, context, journey) : first
  if (!isTls) return way
  await openTunnel(way, `${target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname}:${port}`, proxy.credentials)
  journey.phase = 'tls'
  return secure.over(way, target.hostname, context, journey)
}

const tcp = (host: string, port: number, mayBePrivate: boolean, journey: Journey): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({
      host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000,
      lookup: mayBePrivate ? anyLookup : publicLookup,
    })
    journey.socket = socket
    const found = (error: Error | null = null): void => {
      if (!error && journey.phase === 'dns') journey.phase = 'tcp'
    }
    if (net.isIP(host) !== 0) found()
    else socket.once('lookup', (error) => found(error))
    // Stays for the socket's life: an error between two owners must not end the process.
    socket.on('error', reject)
    socket.once('connect', () => resolve(socket))
  })

interface Tls {
  context(): tls.SecureContext | undefined
  over(socket: net.Socket, hostname: string, context: tls.SecureContext | undefined, journey: Journey): Promise<tls.TLSSocket>
}

/** One context and the latest session for all connections of an origin: files are read once, handshakes resumed. */
const createTls = (settings: TlsSettings): Tls => {
  let kept: tls.SecureContext | undefined
  const sessions = new Map<string, Buffer>()
  return {
    context: () => (kept ??= secureContext(settings)),
    over: (socket, hostname, context, journey) =>
      new Promise((resolve, reject) => {
        const session = sessions.get(hostname)
        const secured = tls.connect({
          socket, host: hostname, servername: net.isIP(hostname) === 0 ? hostname : '', ALPNProtocols: ['http/1.1'],
          ...(context ? { secureContext: context } : {}), ...(session ? { session } : {}),
        })
        journey.socket = secured
        secured.on('session', (fresh) => sessions.set(hostname, fresh))
        secured.on('error', reject)
        secured.once('secureConnect', () => resolve(secured))
      }),
  }
}

const lateFault = (phase: ConnectPhase, hostname: string, ms: number): ConnectFault => {
  const [fault, what] = LATE[phase]
  return new ConnectFault(fault, `${what} ${hostname} in ${ms} ms`)
}

const LATE = {
  dns: ['dns', 'no answer from the name service about'],
  tcp: ['connect-timeout', 'no connection to'],
  proxy: ['proxy', 'no connection through the proxy to'],
  tls: ['connect-timeout', 'no TLS handshake with'],
} as const
