import { createTransport } from '../../src/adapters/transport.ts'
import { createMemoryLedger } from '../world/memory-ledger.ts'
import type { DeliveryEvent } from '../../src/core/event.ts'
import type { Lead } from '../../src/core/lead.ts'
import type { Catalogue } from '../../src/definitions/recipient.ts'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import { runDeliveries } from '../../src/engine/run.ts'
import type { LeadSource, RunDeps, RunEnd, RunEvent, RunSettings } from '../../src/engine/settings.ts'
import type { Clock, Ledger, Standing, Transport } from '../../src/ports.ts'
import { compileEndpoint } from '../../src/wire/compile.ts'
import type { Endpoint } from '../../src/wire/endpoint.ts'
import type { AnyReply, OutgoingRequest } from '../../src/wire/request.ts'
import { T0 } from '../core/given.ts'
import { countLedgers } from '../world/counted-ledger.ts'
import { createFakeClock } from '../world/fake-clock.ts'
import type { FakeClock } from '../world/fake-clock.ts'

/** Recipients as YAML by id; an endpoint's text needs no `Recipient:` line. */
export const catalogueOf = (files: Readonly<Record<string, string>>): Catalogue => {
  const { catalogue, diagnostics } = loadCatalogue(Object.entries(files).map(([id, text]) => ({ path: `recipients/${id}.yaml`, text: `Recipient: ${id}\n${text}` })), {})
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map((each) => `${each.file}:${each.line}:${each.col} ${each.message}`).join('\n'))
  return catalogue
}

export const endpointsOf = (catalogue: Catalogue): ReadonlyMap<string, Endpoint> => {
  const endpoints = new Map<string, Endpoint>()
  for (const [id, each] of catalogue.recipients) {
    if (each.kind !== 'endpoint') continue
    const { endpoint, diagnostics } = compileEndpoint(each.definition)
    if (!endpoint) throw new Error(diagnostics.map((one) => one.message).join('\n'))
    endpoints.set(id, endpoint)
  }
  return endpoints
}

/** An endpoint that answers as test/world buyers do. */
export const endpointYaml = (url: string, more = ''): string => `Settings:
  Endpoint: ${url}/leads
Field Mapping:
  leadId: {{lead.id}}
  email: {{lead.email}}
Response Parsing:
  Success: status = "accepted"
  Duplicate: status = "duplicate"
  Lead ID: leadId
  Price: price
  Message: message
${more}`

export const someLeads = (count: number, from = 1): readonly Lead[] =>
  Array.from({ length: count }, (_, i) => ({ id: `L${from + i}`, fields: { id: `L${from + i}`, email: `lead${from + i}@example.com` } }))

export interface World {
  readonly ledger: Ledger
  readonly clock: FakeClock
  readonly seen: readonly RunEvent[]
  readonly stop: AbortController
  /** Runs to the end, the clock moving on by itself whenever everybody waits for it. */
  run(to: string | null, leads: readonly Lead[] | LeadSource | null, more?: Partial<RunSettings>): Promise<RunEnd>
  standing(leadId: string): Promise<Standing | undefined>
  events(leadId: string): Promise<readonly DeliveryEvent[]>
}

/** What went over the wire: what was sent, and what came of it. */
export interface Exchange { readonly request: OutgoingRequest; readonly reply: AnyReply }

export const createWorld = (files: Readonly<Record<string, string>>, ledger: Ledger = createMemoryLedger(), start = T0, exchanges: Exchange[] = []): World => {
  const catalogue = catalogueOf(files)
  const clock = createFakeClock(start)
  const seen: RunEvent[] = []
  const count = countLedgers()
  let runs = 0
  let stop = new AbortController()
  const world: World = {
    ledger, clock, seen,
    get stop() { return stop },
    run: async (to, leads, more = {}) => {
      stop = new AbortController()
      const wire = counted(createTransport({ now: clock.now }), exchanges)
      const deps: RunDeps = {
        ledger: count.of(ledger), transport: wire.transport, clock, endpoints: endpointsOf(catalogue), notify: { notify: () => Promise.resolve() },
        observe: (event) => { seen.push(event) }, signal: stop.signal,
      }
      const settings: RunSettings = {
        runId: `run${++runs}`, mode: 'live', to: to === null ? null : (catalogue.recipients.get(to) ?? null), catalogue, waitMs: 30_000, concurrency: null,
        again: false, retryFailed: false, source: {}, vars: {}, cost: null, currency: 'USD', receivedField: null, watch: false, ...more,
      }
      const source = leads instanceof Array ? (async function* () { yield { leads: leads.map((lead) => ({ lead })) } })() : leads
      const end = runDeliveries(settings, source, deps)
      try {
        const ended = await movingOn(clock, end, wire.underWay, count.underWay)
        // The process ends by itself: a timer that is left would keep it.
        if (clock.nextWake() !== null) throw new Error(`a timer outlives the run by ${(clock.nextWake() ?? 0) - clock.now()} ms`)
        return ended
      } finally {
        await wire.transport.close()
      }
    },
    standing: async (leadId) => (await ledger.ofLead(leadId)).at(-1)?.standing,
    events: async (leadId) => ((await ledger.ofLead(leadId)).at(-1)?.events ?? []).map(({ event }) => event),
  }
  return world
}

/** The transport, how many answers it owes, and what went over it. */
export const counted = (transport: Transport, exchanges: Exchange[] = []): { readonly transport: Transport; underWay(): number } => {
  let count = 0
  const send = (async (...args: Parameters<Transport['send']>) => {
    count += 1
    try {
      const reply = await transport.send(...args)
      exchanges.push({ request: args[0], reply })
      return reply
    } finally {
      count -= 1
    }
  }) as Transport['send']
  return { transport: { send, close: () => transport.close() }, underWay: () => count }
}

/** Polls of 5 ms for which the clock stands still while an answer is owed or the machine is busy; a buyer that hangs is waited for in vain. */
const PATIENCE = 20
/** The same while a store is at work, which waits for the disk; only one that a test holds up is waited for in vain. */
const STORE_PATIENCE = 400
/** A timer of 5 ms that comes later than this tells of a process with other work to do. */
const LATE_MS = 10

/** Lets real answers come, and moves the clock to the next sleeper when none comes for a while. */
export const movingOn = async (clock: FakeClock & Clock, end: Promise<RunEnd>, underWay: () => number, inStore: () => number = () => 0): Promise<RunEnd> => {
  const state = { over: false }
  const done = end.finally(() => { state.over = true })
  done.catch(() => undefined)
  for (let polls = 0; !state.over;) {
    const asked = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const busy = underWay() > 0 || performance.now() - asked > LATE_MS
    if ((inStore() > 0 || busy) && ++polls < (inStore() > 0 ? STORE_PATIENCE : PATIENCE)) continue
    polls = 0
    const wake = clock.nextWake()
    if (wake !== null) await clock.advance(Math.max(0, wake - clock.now()))
  }
  return done
}
