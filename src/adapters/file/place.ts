import { sha256 } from '../../base/hash.ts'
import type { FileRequest } from '../../wire/request.ts'
import type { Said } from '../said.ts'

/** What a folder can do, on this machine or on a server. Names are whole paths. */
export interface Folder {
  /** The content of what stands there; null where nothing does; `other` where it is no file, or of another size. */
  read(path: string, size: number): Promise<Uint8Array | 'other' | null>
  /** Written whole, over what an earlier try left. */
  write(path: string, bytes: Uint8Array): Promise<void>
  /** False where the new name is taken: nothing is ever overwritten. */
  rename(from: string, to: string): Promise<boolean>
  remove(path: string): Promise<void>
}

interface Placed { readonly path: string; readonly repeated: boolean }

/**
 * Puts a file where it belongs: under a temporary name, then renamed. The same content under its name is done already
 * (a repeat); a name that holds other content is left alone, and the file takes its other name. Null: both are taken.
 */
export const place = async (folder: Folder, request: FileRequest, progress: { renaming: boolean }): Promise<Placed | null> => {
  const bytes = bytesOf(request)
  const wanted = sha256(bytes)
  const temporary = request.folder + request.temporaryName
  let written = false
  try {
    for (const name of [request.name, request.otherName]) {
      const path = request.folder + name
      for (let look = 0; look < 2; look++) {
        const there = await folder.read(path, bytes.length)
        if (there !== null) {
          if (there !== 'other' && sha256(there) === wanted) return { path, repeated: true }
          break
        }
        if (!written) {
          // Before the first byte, so that a half-written one is removed too.
          written = true
          await folder.write(temporary, bytes)
        }
        progress.renaming = true
        const done = await folder.rename(temporary, path)
        progress.renaming = false
        if (done) { written = false; return { path, repeated: false } }
        // Someone took the name meanwhile: look again at what stands there.
      }
    }
    return null
  } finally {
    if (written) await folder.remove(temporary).catch(() => undefined)
  }
}

export const told = (placed: Placed | null, request: FileRequest): Said =>
  placed === null
    ? { kind: 'refused', why: 'never', message: `${request.name} and ${request.otherName} are both there already, with other content` }
    : { kind: 'handed-over', to: request.kind, words: placed.repeated ? `${placed.path}, there already` : placed.path, rehearsal: false }

const bytesOf = ({ body }: FileRequest): Uint8Array => (typeof body === 'string' ? Buffer.from(body, 'utf8') : body)
