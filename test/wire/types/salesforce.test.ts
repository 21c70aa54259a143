import { describe, expect, it } from 'vitest'
import { NO_SANDBOX, testDefinition } from '../../../src/cli/recipients/test-mode.ts'
import type { EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { endpoint as loaded } from '../../definitions/loading.ts'
import { inputOf } from '../render/input.ts'

const YAML = `Recipient: CRM
Type: salesforce.create_lead
Instance: acme.my.salesforce.com
Auth: {Client ID: us, Client Secret: hush}
Field Mapping:
  LastName: {{lead.last_name}}
  Company: Individual
  Ext__c: {{lead.id}}
`
const compiled = (definition: EndpointDefinition) => {
  const { endpoint, diagnostics } = compileEndpoint(definition)
  if (!endpoint) throw new Error(diagnostics.map((each) => each.message).join('\n'))
  return endpoint
}
const live = compiled(loaded(YAML).definition)
const urlOf = (endpoint: typeof live, host?: string) => {
  const rendered = endpoint.render({ ...inputOf({ id: 'L/1 é', last_name: 'x' }), token: 't', ...(host === undefined ? {} : { host }) })
  return rendered.ok ? rendered.request.url : rendered.reason
}

describe('the host', () => {
  it.each([
    ['of the token answer is where leads go', 'https://acme--x.my.salesforce.com', 'https://acme--x.my.salesforce.com/services/data/v68.0/sobjects/Lead'],
    ['with a slash behind it', 'https://acme.my.salesforce.com/', 'https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead'],
    ['that is not secure is refused', 'http://acme.my.salesforce.com', 'the token host named no organisation that leads could be sent to'],
    ['that is none is refused', 'https://evil.example/?x=', 'the token host named no organisation that leads could be sent to'],
  ])('%s', (_, host, expected) => { expect(urlOf(live, host)).toBe(expected) })
  it('is the instance where the token named none', () => { expect(urlOf(live)).toBe('https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead') })
  it('is the Endpoint where there is one, whatever the token says', () => {
    expect(urlOf(compiled(loaded(`${YAML}Endpoint: https://proxy.example\n`).definition), 'https://acme.my.salesforce.com')).toBe('https://proxy.example/services/data/v68.0/sobjects/Lead')
  })
  it('is never the live organisation in test mode, for tokens and leads alike', () => {
    for (const more of ['', 'Test Settings: {Endpoint: "https://acme--uat.sandbox.my.salesforce.com"}\n']) {
      const endpoint = compiled(testDefinition(loaded(YAML + more).definition, NO_SANDBOX))
      const host = more === '' ? 'http://sandbox.localhost/r/r' : 'https://acme--uat.sandbox.my.salesforce.com'
      expect(urlOf(endpoint, 'https://acme.my.salesforce.com')).toBe(`${host}/services/data/v68.0/sobjects/Lead`)
      expect(endpoint.token?.request(0).url).toBe(more === '' ? `${host}/token` : `${host}/services/oauth2/token`)
    }
  })
})

describe('an external id', () => {
  const upsert = compiled(loaded(`${YAML}External ID: Ext__c\n`).definition)
  it('cannot change the path', () => { expect(urlOf(upsert)).toBe('https://acme.my.salesforce.com/services/data/v68.0/sobjects/Lead/Ext__c/L%2F1%20%C3%A9') })
  it.each(['..', '.'])('"%s" is no step up', (id) => {
    const rendered = upsert.render(inputOf({ id, last_name: 'x' }))
    expect(rendered.ok).toBe(false)
  })
})
