import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkTransport } from '../../../src/adapters/http/check.ts'

const certs = join(import.meta.dirname, '../../world/certs')
const at = (name: string): string => join(certs, name)
const none = { ca: null, certificate: null, key: null }

it.each<[string, Parameters<typeof checkTransport>[0], RegExp]>([
  ['a CA that is not there', { proxy: null, tls: { ...none, ca: at('missing.pem') } }, /TLS CA: cannot read .*missing\.pem/],
  ['a CA that is no PEM', { proxy: null, tls: { ...none, ca: at('README.md') } }, /holds no PEM text/],
  ['a certificate without its key', { proxy: null, tls: { ...none, certificate: at('client.pem') } }, /belong together/],
  ["another certificate's key", { proxy: null, tls: { ...none, certificate: at('client.pem'), key: at('server-key.pem') } }, /cannot be used/],
  ['a proxy that is no URL', { proxy: 'proxy.example:3128', tls: null }, /Proxy: it is no http or https URL/],
  ['a proxy of another kind', { proxy: 'socks5://user:secret@proxy.example', tls: null }, /Proxy/],
])('%s is told before a run', (_, settings, words) => {
  const problems = checkTransport(settings).map((each) => each.message)
  expect(problems.join('; ')).toMatch(words)
  expect(problems.join('; ')).not.toContain('secret')
})

it.each<[string, Parameters<typeof checkTransport>[0]]>([
  ['nothing set', { proxy: null, tls: null }],
  ['good files', { proxy: 'http://user:p@proxy.example:3128', tls: { ca: at('ca.pem'), certificate: at('client.pem'), key: at('client-key.pem') } }],
])('%s is no problem', (_, settings) => { expect(checkTransport(settings)).toEqual([]) })
