import type { Field } from './field.ts'
import { PROSE, WORDS, oneOf } from './plain.ts'
import { block } from './section.ts'

export const TLS = block('TLS', {
  ca: { key: 'CA', aliases: ['Certificate Authority'], kind: WORDS, doc: "Who signed the buyer's certificate", example: 'certs/buyer-ca.pem' },
  certificate: { key: 'Certificate', aliases: ['Cert'], kind: WORDS, doc: 'Our certificate, where the buyer asks for one', example: 'certs/us.pem' },
  key: { key: 'Key', aliases: ['Private Key'], kind: WORDS, doc: 'Its private key', example: '${TLS_KEY}' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ ca: values.ca ?? null, certificate: values.certificate ?? null, key: values.key ?? null }))

const ENCODINGS = { gzip: 'gzip', identity: 'none', none: 'none' } as const

/** The subject document's way of writing `Compression: gzip`. */
export const REQUEST = block('Request', {
  encoding: { key: 'Content-Encoding', aliases: ['Compression'], kind: oneOf('an encoding', ENCODINGS), doc: 'Compresses what is sent', example: 'gzip' },
  body: { key: 'Body', kind: PROSE, doc: 'A remark', example: 'Compressed JSON' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => ({ compression: values.encoding ?? null }))

export const RESPONSE = block('Response', {
  encoding: { key: 'Accept-Encoding', kind: PROSE, doc: 'A remark: gzip, deflate and brotli are always taken', example: 'gzip' },
  process: { key: 'Process', kind: PROSE, doc: 'A remark', example: 'Decompress automatically' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => values)
