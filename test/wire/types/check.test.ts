import { describe, expect, it } from 'vitest'
import type { EndpointBasics, EndpointDefinition } from '../../../src/definitions/endpoint-definition.ts'
import { loadCatalogue } from '../../../src/definitions/catalogue.ts'
import { compileEndpoint } from '../../../src/wire/compile.ts'
import { buildEmail, buildFile, buildParsing, buildSftp, is, mapping, textOf, type OwnSettings } from '../build-definition.ts'
import { inputOf } from '../render/input.ts'

const EMAIL = { from: 'leads@seller.example', to: 'intake@buyer.example' }
const KEY = `SHA256:${'A'.repeat(43)}`
const email = (given: Partial<EndpointBasics> = {}, settings: OwnSettings = EMAIL): EndpointDefinition => buildEmail(settings, { url: textOf('smtp://mail.example:587'), ...given })
const sftp = (url: string, settings: OwnSettings = { hostKey: KEY, password: 'x' }): EndpointDefinition => buildSftp(settings, { url: textOf(url) })

const MISTAKES: readonly (readonly [string, EndpointDefinition, RegExp])[] = [
  ['a web address for an e-mail', email({ url: textOf('https://mail.example') }), /starts with smtp:\/\//],
  ['a server that depends on the lead', email({ url: textOf('smtp://{{lead.host}}') }), /depends on the lead|starts with/],
  ['no From', email({}, { to: EMAIL.to }), /has no From/],
  ['no To', email({}, { from: EMAIL.from }), /has no To/],
  ['a To that is no address', email({}, { ...EMAIL, to: 'intake' }), /no e-mail address/],
  ['a header that is ours', email({ headers: [{ name: 'Bcc', value: textOf('x@y.example') }] }), /Bcc cannot be set/],
  ['a token for a mail server', email({ auth: { kind: 'bearer', token: textOf('t') } }), /cannot be used for email/],
  ['parsing of an answer that never comes', email({ parsing: buildParsing({ success: is('status', 'ok') }) }), /has no answer/],
  ['a misspelt field', email({ mapping: mapping({ a: '{{recipient.nam}}' }) }), /recipient has no/],
  ['no Host Key', sftp('sftp://u@files.example/in/', { password: 'x' }), /has no Host Key/],
  ['a Host Key that is none', sftp('sftp://u@files.example/in/', { hostKey: 'ssh-rsa', password: 'x' }), /expected a fingerprint/],
  ['no user', sftp('sftp://files.example/in/'), /names no user/],
  ['neither key nor password', sftp('sftp://u@files.example/in/', { hostKey: KEY }), /neither a Key nor a Password/],
  ['no Path', buildFile({}), /has no Path/],
  ['a format that is no file', buildFile({ path: 'out/' }, { format: 'form' }), /cannot be written into a file/],
  ['a slash in File Name', buildFile({ path: 'out/', fileName: 'a/b.csv' }), /File Name has a slash/],
]

describe('check says what is wrong with', () => {
  it.each(MISTAKES)('%s', (_, definition, message) => {
    expect(compileEndpoint(definition).diagnostics.map((each) => each.message)).toContainEqual(expect.stringMatching(message))
  })

  it('a Host Key, at its place', () => {
    const recipient = loadCatalogue([{ path: 'r.yaml', text: 'Recipient: R\nType: sftp\nEndpoint: sftp://u:p@files.example/in/\nHost Key: ssh-rsa\nField Mapping:\n  a: {{lead.a}}\n' }], {}).catalogue.recipients.get('r')
    expect(recipient?.kind === 'endpoint' && compileEndpoint(recipient.definition).diagnostics).toMatchObject([{ line: 4, col: 11 }])
  })

  it('nothing, where nothing is wrong', () => {
    for (const each of [email(), sftp('sftp://u@files.example:2222/in/'), buildFile({ path: 'out/' }), buildFile({ path: textOf('out/{{lead.id}}.csv') })]) expect(compileEndpoint(each).diagnostics).toEqual([])
  })

  it('one name for the files of all leads, which are a file each but in batches', () => {
    expect(compileEndpoint(buildFile({ path: 'out/leads.csv' })).diagnostics).toMatchObject([{ severity: 'warning', message: 'each lead is written to a file of its own, and all are called leads.csv: those behind the first are leads-….csv' }])
    expect(compileEndpoint({ ...buildFile({ path: 'out/leads.csv' }), batch: { format: 'csv', results: null, match: null } }).diagnostics).toEqual([])
  })
})

describe('an address', () => {
  const serverOf = (url: string) => {
    const rendered = compileEndpoint(email({ url: textOf(url) })).endpoint?.render(inputOf({ id: 'L1' }))
    return rendered?.ok && rendered.request.kind === 'email' ? { url: rendered.request.url, ...rendered.request.server } : null
  }
  it.each([
    ['smtp://mail.example', { host: 'mail.example', port: 587, secure: false, user: null, password: null, mayBePrivate: false }],
    ['smtps://u:p@mail.example', { port: 465, secure: true, user: 'u', password: 'p' }],
    ['smtp://u:p@ss/w#r:d@mail.example:25', { host: 'mail.example', port: 25, user: 'u', password: 'p@ss/w#r:d', url: 'smtp://mail.example:25' }],
    ['smtp://u:100%@127.0.0.1:25', { password: '100%', mayBePrivate: true }],
    ['smtp://[::1]:25', { host: '::1', mayBePrivate: true }],
  ])('%s', (url, expected) => { expect(serverOf(url)).toMatchObject(expected) })
})

describe('what a file is called', () => {
  const nameOf = (settings: OwnSettings, fields: Readonly<Record<string, unknown>> = { id: 'L1', state: 'CA' }) => {
    const rendered = compileEndpoint(buildFile(settings)).endpoint?.render(inputOf(fields))
    return !rendered?.ok ? rendered : rendered.request.kind === 'file' ? rendered.request.folder + rendered.request.name : null
  }
  it.each([
    ['a path', { path: 'out/leads.csv' }, 'out/leads.csv'],
    ['a folder and a name', { path: 'out', fileName: '{{lead.id}}.csv' }, 'out/L1.csv'],
    ['a folder of the lead', { path: textOf('out/{{lead.state}}/a.csv') }, 'out/CA/a.csv'],
  ])('%s', (_, options, expected) => { expect(nameOf(options)).toBe(expected) })

  it('is ours in a folder: the recipient, the lead and its key', () => { expect(nameOf({ path: 'out/' })).toMatch(/^out\/test-buyer-L1-\w{10}\.csv$/) })
  it('needs the fields that it names', () => { expect(nameOf({ path: textOf('out/{{lead.state}}/a.csv') }, { id: 'L1' })).toMatchObject({ ok: false }) })
  it('stays in its folder, whatever the lead says', () => { expect(nameOf({ path: textOf('out/{{lead.state}}/a.csv') }, { id: 'L1', state: '../..' })).toBe('out/__../a.csv') })
})
