import type { RunEvent } from '../engine/settings.ts'
import { hintOf } from '../wire/hint.ts'

export interface Hint { readonly recipient: string; readonly text: string }

/**
 * What to do about trouble that a run met: each hint once for a recipient, however many leads it is about.
 * `pays`: whether a recipient buys leads; webhooks, CRMs, dialers, e-mails and files pay nothing by themselves.
 */
export const createHints = (pays: (recipient: string) => boolean) => {
  const found = new Map<string, Hint>()
  const add = (recipient: string, text: string | null): void => {
    const name = `${recipient}\n${text}`
    if (text !== null && !found.has(name)) found.set(name, { recipient, text })
  }
  return {
    observe: (told: RunEvent): void => {
      if (told.kind === 'alert') return add(told.recipient, told.hint)
      if (told.kind !== 'stored' || told.event.type !== 'attemptFinished') return
      const { verdict, recipient, httpStatus, revenue, surplus, phase } = told.event
      if (verdict.kind === 'accepted') {
        if (revenue === null && surplus !== true && phase === 'post' && pays(recipient)) add(recipient, 'sales without a price count as $0.00: name Price in Response Parsing, or give the recipient a `Price`')
      } else if (verdict.kind !== 'rejected' && verdict.kind !== 'duplicate' && verdict.kind !== 'bid') add(recipient, hintOf(phase, verdict, httpStatus))
    },
    all: (): readonly Hint[] => [...found.values()],
  }
}
