import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Path of a file of test/world/certs, as a recipient's `TLS` names it. */
export const certPath = (name: string): string => join(import.meta.dirname, 'certs', name)

export const certificate = (name: 'server' | 'expired' | 'wrong-host' | 'self-signed' | 'client') => ({
  cert: readFileSync(certPath(`${name}.pem`), 'utf8'),
  key: readFileSync(certPath(`${name}-key.pem`), 'utf8'),
  ca: readFileSync(certPath('ca.pem'), 'utf8'),
})
