import { shellWord } from '../base/shell.ts'
import type { DeliveryEvent, Mode } from '../core/event.ts'
import type { RunEvent } from '../engine/settings.ts'
import { hintOf } from '../wire/hint.ts'
import { plural } from './render/figures.ts'
import type { Told } from './render/told.ts'

export interface Hint { readonly recipient: string; readonly text: string }

/**
 * What to do about trouble that a run met: each hint once for a recipient, however many leads it is about, and of a few fields: a
 * buyer that quotes what it refuses would have one for each lead.
 * `pays`: whether a recipient buys leads; webhooks, CRMs, dialers, e-mails and files pay nothing by themselves.
 */
export const createHints = (pays: (recipient: string) => boolean, mode: Mode, told: Told) => {
  const found = new Map<string, Hint>()
  const doubts = createDoubts()
  const add = (recipient: string, text: string | null): void => {
    const name = `${recipient}\n${text}`
    if (text === null || found.has(name) || (aboutField(text) && [...found.values()].filter((each) => each.recipient === recipient && aboutField(each.text)).length >= MOST_FIELDS)) return
    found.set(name, { recipient, text })
  }
  return {
    observe: (seen: RunEvent): void => {
      if (seen.kind === 'alert') return add(seen.recipient, seen.hint)
      if (seen.kind !== 'stored') return
      doubts.observe(seen.deliveryId, seen.event)
      if (seen.event.type !== 'attemptFinished') return
      const { verdict, recipient, httpStatus, revenue, surplus, phase } = seen.event
      if (verdict.kind === 'accepted') {
        if (revenue === null && surplus !== true && phase === 'post' && pays(recipient)) add(recipient, 'sales without a price count as $0.00: name Price in Response Parsing, or give the recipient a `Price`')
      } else if (verdict.kind !== 'rejected' && verdict.kind !== 'duplicate' && verdict.kind !== 'bid') add(recipient, hintOf(phase, verdict, httpStatus))
    },
    all: (): readonly Hint[] => [...found.values(), ...[...doubts.left].map(([recipient, leads]) => ({
      recipient, text: `no answer came about ${plural(leads, 'lead')}, which it may have: ${told(mode, `reconcile ${shellWord(recipient)} LIST`)} asks its own list`,
    }))],
  }
}

const MOST_FIELDS = 4
const aboutField = (text: string): boolean => text.startsWith('look at `')

/** Who may have leads that settled without its answer; a failure after a doubt does not say that the first was not processed. */
const createDoubts = () => {
  const open = new Map<string, Set<string>>()
  const left = new Map<string, number>()
  return {
    left,
    observe: (deliveryId: string, event: DeliveryEvent): void => {
      if (event.type === 'attemptFinished' && event.phase === 'post') {
        if (event.verdict.kind === 'unknown') open.set(deliveryId, (open.get(deliveryId) ?? new Set<string>()).add(event.recipient))
        else if (event.verdict.kind !== 'failed') open.get(deliveryId)?.delete(event.recipient)
      }
      if (event.type !== 'settled') return
      for (const each of open.get(deliveryId) ?? []) left.set(each, (left.get(each) ?? 0) + 1)
      open.delete(deliveryId)
    },
  }
}
