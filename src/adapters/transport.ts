import type { SendSettings, Transport } from '../ports.ts'
import type { AnyReply, EmailRequest, FileRequest, HttpRequest, OutgoingRequest, Reply } from '../wire/request.ts'
import { createHttpTransport, type HttpTransportOptions } from './http/transport.ts'
import { timed } from './said.ts'
import { createTurns } from './turns.ts'

/**
 * Sends every kind of request. HTTP goes straight through; what e-mail and SFTP need is loaded when the first such
 * request comes, so that nobody else waits for it.
 */
export const createTransport = (options: HttpTransportOptions = {}): Transport => {
  const http = createHttpTransport(options)
  const now = options.now ?? Date.now
  const inTurn = createTurns()
  const underWay = new Set<Promise<AnyReply>>()
  let closed = false

  const handOver = async (request: EmailRequest | FileRequest, settings: SendSettings): Promise<AnyReply> => {
    if (request.rehearsal !== null) return rehearsed(request, now())
    switch (request.kind) {
      case 'email': {
        const { sendEmail } = await import('./email/transport.ts')
        return inTurn(request.url, settings.connections, () => timed(() => sendEmail(request, settings), now))
      }
      case 'sftp': {
        const { putFile } = await import('./sftp/transport.ts')
        // OpenSSH refuses some of more than ten connections that have not signed in yet.
        return inTurn(request.sftp?.server.host ?? '', Math.min(settings.connections, MOST_SFTP), () => timed(() => putFile(request, settings), now))
      }
      case 'file': {
        const { writeFile } = await import('./file/transport.ts')
        return inTurn('files', settings.connections, () => timed(() => writeFile(request), now))
      }
    }
  }

  function send(request: HttpRequest, settings: SendSettings, signal?: AbortSignal): Promise<Reply>
  function send(request: OutgoingRequest, settings: SendSettings, signal?: AbortSignal): Promise<AnyReply>
  function send(request: OutgoingRequest, settings: SendSettings, signal?: AbortSignal): Promise<AnyReply> {
    if ('compression' in request) return http.send(request, settings, signal)
    if (closed || signal?.aborted) return Promise.resolve({ kind: 'fault', fault: 'stopped', message: 'stopped before it was sent', durationMs: 0, at: now() })
    const job = handOver(request, settings)
    underWay.add(job)
    return job.finally(() => underWay.delete(job))
  }

  return {
    send,
    close: async () => {
      closed = true
      await Promise.allSettled([...underWay])
      await http.close()
    },
  }
}

const MOST_SFTP = 5

/** Test mode: the message or file was made by the live rules, and goes nowhere. */
const rehearsed = (request: EmailRequest | FileRequest, at: number): AnyReply =>
  request.rehearsal === 'failure'
    ? { kind: 'refused', why: 'never', message: 'test mode: a simulated failure, nothing was sent', durationMs: 0, at }
    : { kind: 'handed-over', to: request.kind, words: '', rehearsal: true, durationMs: 0, at }
