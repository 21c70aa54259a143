import { startBuyer, type Script } from '../world/buyer.ts'
import { certPath } from '../world/certs.ts'
import { startProxy } from '../world/proxy.ts'
import type { Stage } from './servers.ts'
import { exchangeOf, LEAD, play, tableOf, type Scene } from './transcript.ts'

const yaml = (url: string, more = ''): string => `Settings:
  Endpoint: ${url}/leads
Auth: Bearer token-of-ours
Field Mapping:
  leadId: {{lead.id}}
  name: {{lead.first_name}} {{lead.last_name}}
  phone: {{format lead.phone_1 "###-###-####"}}
Response Parsing:
  Success: status = "accepted"
  Duplicate: status = "duplicate"
  Lead ID: leadId
  Price: price
  Message: message
${more}`

const QUICK = 'Timeout: 60ms\n'

/** Custom Integration: every class of the contract, and a batch. */
export const custom = async (stage: Stage): Promise<Readonly<Record<string, string>>> => {
  const buyer = async (script: Script, more = ''): Promise<string> => yaml((await stage.open(startBuyer({ script }))).url, more)
  const of = async (title: string, script: Script, more = ''): Promise<Scene> => ({ title, files: { r: await buyer(script, more) } })
  const answers = (status: number, body: string, headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' }): Script => ({ do: 'answer', status, body, headers })
  const expired = await stage.open(startBuyer({ tls: 'expired' }))
  const secure = await stage.open(startBuyer({ tls: 'server', wantsClientCertificate: true }))
  const tls = `TLS:\n  CA: ${certPath('ca.pem')}\n  Certificate: ${certPath('client.pem')}\n  Key: ${certPath('client-key.pem')}\n`
  const gate = await stage.open(startProxy({ does: 'refuse' }))
  const other = await buyer({ do: 'accept' })
  const batch = await stage.open(startBuyer({
    script: ({ body }) => answers(200, JSON.stringify({ results: (JSON.parse(body) as { leadId: string }[]).slice(0, 2).map(({ leadId }, i) => (i === 1 ? { leadId, status: 'rejected', message: 'outside our area' } : { leadId, id: `B-${leadId}`, status: 'accepted', price: '9.50' })) })) as Extract<Script, { do: string }>,
  }))
  const batchYaml = `Settings:
  Endpoint: ${batch.url}/bulk
Batch: {Accumulate: 3 leads or 5 minutes, Format: JSON array, Results: results, Match: leadId = lead.id}
Field Mapping:
  leadId: {{lead.id}}
Response Parsing: {Success: status = "accepted", Lead ID: id, Price: price, Message: message}
`
  const three = [1, 2, 3].map((n) => ({ ...LEAD, id: `L${n}`, fields: { ...LEAD.fields, id: `L${n}` } }))
  const scenes: readonly Scene[] = [
    await of('accepts', { do: 'accept' }),
    { title: 'accepts, over TLS with a private authority and our certificate', files: { r: yaml(secure.url, tls) } },
    await of('rejects', { do: 'reject', message: 'not in our territory' }),
    await of('knows the lead', { do: 'duplicate' }),
    await of('409', answers(409, '{"message":"received before"}')),
    await of('400', { do: 'invalid' }),
    await of('401', { do: 'unauthorized' }),
    await of('429 twice, `Retry-After: 2`', [{ do: 'limit', retryAfter: '2' }, { do: 'limit', retryAfter: '2' }, { do: 'accept' }]),
    await of('503 three times, then accepts', [{ do: 'answer', status: 503 }, { do: 'answer', status: 503 }, { do: 'answer', status: 503 }, { do: 'accept' }]),
    await of('503 for good', { do: 'answer', status: 503 }),
    { title: 'nobody listens', files: { r: yaml('http://127.0.0.1:9') } },
    { title: 'its certificate has expired', files: { r: yaml(expired.url, `TLS:\n  CA: ${certPath('ca.pem')}\n`) } },
    { title: 'the proxy refuses', files: { r: yaml('https://127.0.0.1:9', `Proxy: ${gate.url}\n`) } },
    await of('no answer in time, then an answer', [{ do: 'hang' }, { do: 'accept' }], 'Timeout: 500ms\n'),
    await of('never an answer', { do: 'hang' }, QUICK),
    await of('the connection breaks after it booked', [{ do: 'reset-after' }, { do: 'accept' }]),
    await of('a redirect', answers(302, '', { location: 'https://elsewhere.example/' })),
    await of('200 and a maintenance page', answers(200, '<html><body>Back soon</body></html>', { 'content-type': 'text/html' })),
    await of('accepts without a lead id', answers(200, '{"status":"accepted","price":"45.00"}')),
    await of('what comes back is no HTTP', { do: 'garbage' }, 'Retries: none\n'),
    { title: 'a name that leads into a private network', files: { r: yaml('http://localtest.invalid').replace('http://localtest.invalid', 'http://{{lead.host}}') }, leads: [{ ...LEAD, fields: { ...LEAD.fields, host: '127.0.0.1' } }] },
    { title: 'two of `Send To` accept, the first is booked', files: { r: 'Pattern: Simultaneous\nSend To: [a, b]\n', a: other, b: await buyer({ do: 'accept', afterMs: 200 }) } },
  ]
  const played = await play({ title: '', files: { r: await buyer({ do: 'accept' }) } })
  const bulk = await play({ title: '', files: { r: batchYaml }, leads: three, about: 'L1' })
  const rows: string[] = []
  for (const about of ['L1', 'L2', 'L3']) rows.push((await play({ title: `row of ${about}`, files: { r: batchYaml }, leads: three, about })).row)
  return {
    'custom success': exchangeOf(played),
    'custom classes': await tableOf(scenes),
    'custom batch': `${exchangeOf(bulk)}\n\n| the service | HTTP | attempts | the lead | reason |\n|---|---|---|---|---|\n${rows.join('\n')}`,
  }
}
