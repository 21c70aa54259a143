import type { SFTPWrapper } from 'ssh2'
import type { Folder } from '../file/place.ts'

/** The server's own status: 2 no such file, 3 permission denied, 4 failure (disk full, name taken, …). */
export class StatusError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'StatusError'
    this.status = status
  }
}

/** A folder of an SFTP server. Its rename refuses a name that is taken (SFTP version 3), which is what is wanted. */
export const remoteFolder = (sftp: SFTPWrapper): Folder => ({
  read: async (path, size) => {
    const found = await call<{ size: number; isFile(): boolean }>(path, (done) => sftp.stat(path, done)).catch((error: unknown) => { if (error instanceof StatusError && error.status === 2) return null; throw error })
    return found === null ? null : !found.isFile() || found.size !== size ? 'other' : call<Buffer>(path, (done) => sftp.readFile(path, done))
  },
  write: async (path, bytes) => {
    await call<void>(path, (done) => sftp.writeFile(path, Buffer.from(bytes), (error) => done(error ?? undefined, undefined)))
    const { size } = await call<{ size: number }>(path, (done) => sftp.stat(path, done))
    if (size !== bytes.length) throw new StatusError(4, `${path} holds ${size} of ${bytes.length} bytes`)
  },
  rename: async (from, to) => {
    try {
      await call<void>(to, (done) => sftp.rename(from, to, (error) => done(error ?? undefined, undefined)))
      return true
    } catch (error) {
      // "Failure" is all that version 3 says of a name that is taken.
      const taken = error instanceof StatusError && (error.status === 4 || error.status === 11) && (await call(to, (done) => sftp.stat(to, done)).then(() => true, () => false))
      if (taken) return false
      throw error
    }
  },
  remove: (path) => call<void>(path, (done) => sftp.unlink(path, (error) => done(error ?? undefined, undefined))),
})

const call = <T>(path: string, start: (done: (error: Error | undefined, value: T) => void) => unknown): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, value) => {
      if (!error) return resolve(value)
      const status = 'code' in error && typeof error.code === 'number' ? error.code : null
      reject(status === null ? error : new StatusError(status, `${path}: ${error.message}`))
    })
  })
