import { describe, expect, it } from 'vitest'
import { createTransport } from '../../../src/adapters/transport.ts'
import { NO_SANDBOX, testDefinition } from '../../../src/cli/recipients/test-mode.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { settings } from '../../adapters/http/sending.ts'
import { buildDefinition, buildEmail, buildFile, buildSftp, textOf } from '../../wire/build-definition.ts'
import { inputOf } from '../../wire/render/input.ts'

/** Nobody listens at any of these addresses: an answer shows that nothing left. */
const definitions: readonly EndpointDefinition[] = [
  buildEmail({ from: 'a@seller.example', to: 'b@buyer.example' }, { url: textOf('smtp://127.0.0.1:1') }),
  buildSftp({ hostKey: `SHA256:${'A'.repeat(43)}` }, { url: textOf('sftp://u:p@127.0.0.1:1/') }),
  buildFile({ path: '/nowhere/at/all.csv' }),
]

const rehearse = async (definition: EndpointDefinition) => {
  const { endpoint } = compileEndpoint(testDefinition(definition, NO_SANDBOX))
  const rendered = endpoint?.render(inputOf({ id: 'L1' }))
  if (!endpoint || !rendered?.ok) throw new Error('no request')
  const transport = createTransport()
  const reply = await transport.send(rendered.request, settings())
  await transport.close()
  return endpoint.read(reply, 'post')
}

describe('test mode', () => {
  it.each(definitions.map((each) => [each.type, each] as const))('%s is made and goes nowhere', async (_, definition) => {
    expect(await rehearse(definition)).toMatchObject({ kind: 'accepted', reason: expect.stringMatching(/^test mode: .* not (sent|written)$/), price: null })
  })

  it.each(definitions.map((each) => [each.type, each] as const))('%s fails where a failure is ordered', async (_, definition) => {
    const test = { endpoint: null, responses: 'simulated failure' as const, acceptRate: null, latencyMs: null }
    expect(await rehearse({ ...definition, test })).toMatchObject({ kind: 'failed', retry: false })
  })

  it('an e-mail goes to the test server that is named', () => {
    const test = { endpoint: textOf('smtp://127.0.0.1:1025'), responses: null, acceptRate: null, latencyMs: null }
    const { endpoint } = compileEndpoint(testDefinition({ ...buildDefinition(definitions[0]), test }, NO_SANDBOX))
    expect(endpoint?.render(inputOf({ id: 'L1' }))).toMatchObject({ ok: true, request: { url: 'smtp://127.0.0.1:1025', rehearsal: null } })
  })
})
