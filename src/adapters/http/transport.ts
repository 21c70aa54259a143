import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import type { HttpRequest, Reply, AnswerReply, FaultReply } from '../../wire/request.ts'
import { decode } from './content.ts'
import { type Job, type Outcome, stop } from './line.ts'
import { createOrigin, type Origin } from './origin.ts'
import { followed } from './redirect.ts'
import { createRound } from './round.ts'
import { createTargetReader, type Target } from './target.ts'
import type { SendSettings } from '../../ports.ts'

export interface HttpTransportOptions {
  /** When an answer came, as replies say it. Durations are measured by a clock of their own. */
  readonly now?: () => number
  /** How long `close` lets requests on the wire finish. */
  readonly closeGraceMs?: number
}

/** Sends over HTTP/1.1 with undici: a client a connection, no retries, every trouble a Reply. */
export const createHttpTransport = (options: HttpTransportOptions = {}) => {
  const now = options.now ?? Date.now
  const readTarget = createTargetReader()
  const origins = new Map<string, Origin[]>()
  const round = createRound<Outcome>()
  const stoppers = new WeakMap<AbortSignal, Set<Job>>()
  let closed = false
  let unsettled = 0
  let whenQuiet: (() => void) | null = null
  let ticking: NodeJS.Timeout | null = null

  const fault = (kind: FaultReply['fault'], message: string): Reply => ({ kind: 'fault', fault: kind, message, durationMs: 0, at: now() })

  const expire = (time: number): void => {
    for (const list of origins.values()) for (const origin of list) origin.expire(time)
    if (unsettled > 0 || !ticking) return
    clearInterval(ticking)
    ticking = null
  }
  /** Judged only after the sockets were read: an answer that lay there while this process was busy has come in time. */
  const tick = (): void => void setImmediate(expire, performance.now())

  const originFor = (target: Target, settings: SendSettings, mayBePrivate: boolean): Origin => {
    const list = origins.get(target.origin)
    if (list) for (const origin of list) if (origin.matches(settings, mayBePrivate)) return origin
    const origin = createOrigin(target, settings, mayBePrivate, round)
    if (list) list.push(origin)
    else {
      if (origins.size >= MOST_ORIGINS) forgetIdle(origins)
      origins.set(target.origin, [origin])
    }
    return origin
  }

  const exchange = (request: HttpRequest, body: string | Uint8Array | null, settings: SendSettings, timeoutMs: number, signal: AbortSignal | undefined): Promise<Reply> => {
    const target = readTarget(request.url)
    if (!target) return Promise.resolve(fault('invalid-request', 'the address is no http or https URL'))
    const origin = originFor(target, settings, request.mayBePrivate || settings.allowPrivateNetwork)
    if (origin.refusal) return Promise.resolve(fault(origin.refusal.fault, origin.refusal.message))
    const viaProxy = origin.proxy !== null && !target.secure
    const dispatch = {
      method: request.method,
      path: viaProxy ? target.origin + target.path : target.path,
      headers: flatHeaders(request, target, viaProxy ? (origin.proxy?.credentials ?? null) : null),
      body,
    }
    return new Promise((resolve) => {
      const answered = (outcome: Outcome): void => {
        if (--unsettled === 0) whenQuiet?.()
        if (viaProxy && outcome.kind === 'answer' && outcome.status === 407) {
          resolve({ kind: 'fault', fault: 'proxy', message: 'the proxy asks for other credentials (407)', durationMs: outcome.durationMs, at: now() })
        } else resolve(replyOf(outcome, now(), settings.maximumResponse))
      }
      const job: Job = {
        options: dispatch,
        timeoutMs,
        maximumResponse: settings.maximumResponse,
        resolve: (outcome) => {
          if (signal) stoppers.get(signal)?.delete(job)
          round.answer(answered, outcome)
        },
        line: null,
        settled: false,
        losses: 0,
      }
      if (unsettled++ === 0 && !ticking) ticking = setInterval(tick, TICK_MS).unref()
      if (signal) stopWith(signal, job)
      origin.send(job)
    })
  }

  /** One listener a signal, however many requests it may stop. */
  const stopWith = (signal: AbortSignal, job: Job): void => {
    const known = stoppers.get(signal)
    if (known) return void known.add(job)
    const jobs = new Set([job])
    stoppers.set(signal, jobs)
    signal.addEventListener('abort', () => {
      for (const each of [...jobs]) stop(each)
    }, { once: true })
  }

  const follow = async (request: HttpRequest, body: string | Uint8Array | null, settings: SendSettings, signal: AbortSignal | undefined): Promise<Reply> => {
    let spentMs = 0
    let processed = false
    let current = request
    for (let hop = 0; ; hop++) {
      const reply = await exchange(current, current.body === null ? null : body, settings, Math.max(1, settings.timeoutMs - spentMs), signal)
      spentMs += reply.durationMs
      const total: Reply = { ...reply, durationMs: spentMs }
      // After a 303 the lead was processed: what then fails to be fetched is in doubt, never unsent.
      if (total.kind === 'fault') return processed && total.fault !== 'timeout' ? { ...total, fault: total.fault === 'blocked' ? 'result-blocked' : 'reset' } : total
      const next = followed(current, total.status, total.headers['location'])
      processed ||= total.status === 303
      if (!next || hop >= MOST_REDIRECTS) return processed && !isResult(total.status) ? resultMissing(total) : total
      current = next
    }
  }

  const compressed = async (request: HttpRequest, settings: SendSettings, signal: AbortSignal | undefined): Promise<Reply> => {
    const raw = request.body ?? ''
    // Small bodies are quicker done at once than handed to a thread.
    const body = raw.length < 65_536 ? gzipSync(raw) : await gzipLater(raw)
    return settings.followRedirects ? follow(request, body, settings, signal) : exchange(request, body, settings, settings.timeoutMs, signal)
  }

  return {
    send: (request: HttpRequest, settings: SendSettings, signal?: AbortSignal): Promise<Reply> => {
      if (closed || signal?.aborted) return Promise.resolve(fault('stopped', 'stopped before it was sent'))
      if (request.compression !== null && request.body !== null) return compressed(request, settings, signal)
      return settings.followRedirects
        ? follow(request, request.body, settings, signal)
        : exchange(request, request.body, settings, settings.timeoutMs, signal)
    },
    close: async (): Promise<void> => {
      closed = true
      const all = [...origins.values()].flat()
      for (const origin of all) origin.stop('waiting')
      if (unsettled > 0) await quiet(options.closeGraceMs ?? 5_000, (done) => (whenQuiet = done))
      for (const origin of all) origin.stop('all')
      if (ticking) clearInterval(ticking)
      ticking = null
      await Promise.all(all.map((each) => each.close()))
      origins.clear()
    },
  }
}

/** The coarse clock: a request is given up this much after its time at the latest. A timer a request costs more. */
const TICK_MS = 20
const MOST_REDIRECTS = 5
/** A templated host may make a new origin with every lead. */
const MOST_ORIGINS = 256

/** What of a 303 was fetched speaks of the lead: a success, or data that was refused. All else is about the fetching. */
const isResult = (status: number): boolean => (status >= 200 && status < 300) || ABOUT_THE_DATA.has(status)
const ABOUT_THE_DATA = new Set([400, 409, 410, 413, 415, 422])

const resultMissing = ({ status, durationMs, at }: AnswerReply): Reply =>
  ({ kind: 'fault', fault: 'reset', message: `it took the request (303), and what came of it could not be fetched: status ${status}`, durationMs, at })

const gzipLater = promisify<string | Uint8Array, Buffer>(gzip)

const flatHeaders = (request: HttpRequest, target: Target, proxyCredentials: string | null): string[] => {
  const flat: string[] = []
  let authorized = target.credentials === null
  for (const [name, value] of request.headers) {
    // undici writes the length that is true.
    if (name.length === 14 && name.toLowerCase() === 'content-length') continue
    if (!authorized && name.toLowerCase() === 'authorization') authorized = true
    flat.push(name, value)
  }
  if (request.compression !== null && request.body !== null) flat.push('Content-Encoding', request.compression)
  if (!authorized && target.credentials !== null) flat.push('Authorization', target.credentials)
  if (proxyCredentials !== null) flat.push('Proxy-Authorization', proxyCredentials)
  return flat
}

const replyOf = (outcome: Outcome, at: number, limit: number): Reply | Promise<Reply> => {
  if (outcome.kind === 'fault') return { kind: 'fault', fault: outcome.fault, message: outcome.message, durationMs: outcome.durationMs, at }
  const headers: Record<string, string> = {}
  for (const name in outcome.headers) {
    const value = outcome.headers[name]
    if (value !== undefined && name !== '__proto__') headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  const { status, durationMs } = outcome
  const encoding = headers['content-encoding']
  if (encoding === undefined) return { kind: 'answer', status, headers, body: outcome.body, truncated: outcome.truncated, durationMs, at }
  const content = decode(outcome.body, encoding, limit, outcome.truncated)
  const answer = ({ body, truncated }: { body: Uint8Array; truncated: boolean }): Reply => ({ kind: 'answer', status, headers, body, truncated, durationMs, at })
  return content instanceof Promise ? content.then(answer) : answer(content)
}

/** Until `begin` reports, at most `ms`. */
const quiet = (ms: number, begin: (done: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    begin(() => {
      clearTimeout(timer)
      resolve()
    })
  })

const forgetIdle = (origins: Map<string, Origin[]>): void => {
  for (const [key, list] of origins) {
    if (!list.every((each) => each.isIdle())) continue
    origins.delete(key)
    for (const origin of list) void origin.close()
  }
}
