import { hash } from 'node:crypto'

/** SHA-256 of UTF-8 text or bytes, lower-case hex. */
export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

/**
 * The first 128 bits of a SHA-256 as 22 letters and digits: names and keys that no spreadsheet, shell or CSV guard takes
 * for something else.
 */
export const shortHash = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22).replace(/[-_]/g, (sign) => (sign === '-' ? 'x' : 'y'))

/** A number in [0, 1) that is the same for the same text: jitter that replays agree on. */
export const fractionOf = (text: string): number => Number.parseInt(hash('sha256', text, 'hex').slice(0, 8), 16) / 0x1_0000_0000
