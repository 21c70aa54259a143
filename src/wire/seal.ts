import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'

export type Seal = ReturnType<typeof createSeal>

/**
 * Closes a text so that only who knows the secret can read or change it; opens to null where another secret closed it.
 * AES-256-GCM under a key derived from the recipient's own secret (HKDF-SHA-256), so that a store or its backup tells
 * nobody a token. The nonce is a MAC of the text: equal texts close to equal ones, and no chance is needed.
 */
export const createSeal = (secret: string, name: string) => {
  const keys = Buffer.from(hkdfSync('sha256', secret, 'finalmile sealed token', name, 64))
  const [key, nonceKey] = [keys.subarray(0, 32), keys.subarray(32)]
  return {
    close: (text: string): string => {
      const nonce = createHmac('sha256', nonceKey).update(text).digest().subarray(0, NONCE)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${VERSION}${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open: (sealed: string): string | null => {
      if (!sealed.startsWith(VERSION)) return null
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
      if (bytes.length < NONCE + TAG) return null
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE))
        decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG))
        return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8')
      } catch {
        // Closed with another secret, or not whole: as good as none.
        return null
      }
    },
  }
}

const VERSION = '1.'
const NONCE = 12
const TAG = 16
