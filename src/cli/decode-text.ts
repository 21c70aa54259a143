import { encodingOf } from '../adapters/leads/decode.ts'

/** Notepad begins files with a byte order mark, and `>` of Windows PowerShell writes UTF-16. */
export const decodeText = (bytes: Uint8Array): string => new TextDecoder(encodingOf(bytes)).decode(bytes)
