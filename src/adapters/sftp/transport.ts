import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import ssh2, { type Client, type SFTPWrapper } from 'ssh2'
import type { TransportSettings } from '../../definitions/transport-settings.ts'
import type { FileRequest } from '../../wire/request.ts'
import { place, told, type Folder } from '../file/place.ts'
import { ConnectFault, wordsOf } from '../http/faults.ts'
import type { Said } from '../said.ts'
import { openSocket } from '../socket.ts'

type Settings = Pick<TransportSettings, 'connectTimeoutMs'> & { readonly timeoutMs: number }

/** Puts one file on an SFTP server over a connection of its own; always resolves. */
export const putFile = (request: FileRequest, settings: Settings): Promise<Said> => {
  const progress = { renaming: false }
  return exchange(request, settings, progress).catch((error: unknown) => meaningOf(error, progress.renaming))
}

const exchange = async (request: FileRequest, settings: Settings, progress: { renaming: boolean }): Promise<Said> => {
  const { sftp } = request
  if (sftp === null) return { kind: 'fault', fault: 'invalid-request', message: 'no SFTP server is given' }
  const privateKey = sftp.privateKey === null ? null : readKey(sftp.privateKey)
  const socket = await openSocket(sftp.server, settings.connectTimeoutMs)
  const client = new ssh2.Client()
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<Said>((resolve, reject) => {
      timer = setTimeout(() => reject(new ConnectFault(progress.renaming ? 'timeout' : 'connect-timeout', 'no answer of the SFTP server in time')), settings.timeoutMs)
      client.on('error', reject)
      client.on('close', () => reject(new ConnectFault('unreachable', 'the SFTP server ended the connection')))
      const seen = { hostKey: '' }
      client.once('ready', () => {
        openSftp(client).then((channel) => place(remoteFolder(channel), request, progress)).then((placed) => resolve(told(placed, request)), reject)
      })
      client.connect({
        sock: socket, username: sftp.server.user ?? '', readyTimeout: settings.timeoutMs,
        ...(sftp.server.password === null ? {} : { password: sftp.server.password }), ...(privateKey === null ? {} : { privateKey }),
        hostVerifier: (key: Buffer) => {
          seen.hostKey = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
          const known = sftp.hostKeys.includes(seen.hostKey)
          if (!known) reject(new ConnectFault('tls-certificate', `the server's host key is ${seen.hostKey}, not the one that Host Key names; nothing was sent. Ask the buyer whether it has changed`))
          return known
        },
      })
    })
  } finally {
    clearTimeout(timer)
    client.removeAllListeners('error')
    client.on('error', () => undefined)
    client.end()
    socket.destroySoon()
  }
}

const openSftp = (client: Client): Promise<SFTPWrapper> =>
  new Promise((resolve, reject) => client.sftp((error, channel) => (error ? reject(error) : resolve(channel))))

const meaningOf = (error: unknown, renaming: boolean): Said => {
  const message = wordsOf(error)
  if (error instanceof StatusError) return { kind: 'refused', why: error.status === NO_SUCH_FILE ? 'never' : error.status === PERMISSION_DENIED ? 'credentials' : 'later', message: `the SFTP server says: ${message}` }
  // Once the new name was asked for, a lost connection leaves it in doubt; before, nothing stands under it.
  if (error instanceof ConnectFault) return { kind: 'fault', fault: renaming && error.fault === 'unreachable' ? 'reset' : error.fault, message }
  const level = typeof error === 'object' && error !== null && 'level' in error ? error.level : ''
  if (level === 'client-authentication') return { kind: 'refused', why: 'credentials', message: `the SFTP server refused the user or its key: ${message}` }
  if (/privateKey|passphrase/i.test(message)) return { kind: 'refused', why: 'credentials', message: `Key cannot be used: ${message}` }
  return { kind: 'fault', fault: renaming ? 'reset' : level === 'handshake' || level === 'protocol' ? 'tls-handshake' : 'unreachable', message }
}

/** The key's own text, or the file that holds it. */
const readKey = (value: string): string => {
  if (value.includes('-----BEGIN')) return value
  try {
    return readFileSync(value, 'utf8')
  } catch (error) {
    throw new ConnectFault('invalid-request', `Key: cannot read ${value}: ${wordsOf(error)}`)
  }
}

const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3

/** The server's own status: 2 no such file, 3 permission denied, 4 failure (disk full, name taken, …). */
class StatusError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'StatusError'
    this.status = status
  }
}

/** A folder of an SFTP server. Its rename refuses a name that is taken (SFTP version 3), which is what is wanted. */
const remoteFolder = (sftp: SFTPWrapper): Folder => ({
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
