import Client from 'undici/lib/dispatcher/client.js'
import { LONGEST_TIMER } from '../../base/time.ts'
import type { TransportSettings } from '../../definitions/transport-settings.ts'
import { refusalOfHost } from './addresses.ts'
import { createConnector } from './connect.ts'
import { type Job, Line, type Outcome, stop } from './line.ts'
import { parseProxy, type Proxy } from './proxy.ts'
import type { Round } from './round.ts'
import type { Target } from './target.ts'

export type Origin = ReturnType<typeof createOrigin>

/**
 * All connections to one origin under the same settings, and the requests that wait for one.
 * Takes a warm connection where one is free (the one used last, so that the others may go idle and close), opens another
 * while there are fewer than `connections`, and else lets the request wait in order.
 */
export const createOrigin = (target: Target, settings: TransportSettings, mayBePrivate: boolean, round: Round<Outcome>) => {
  const proxy = settings.proxy === null ? null : parseProxy(settings.proxy)
  const most = Math.max(1, settings.connections)
  const connect = createConnector({ connectTimeoutMs: Math.min(settings.connectTimeoutMs, LONGEST_TIMER), tls: settings.tls, proxy, mayBePrivate })
  const lines: Line[] = []
  const idle: Line[] = []
  let waiting: Job[] = []
  /** Jobs before this index are gone; the array is cut now and then, so that taking one costs nothing. */
  let head = 0

  const next = (): Job | undefined => {
    while (head < waiting.length) {
      const job = waiting[head++]
      if (head > 1_024 && head * 2 > waiting.length) {
        waiting = waiting.slice(head)
        head = 0
      }
      if (job && !job.settled) return job
    }
    waiting.length = 0
    head = 0
    return undefined
  }
  let freed: Line[] = []
  const free = (line: Line): void => { if (freed.push(line) === 1) round.write(reuse) }
  const reuse = (): void => {
    const lines = freed
    freed = []
    for (const line of lines) {
      const job = next()
      if (job) line.run(job)
      else idle.push(line)
    }
  }
  const open = (): Line => {
    const line = new Line(new Client(target.origin, { ...clientOptions(settings), connect }), free)
    lines.push(line)
    return line
  }

  return {
    /** Why nothing may be sent there at all, as a fault; null where it may. */
    refusal: refusalOf(target, settings, mayBePrivate, proxy),
    proxy,
    matches: (other: TransportSettings, privately: boolean): boolean =>
      privately === mayBePrivate && other.connections === settings.connections && other.connectTimeoutMs === settings.connectTimeoutMs &&
      other.keepAliveMs === settings.keepAliveMs && other.proxy === settings.proxy && sameTls(other.tls, settings.tls),
    send: (job: Job): void => {
      const line = idle.pop() ?? (lines.length < most ? open() : undefined)
      if (line) line.run(job)
      else waiting.push(job)
    },
    /** Gives up every request whose time is over. */
    expire: (now: number): void => {
      for (const line of lines) line.expire(now)
    },
    /** Nothing is on the wire and nothing waits. */
    isIdle: (): boolean => idle.length + freed.length === lines.length && head >= waiting.length,
    /** Stops what waits, or also what is on the wire. */
    stop: (which: 'waiting' | 'all'): void => {
      for (const job of waiting.splice(head)) stop(job)
      if (which === 'all') for (const line of lines) line.stop()
    },
    close: async (): Promise<void> => {
      await Promise.all(lines.map((each) => each.destroy()))
    },
  }
}

/** undici's own timers are off: one clock of ours watches the whole answer, which a slow drip would otherwise outlive. */
const clientOptions = ({ keepAliveMs }: TransportSettings) => ({
  pipelining: keepAliveMs > 0 ? 1 : 0,
  headersTimeout: 0,
  bodyTimeout: 0,
  maxHeaderSize: 65_536,
  allowH2: false,
  ...(keepAliveMs > 0 ? { keepAliveTimeout: Math.min(keepAliveMs, LONGEST_TIMER), keepAliveMaxTimeout: Math.min(keepAliveMs, LONGEST_TIMER) } : {}),
  // What a server says of its own keep-alive is believed, less a second: a POST on a dying connection is in doubt.
  keepAliveTimeoutThreshold: 1_000,
})

const refusalOf = (target: Target, settings: TransportSettings, mayBePrivate: boolean, proxy: Proxy | null): { readonly fault: 'blocked' | 'invalid-request'; readonly message: string } | null => {
  if (settings.proxy !== null && !proxy) return { fault: 'invalid-request', message: 'the proxy is no http or https URL' }
  const refusal = mayBePrivate ? null : refusalOfHost(target.hostname)
  return refusal === null ? null : { fault: 'blocked', message: refusal }
}

const sameTls = (one: TransportSettings['tls'], other: TransportSettings['tls']): boolean =>
  one === other || (one !== null && other !== null && one.ca === other.ca && one.certificate === other.certificate && one.key === other.key)
