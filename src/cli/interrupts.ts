import { EXIT } from './exit.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Signals that come together are one: a terminal that closes, `timeout` and systemd tell a whole group of processes, and
 * shells, npx and our own starter pass on what they were told. Nobody presses Ctrl-C twice in this time.
 */
const TOGETHER_MS = 250

/** Ctrl-C and `kill`: the first time we stop taking leads and let what is on the wire end; the second time we go at once, with a last word. */
export const watchInterrupts = (told: (signal: string) => void, leaving: () => void = () => undefined) => {
  const controller = new AbortController()
  let firstAt = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      controller.abort()
      told(signal)
    } else if (performance.now() - firstAt > TOGETHER_MS) {
      leaving()
      process.exit(EXIT.interrupted)
    }
  }
  for (const each of SIGNALS) process.on(each, onSignal)
  return { signal: controller.signal, release: (): void => { for (const each of SIGNALS) process.off(each, onSignal) } }
}
