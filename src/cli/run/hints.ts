import { shellWord } from '../../base/shell.ts'
import type { DeliveryEvent, Mode } from '../../core/event.ts'
import { addDoubt, type Doubts } from '../../core/report/doubts.ts'
import { sells } from '../../core/sale.ts'
import type { RunEvent } from '../../engine/settings.ts'
import { hintOf } from '../../wire/hint.ts'
import { plural } from '../render/figures.ts'
import type { CommandFor } from '../render/command-for.ts'

export interface Hint { readonly recipient: string; readonly text: string }

/**
 * What to do about trouble that a run met: each hint once for a recipient, however many leads it is about, and of a few fields: a
 * buyer that quotes what it refuses would have one for each lead.
 * `pays`: whether a recipient buys leads; webhooks, CRMs, dialers, e-mails and files pay nothing by themselves.
 * `unusedProxy`: the variable of the environment that names a proxy which this recipient does not send through.
 */
export const createHints = (pays: (recipient: string) => boolean, mode: Mode, commandFor: CommandFor, unusedProxy: (recipient: string) => string | null = () => null) => {
  const found = new Map<string, Hint>()
  const doubts = createDoubts()
  const strange = createStrange()
  const inFull = (recipient: string, text: string): string => {
    const name = shellWord(recipient)
    const full: Readonly<Record<string, string>> = { unpause: commandFor(mode, `unpause ${name}`), parse: commandFor(null, `parse ${name} FILE`), review: commandFor(mode, 'review list'), status: commandFor(mode, 'status') }
    return text.replace(/`finalmile (\w+)`/g, (as, command: string) => (full[command] === undefined ? as : `\`${full[command]}\``))
  }
  const add = (recipient: string, text: string | null): void => {
    const name = `${recipient}\n${text}`
    if (text === null || found.has(name) || (aboutField(text) && [...found.values()].filter((each) => each.recipient === recipient && aboutField(each.text)).length >= MOST_FIELDS)) return
    found.set(name, { recipient, text: inFull(recipient, text) })
  }
  return {
    observe: (seen: RunEvent): void => {
      if (seen.kind === 'alert') return add(seen.recipient, seen.hint)
      if (seen.kind !== 'stored') return
      doubts.observe(seen.deliveryId, seen.event)
      strange.observe(seen.leadId, seen.event)
      if (seen.event.type !== 'attemptFinished') return
      const { verdict, recipient, httpStatus, revenue, surplus, phase } = seen.event
      if (verdict.kind === 'accepted') {
        if (revenue === null && sells(phase, verdict, surplus === true) && pays(recipient)) add(recipient, 'sales without a price count as $0.00: name Price in Response Parsing, or give the recipient a `Price`')
      } else if (verdict.kind !== 'rejected' && verdict.kind !== 'duplicate' && verdict.kind !== 'bid') {
        add(recipient, hintOf(phase, verdict, httpStatus))
        const proxy = verdict.kind === 'failed' && verdict.class === 'network' ? unusedProxy(recipient) : null
        if (proxy !== null) add(recipient, `${proxy} is set, and a recipient goes through a proxy only where its file says so: where this machine reaches others by it alone, write \`Proxy: \${${proxy}}\` under Settings`)
      }
    },
    all: (): readonly Hint[] => [...found.values(), ...strange.all().map(({ recipient, count, leadId }) => ({
      recipient, text: `none of its ${count} answers has what Success asks for, and so each counts as rejected: look at one with \`${commandFor(null, `explain ${shellWord(leadId)}`)}\`; where the buyer has changed their form, mend Response Parsing, and ask it which leads it took meanwhile`,
    })), ...[...doubts.left].map(([recipient, leads]) => ({
      recipient, text: `no answer came about ${plural(leads, 'lead')}, which it may have: ${commandFor(mode, `reconcile ${shellWord(recipient)} LIST`)} asks its own list`,
    }))],
  }
}

const MOST_FIELDS = 4
const aboutField = (text: string): boolean => text.startsWith('look at `')

/** Fewer may be what one buyer says of bad leads. */
const LEAST_STRANGE = 3
const STRANGE = /^Success does not hold \((?:it has no [^,"]+(?:, )?)+\)$/

/** Buyers of whose answers not one has what the Success rule looks at: the form of their answers may be another since yesterday. */
const createStrange = () => {
  const seen = new Map<string, { count: number; readonly leadId: string } | 'read'>()
  return {
    observe: (leadId: string, event: DeliveryEvent): void => {
      if (event.type !== 'attemptFinished' || event.phase !== 'post' || seen.get(event.recipient) === 'read') return
      const { verdict, recipient } = event
      if (verdict.kind === 'rejected' && STRANGE.test(verdict.reason ?? '')) {
        const known = seen.get(recipient)
        if (typeof known === 'object') known.count += 1
        else seen.set(recipient, { count: 1, leadId })
      } else if (verdict.kind === 'accepted' || verdict.kind === 'rejected' || verdict.kind === 'duplicate') seen.set(recipient, 'read')
    },
    all: () => [...seen].flatMap(([recipient, each]) => (each === 'read' || each.count < LEAST_STRANGE ? [] : { recipient, ...each })),
  }
}

/** How many leads settled while somebody may have them: a request was sent and no answer said what became of it. */
const createDoubts = () => {
  const open: Doubts = new Map()
  const left = new Map<string, number>()
  return {
    left,
    observe: (deliveryId: string, event: DeliveryEvent): void => {
      addDoubt(open, deliveryId, event)
      if (event.type !== 'settled') return
      for (const [recipient, leads] of open) if (leads.delete(deliveryId)) left.set(recipient, (left.get(recipient) ?? 0) + 1)
    },
  }
}
