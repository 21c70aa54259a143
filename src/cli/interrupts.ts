import { EXIT } from './exit.ts'

/** Ctrl-C and `kill`: the first time we stop taking leads and let what is on the wire end; the second time we go at once, with a last word. */
export interface Interrupts {
  readonly signal: AbortSignal
  release(): void
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export const watchInterrupts = (told: (signal: string) => void, leaving: () => void = () => undefined): Interrupts => {
  const controller = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      leaving()
      process.exit(EXIT.interrupted)
    }
    controller.abort()
    told(signal)
  }
  for (const each of SIGNALS) process.on(each, onSignal)
  return { signal: controller.signal, release: () => { for (const each of SIGNALS) process.off(each, onSignal) } }
}
