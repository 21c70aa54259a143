import { createMasker } from '../../base/secrets.ts'
import { batchesOf } from '../../core/batch.ts'
import { deliveryIdOf } from '../../core/delivery-id.ts'
import type { Lead } from '../../core/lead.ts'
import { readReceived } from '../../core/received.ts'
import { idempotencyKeyOf } from '../../engine/identity.ts'
import type { Delivery } from '../../ports.ts'
import type { RenderInput } from '../../wire/endpoint.ts'
import type { ShownRequest } from '../../wire/request.ts'
import type { Target } from '../recipients/catalogue.ts'
import { nowOf } from '../clocks.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { modeOf, numberOf, pairsOf, textOf } from '../flags/options.ts'
import { openOrder } from '../run/order.ts'
import { rehearse, type Rehearsed } from '../run/rehearse.ts'
import { renderDiagnostic } from '../render/diagnostic.ts'
import { plural, showTime } from '../render/figures.ts'
import { namesIn } from '../render/plan-names.ts'
import { bodyText, headersOf, renderRequest } from '../render/request.ts'
import { oneLine, rowLine } from '../render/printable.ts'
import { newRunId } from '../run/run-id.ts'

/** The requests that would go out, exactly; nothing is sent and nothing is kept. */
export const run: RunCommand = async (invocation) => {
  const { options, settings, streams } = invocation
  const { opened, target, leads, checks } = await openOrder(invocation, modeOf(invocation))
  const mask = options.showSecrets === true ? (text: string) => text : createMasker(opened.catalogue.secrets)
  const limit = numberOf(options.limit) ?? Infinity
  const planner = createPlanner(invocation, target, settings.json ? jsonLine(invocation, mask) : readable(invocation, mask))
  let count = 0
  let bad = 0
  for await (const batch of leads) {
    for (const each of batch.bad) streams.err.write(`${rowLine(streams.err.paint.yellow('bad row'), each, each.reason)}\n`)
    bad += batch.bad.length
    for (const { lead } of batch.leads.slice(0, limit - count)) {
      count += 1
      planner.plan(lead)
      await streams.out.drained()
    }
    if (count >= limit) break
  }
  const unsendable = planner.end()
  if (settings.quiet) return EXIT.done
  for (const each of checks.remarks()) streams.err.write(renderDiagnostic(each, () => null, streams.err.paint))
  if (!settings.json) {
    streams.err.write(`${plural(count, 'lead')}, nothing was sent${bad > 0 ? `; ${plural(bad, 'bad row')} left out` : ''}${unsendable > 0 ? `; ${plural(unsendable, 'request')} cannot be made` : ''}\n`)
  }
  return EXIT.done
}

/** Shows what each lead would do; of what joins a batch, its request when the batch is full, or at the end. */
const createPlanner = (invocation: Invocation, { recipient: { id: to, name }, plan, policies, endpoints }: Target, show: Shown) => {
  const { options, settings } = invocation
  const mode = modeOf(invocation)
  const now = nowOf(settings)
  const runId = newRunId(now)
  const nameOf = namesIn(plan)
  const batches = new Map<string, RenderInput[]>()
  let unsendable = 0

  const cannot = (lead: Lead, text: string, requests = 1): void => {
    unsendable += requests
    show.note(lead, text)
  }

  const flush = (recipient: string, inputs: readonly RenderInput[]): void => {
    batches.delete(recipient)
    const endpoint = endpoints.get(recipient)
    if (!endpoint) return
    const fit = inputs.filter((each) => {
      const reason = endpoint.refuses?.(each) ?? null
      if (reason !== null) cannot(each.lead, `no request for ${recipient}: ${reason}`)
      return reason === null
    })
    for (const group of batchesOf(fit, (each) => endpoint.inCommon?.(each) ?? '', (each) => endpoint.keptApart?.(each) ?? null, Infinity)) {
      const [first] = group
      if (!first) continue
      const rendered = endpoint.renderBatch(group)
      if (rendered.ok) show.request(first.lead, recipient, 'post', rendered.request, group.map((each) => each.lead.id))
      else cannot(first.lead, `no batch can be made for ${recipient}: ${rendered.reason}`, group.length)
    }
  }

  const gather = (recipient: string, input: RenderInput): void => {
    show.note(input.lead, `joins a batch of ${recipient}`)
    const gathered = batches.get(recipient) ?? []
    gathered.push({ ...input, key: idempotencyKeyOf(mode, recipient, input.lead.id, 1, 'post') })
    batches.set(recipient, gathered)
    if (gathered.length >= (policies.get(recipient)?.batch?.maxLeads ?? Infinity)) flush(recipient, gathered)
  }

  return {
    plan: (lead: Lead): void => {
      show.lead(lead, name)
      const received = readReceived(lead.fields, textOf(options.received))
      const delivery: Delivery = {
        id: deliveryIdOf({ mode, to, leadId: lead.id, number: 1 }), mode, to, lead, number: 1, receivedAt: received.kind === 'said' ? received.value : now,
        source: pairsOf(options.source), vars: pairsOf(options.var), cost: null, planHash: '',
      }
      const steps = rehearse(delivery, plan, policies, endpoints, runId, now)
      const batched = steps.some((each) => each.kind === 'batched')
      for (const step of steps) {
        if (step.kind === 'batched') gather(step.send.recipient, step.input)
        else if (step.kind !== 'request') { if (step.kind !== 'ended' || !batched) show.note(lead, noteOf(step, nameOf)) }
        else if (step.rendered.ok) show.request(lead, step.send.recipient, step.send.phase, step.rendered.request, null)
        else cannot(lead, `no request for ${step.send.recipient}: ${step.rendered.reason}`)
      }
    },
    /** The batches that are not full; how many requests cannot be made. */
    end: (): number => {
      for (const [recipient, inputs] of batches) flush(recipient, inputs)
      return unsendable
    },
  }
}

interface Shown {
  lead(lead: Lead, target: string): void
  request(lead: Lead, recipient: string, phase: string, request: ShownRequest, leads: readonly string[] | null): void
  note(lead: Lead, text: string): void
}

/** The contract's lines; what stops a request goes to stderr. */
const jsonLine = ({ streams, settings }: Invocation, mask: (text: string) => string): Shown => ({
  lead: () => undefined,
  request: (lead, recipient, phase, request, leads) => {
    streams.out.write(`${JSON.stringify({
      lead: lead.id, recipient, phase, method: request.method, url: mask(request.url),
      headers: Object.fromEntries(headersOf(request).map(([name, value]) => [name, mask(value)])),
      body: maskOrNull(bodyText(request.body), mask),
      ...(leads === null ? {} : { leads }),
    })}\n`)
  },
  note: (lead, text) => { if (settings.verbose || text.startsWith('no ')) streams.err.write(`${oneLine(lead.id)}: ${oneLine(mask(text))}\n`) },
})

const maskOrNull = (text: string | null, mask: (text: string) => string): string | null => (text === null ? null : mask(text))

const readable = ({ streams }: Invocation, mask: (text: string) => string): Shown => {
  const { out } = streams
  return {
    lead: (lead, target) => out.write(`${out.paint.bold(`lead ${oneLine(lead.id)}`)} → ${target}\n\n`),
    request: (_lead, recipient, phase, request, leads) => {
      const also = leads === null ? '' : ` (batch of ${plural(leads.length, 'lead')})`
      out.write(`${out.paint.green(`▸ ${recipient}`)}${out.paint.dim(phase === 'post' ? '' : ` ${phase}`)}${also}\n${indent(renderRequest(request, mask, out.paint))}\n`)
    },
    note: (_lead, text) => out.write(`${out.paint.dim(`▹ ${oneLine(mask(text))}`)}\n\n`),
  }
}

const noteOf = (step: Rehearsed, nameOf: (path: string) => string | null): string => {
  switch (step.kind) {
    case 'passed': return `passed by ${step.recipient ?? nameOf(step.path) ?? step.path}: ${step.reason}`
    case 'waited': return `waits until ${showTime(step.until)} UTC: ${step.why}`
    case 'ended': return step.outcome === 'pooled' ? `if nobody takes it: ${step.reason ?? 'parked in a pool'}` : step.outcome === 'skipped' ? `skipped: ${step.reason ?? ''}`
      // The rehearsal has everybody fail, so that each is reached; who is asked may as well refuse.
      : `if nobody takes it: ${step.outcome === 'failed' ? 'rejected or failed, as they answer' : step.outcome}`
    default: return ''
  }
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')
