import type { Client, Dispatcher } from 'undici'
import type { Fault } from '../../wire/request.ts'
import { ConnectFault, faultOfExchange, isInvalidRequest, wordsOf } from './faults.ts'

/** What one exchange on the wire brought; `body` is as it came, not yet decompressed. */
export type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: Uint8Array; readonly truncated: boolean; readonly durationMs: number }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly message: string; readonly durationMs: number }
type Headers = Readonly<Record<string, string | string[] | undefined>>

/** One request on its way. */
export interface Job {
  readonly options: Dispatcher.DispatchOptions
  readonly timeoutMs: number
  readonly maximumResponse: number
  readonly resolve: (outcome: Outcome) => void
  /** Set while a line works on it. */
  line: Line | null
  settled: boolean
  /** Connections that died under it before anything was written. */
  losses: number
}

const settle = (job: Job, outcome: Outcome): void => {
  if (job.settled) return
  job.settled = true
  job.resolve(outcome)
}

/** Gives up a job that a person or a shutdown stopped; whether it may have reached the buyer is kept in the fault. */
export const stop = (job: Job): void => {
  if (job.line) job.line.stop()
  else settle(job, { kind: 'fault', fault: 'stopped', message: 'stopped before it was sent', durationMs: 0 })
}

/**
 * One connection: an undici Client of its own and the request that it works on (measured: a Pool costs 5 to 24% more).
 * The line is its own dispatch handler, so that a request makes no closures. Time counts from the writing of the request.
 */
export class Line implements Dispatcher.DispatchHandler {
  readonly #client: Client
  readonly #free: (line: Line) => void
  #job: Job | null = null
  #controller: Dispatcher.DispatchController | null = null
  #begunAt = 0
  #deadline = Infinity
  #status = 0
  #headers: Headers = {}
  #first: Uint8Array | null = null
  #rest: Uint8Array[] | null = null
  #size = 0

  constructor(client: Client, free: (line: Line) => void) {
    this.#client = client
    this.#free = free
  }

  run(job: Job): void {
    this.#job = job
    job.line = this
    this.#controller = null
    this.#deadline = Infinity
    this.#status = 0
    this.#first = null
    this.#rest = null
    this.#size = 0
    this.#begunAt = performance.now()
    this.#client.dispatch(job.options, this)
  }

  /** Whole milliseconds since the request went to the wire; before that, since its connection was begun. */
  #elapsed(): number {
    return Math.round(performance.now() - this.#begunAt)
  }

  expire(now: number): void {
    if (now < this.#deadline || !this.#job) return
    const what = this.#status === 0 ? 'no answer' : 'no whole answer'
    this.#abandon('timeout', `${what} in ${this.#job.timeoutMs} ms`)
  }

  stop(): void {
    if (this.#controller) this.#abandon('abandoned', 'stopped before the answer came')
    else this.#abandon('stopped', 'stopped before it was sent')
  }

  destroy(): Promise<void> {
    return this.#client.destroy()
  }

  #abandon(fault: Fault, message: string): void {
    if (this.#job) settle(this.#job, { kind: 'fault', fault, message, durationMs: this.#elapsed() })
    this.#controller?.abort(new Error(message))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#job || this.#job.settled) return controller.abort(new Error('stopped'))
    this.#controller = controller
    this.#begunAt = performance.now()
    this.#deadline = this.#begunAt + this.#job.timeoutMs
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // 102 and 103 only announce the answer.
    if (status < 200) return
    this.#status = status
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const job = this.#job
    if (!job || job.settled) return
    const room = job.maximumResponse - this.#size
    this.#size += chunk.length
    const part = chunk.length > room ? chunk.subarray(0, room) : chunk
    if (this.#first === null) this.#first = part
    else (this.#rest ??= [this.#first]).push(part)
    if (chunk.length <= room) return
    this.#answer(job, true)
    controller.abort(new Error('the answer is longer than Maximum Response'))
  }

  onResponseEnd(): void {
    if (this.#job) this.#answer(this.#job, false)
    this.#release()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const job = this.#job
    const begun = this.#controller !== null
    if (job && !job.settled) {
      // An idle connection died as it was taken up. Nothing was written: another one may do it.
      if (!begun && isLoss(error) && ++job.losses < MOST_LOSSES) return void setImmediate(() => (job.settled ? this.#release() : this.run(job)))
      settle(job, { kind: 'fault', fault: begun ? faultOfExchange(error, this.#status !== 0) : faultUnsent(error), message: wordsOf(error), durationMs: this.#elapsed() })
    }
    // Later: undici is in the midst of taking this connection down.
    setImmediate(() => this.#release())
  }

  #answer(job: Job, truncated: boolean): void {
    const body = this.#rest ? Buffer.concat(this.#rest) : (this.#first ?? EMPTY)
    settle(job, { kind: 'answer', status: this.#status, headers: this.#headers, body, truncated, durationMs: this.#elapsed() })
  }

  #release(): void {
    if (this.#job) this.#job.line = null
    this.#job = null
    this.#controller = null
    this.#deadline = Infinity
    this.#free(this)
  }
}

const EMPTY = new Uint8Array(0)
const MOST_LOSSES = 3

const isLoss = (error: Error): boolean => !(error instanceof ConnectFault) && !isInvalidRequest(error) && error.name !== 'ClientDestroyedError'

const faultUnsent = (error: Error): Fault =>
  error instanceof ConnectFault ? error.fault : isInvalidRequest(error) ? 'invalid-request' : 'unreachable'
