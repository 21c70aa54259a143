import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import { startBuyer, type Buyer, type BuyerRequest, type Script } from '../world/buyer.ts'
import { createWorld, someLeads } from './world.ts'

const open: Buyer[] = []
afterEach(async () => { await Promise.all(open.splice(0).map((each) => each.close())) })
const buyerThat = async (script: Script): Promise<Buyer> => { const buyer = await startBuyer({ script, keyHeader: 'webhook-id', idempotent: false }); open.push(buyer); return buyer }

const NEW = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const OLD = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
/** The independent library checks the time against its own clock. */
const now = Date.now()

/** A receiver that lets the standard's own library judge every request. */
const verified = (secret: string, { body, headers }: BuyerRequest): boolean => { try { new Webhook(secret).verify(body, headers); return true } catch { return false } }
const webhook = (url: string, auth: string): string => `Type: webhook.post\nURL: ${url}/hooks\nAuth:\n${auth}\nField Mapping:\n  id: {{lead.id}}\n  name: Zoë "O'Brien" & {{lead.email}}\n`

describe('a webhook signed by Standard Webhooks', () => {
  it('is taken by the library of the standard, on a retry too, under the same id and with a fresh signature', async () => {
    let n = 0
    const buyer = await buyerThat((request) => (!verified(NEW, request) ? { do: 'unauthorized' } : ++n === 1 ? { do: 'answer', status: 503 } : { do: 'answer', status: 200, body: '{}' }))
    const world = createWorld({ hook: webhook(buyer.url, `  Type: Standard Webhooks\n  Secret: ${NEW}`) }, undefined, now)
    await world.run('hook', someLeads(1))
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted', attempts: 2 })
    const [first, second] = buyer.journal.map((each) => each.headers)
    expect(second?.['webhook-id']).toBe(first?.['webhook-id'])
    expect(second?.['webhook-timestamp']).not.toBe(first?.['webhook-timestamp'])
  })

  it.each([['the new secret', NEW], ['the old one', OLD]])('while the secret is changed, a receiver that knows %s takes it', async (_, known) => {
    const buyer = await buyerThat((request) => (verified(known, request) ? { do: 'answer', status: 204 } : { do: 'unauthorized' }))
    const world = createWorld({ hook: webhook(buyer.url, `  Type: Standard Webhooks\n  Secret: ${NEW}\n  Older Secrets: ${OLD}`) }, undefined, now)
    await world.run('hook', someLeads(1))
    expect(await world.standing('L1')).toMatchObject({ outcome: 'accepted' })
  })

  it('410 switches it off: the next leads wait', async () => {
    const buyer = await buyerThat({ do: 'answer', status: 410 })
    const world = createWorld({ hook: `${webhook(buyer.url, `  Type: Standard Webhooks\n  Secret: ${NEW}`)}Concurrency: 1\n` }, undefined, now)
    await world.run('hook', someLeads(2))
    expect(await world.standing('L1')).toMatchObject({ outcome: 'failed' })
    expect(await world.standing('L2')).toMatchObject({ state: 'waiting', why: expect.stringContaining('paused') })
    expect(buyer.journal).toHaveLength(1)
  })
})

describe('a request signed by HMAC', () => {
  it('carries the digest of the bytes that are sent, with prefix and encoding, for both keys of a change', async () => {
    const digest = (key: string, body: string): string => `sha1=${createHmac('sha1', key).update(body).digest('base64')}`
    const buyer = await buyerThat(({ body, headers }) => (headers['x-hub-signature'] === `${digest('new-key', body)},${digest('old-key', body)}` ? { do: 'answer', status: 200, body: '{}' } : { do: 'unauthorized' }))
    const world = createWorld({ hook: webhook(buyer.url, '  Type: HMAC\n  Secret: new-key\n  Older Secrets: old-key\n  Algorithm: SHA-1\n  Encoding: base64\n  Prefix: sha1=\n  Header: X-Hub-Signature') }, undefined, now)
    await world.run('hook', someLeads(2))
    expect([await world.standing('L1'), await world.standing('L2')]).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }])
  })
})
