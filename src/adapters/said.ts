import type { AnyReply, FaultReply, HandoverReply } from '../wire/request.ts'

type Untimed<T> = T extends unknown ? Omit<T, 'durationMs' | 'at'> : never
/** What a mail or file server, or a folder, said: a reply without its times. */
export type Said = Untimed<HandoverReply> | Untimed<FaultReply>

/** With how long it took and when it came. */
export const timed = async (handOver: () => Promise<Said>, now: () => number): Promise<AnyReply> => {
  const startedAt = performance.now()
  const said = await handOver()
  return { ...said, durationMs: Math.round(performance.now() - startedAt), at: now() }
}
