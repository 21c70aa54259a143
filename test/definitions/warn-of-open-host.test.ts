import { describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'

const codes = (url: string, more: string): readonly string[] =>
  loadCatalogue([{ path: 'a.yaml', text: `Recipient: A\nSettings:\n  Endpoint: "${url}"\n${more}Field Mapping:\n  a: {{lead.id}}\nResponse Parsing:\n  Success: ok = true\nPrice: $1\n` }], { KEY: 'k1' }).diagnostics.map((each) => each.code)

describe('a lead that names the host', () => {
  const auth = 'Auth: Bearer ${KEY}\n'
  it.each<[string, string, string, readonly string[]]>([
    ['and is sent credentials is told', '{{lead.url}}', auth, ['open-host']],
    ['also in a header', 'https://{{lead.host}}/leads', 'Headers:\n  X-API-Key: ${KEY}\n', ['open-host']],
    ['a part before the end of the host changes no owner', 'https://{{lead.region}}.buyer.example/leads', auth, []],
    ['nor does what stands behind the host', 'https://buyer.example/{{lead.state}}', auth, []],
    ['without credentials there is nothing to read', '{{lead.url}}', 'Headers:\n  Idempotency-Key: {{lead.id}}\n', []],
    ['a signature gives none away', '{{lead.url}}', 'Auth: {Type: HMAC, Secret: "${KEY}"}\n', []],
  ])('%s', (_rule, url, more, told) => { expect(codes(url, more)).toEqual(told) })
})
