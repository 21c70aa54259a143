import type { Diagnostic } from '../../src/base/diagnostic.ts'
import { loadCatalogue } from '../../src/definitions/catalogue.ts'
import type { Recipient } from '../../src/definitions/recipient.ts'

type EndpointRecipient = Extract<Recipient, { kind: 'endpoint' }>
type PatternRecipient = Extract<Recipient, { kind: 'pattern' }>

/** Files by id; each is a whole recipient file. */
export const load = (files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) => {
  const { catalogue, diagnostics } = loadCatalogue(Object.entries(files).map(([id, text]) => ({ path: `${id}.yaml`, text })), env)
  return { catalogue, diagnostics, said: diagnostics.map(told) }
}

export const told = (each: Diagnostic): string =>
  `${each.file}:${each.line}:${each.col} ${each.severity} ${each.code}: ${each.message}${each.help === undefined ? '' : ` -> ${each.help}`}`

/** An endpoint that loads without an error. */
export const endpoint = (text: string, env: Readonly<Record<string, string>> = {}): EndpointRecipient => {
  const { catalogue, diagnostics } = load({ r: text }, env)
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(told).join('\n'))
  const found = catalogue.recipients.get('r')
  if (found?.kind !== 'endpoint') throw new Error('no endpoint')
  return found
}

/** The pattern of file `p`, among others, that loads without an error. */
export const pattern = (files: Readonly<Record<string, string>>): PatternRecipient => {
  const { catalogue, diagnostics } = load(files)
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(told).join('\n'))
  const found = catalogue.recipients.get('p')
  if (found?.kind !== 'pattern') throw new Error('no pattern')
  return found
}

/** What an endpoint needs beside the lines under test. */
export const BASE = `Recipient: Test Buyer
Endpoint: https://api.buyer.example/leads
`
