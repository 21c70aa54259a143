import { generateKeyPairSync, createHash } from 'node:crypto'
import { closeSync, fstatSync, linkSync, openSync, readSync, statSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { Socket, type AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import ssh2 from 'ssh2'

/** Trouble to order: applied to the next operation of that kind. */
export type SftpFault = 'rename-fails' | 'rename-hangs-up' | 'rename-resets' | 'rename-silence' | 'rename-denies-it' | 'rename-finds-it-taken' | 'write-fails' | 'write-cut' | 'write-hangs-up' | 'stat-denied' | 'permission' | 'silence'

export interface SftpServer {
  readonly port: number
  /** `SHA256:…` */
  readonly fingerprint: string
  /** Private keys that sign in as `leads`: a good one, and one that is unknown here. */
  readonly userKey: string
  readonly strangeKey: string
  readonly faults: SftpFault[]
  readonly renames: string[]
  /** Connections that had not signed in yet, at the most at once: OpenSSH refuses some of more than ten. */
  most(): number
  close(): Promise<void>
}

let madeHostKey: string | null = null
/** The same for all servers of a thread: an RSA key takes 0.1 s to find. */
const hostKeyOf = (): string => madeHostKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }) as string

/** A real SSH server with SFTP over a real folder, by ssh2; its rename refuses a name that is taken, as OpenSSH's does. */
export const startSftpServer = async (root: string, password = 'secret'): Promise<SftpServer> => {
  const hostKey = hostKeyOf()
  const parsed = ssh2.utils.parseKey(hostKey)
  if (parsed instanceof Error) throw parsed
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  const fingerprint = `SHA256:${createHash('sha256').update(key?.getPublicSSH() ?? '').digest('base64').replace(/=+$/, '')}`
  const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp
  const user = keyPair()
  const parsedUser = ssh2.utils.parseKey(user.public)
  const allowed = parsedUser instanceof Error ? undefined : Array.isArray(parsedUser) ? parsedUser[0] : parsedUser
  const faults: SftpFault[] = []
  const renames: string[] = []
  const clients = new Set<ssh2.Connection>()
  const sockets = new WeakMap<ssh2.Connection, Socket>()
  const strangers = new Set<ssh2.Connection>()
  let most = 0
  const take = (fault: SftpFault): boolean => { const at = faults.indexOf(fault); if (at >= 0) faults.splice(at, 1); return at >= 0 }
  const inRoot = (path: string): string => join(root, normalize(`/${path}`))
  const statusOf = (error: unknown): number => ((error as NodeJS.ErrnoException).code === 'ENOENT' ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE)
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    clients.add(client)
    strangers.add(client)
    most = Math.max(most, strangers.size)
    if ('_sock' in client && client._sock instanceof Socket) sockets.set(client, client._sock)
    if ('setNoDelay' in client && typeof client.setNoDelay === 'function') client.setNoDelay(true)
    client.on('error', () => undefined)
    client.on('close', () => { clients.delete(client); strangers.delete(client) })
    client.on('authentication', (auth) => {
      if (auth.method === 'password' && auth.username === 'leads' && auth.password === password) auth.accept()
      else if (auth.method === 'publickey' && allowed?.getPublicSSH().equals(auth.key.data) && (!auth.signature || allowed.verify(auth.blob ?? '', auth.signature) === true)) auth.accept()
      else auth.reject(['password', 'publickey'])
    })
    client.on('ready', () => strangers.delete(client))
    client.on('ready', () => client.on('session', (accept) => accept().on('sftp', (acceptSftp) => {
      const sftp = acceptSftp()
      const attempt = (id: number, action: () => void): void => {
        try {
          action()
        } catch (error) {
          sftp.status(id, statusOf(error))
        }
      }
      const handleOf = (handle: Buffer): number => handle.readUInt32BE(0)
      const attributes = (found: { mode: number; size: number; uid: number; gid: number; atimeMs: number; mtimeMs: number }) => ({ mode: found.mode, uid: found.uid, gid: found.gid, size: found.size, atime: found.atimeMs / 1000, mtime: found.mtimeMs / 1000 })
      sftp.on('OPEN', (id, path, flags) => attempt(id, () => {
        if (take('silence')) return
        if ((flags & OPEN_MODE.WRITE) !== 0 && take('permission')) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
        const handle = Buffer.alloc(4)
        handle.writeUInt32BE(openSync(inRoot(path), (flags & OPEN_MODE.WRITE) !== 0 ? 'w' : 'r'))
        sftp.handle(id, handle)
      }))
      sftp.on('WRITE', (id, handle, offset, data) => attempt(id, () => {
        if (take('write-fails')) return sftp.status(id, STATUS_CODE.FAILURE)
        if (take('write-hangs-up')) return void client.end()
        writeSync(handleOf(handle), data, 0, take('write-cut') ? data.length - 1 : data.length, offset)
        sftp.status(id, STATUS_CODE.OK)
      }))
      sftp.on('READ', (id, handle, offset, length) => attempt(id, () => {
        const data = Buffer.alloc(length)
        const count = readSync(handleOf(handle), data, 0, length, offset)
        if (count === 0) sftp.status(id, STATUS_CODE.EOF)
        else sftp.data(id, data.subarray(0, count))
      }))
      sftp.on('CLOSE', (id, handle) => attempt(id, () => { closeSync(handleOf(handle)); sftp.status(id, STATUS_CODE.OK) }))
      sftp.on('FSTAT', (id, handle) => attempt(id, () => sftp.attrs(id, attributes(fstatSync(handleOf(handle))))))
      sftp.on('STAT', (id, path) => attempt(id, () => take('stat-denied') ? sftp.status(id, STATUS_CODE.PERMISSION_DENIED) : sftp.attrs(id, attributes(statSync(inRoot(path))))))
      sftp.on('LSTAT', (id, path) => attempt(id, () => sftp.attrs(id, attributes(statSync(inRoot(path))))))
      sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK))
      sftp.on('SETSTAT', (id) => sftp.status(id, STATUS_CODE.OK))
      sftp.on('REMOVE', (id, path) => attempt(id, () => { unlinkSync(inRoot(path)); sftp.status(id, STATUS_CODE.OK) }))
      sftp.on('RENAME', (id, from, to) => attempt(id, () => {
        renames.push(`${from} -> ${to}`)
        if (take('rename-fails')) return sftp.status(id, STATUS_CODE.FAILURE)
        if (take('rename-silence')) return
        if (take('rename-finds-it-taken')) { writeFileSync(inRoot(to), 'theirs'); return sftp.status(id, FILE_ALREADY_EXISTS) }
        linkSync(inRoot(from), inRoot(to))
        unlinkSync(inRoot(from))
        if (take('rename-hangs-up')) return void client.end()
        if (take('rename-resets')) return void sockets.get(client)?.resetAndDestroy()
        if (take('rename-denies-it')) return sftp.status(id, STATUS_CODE.FAILURE)
        sftp.status(id, STATUS_CODE.OK)
      }))
    })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port, fingerprint, userKey: user.private, strangeKey: keyPair().private, faults, renames, most: () => most,
    close: () => new Promise((resolve) => {
      for (const client of clients) client.end()
      server.close(() => resolve())
    }),
  }
}

/** SFTP version 4's; some servers of version 3 say it too. */
const FILE_ALREADY_EXISTS = 11

/** Of some 200 keys that ssh2 makes it cannot read one itself. */
const keyPair = (): { readonly private: string; readonly public: string } => {
  const made = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(made.private) instanceof Error || ssh2.utils.parseKey(made.public) instanceof Error ? keyPair() : made
}
