import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import pg from 'pg'

export interface Pooler { readonly port: number; /** transactions served so far */ served(): number; close(): Promise<void> }

/**
 * A connection pooler in transaction mode, as PgBouncer's: a client has a server's connection for one transaction, and the
 * next one may go to another. What a session leaves behind (LISTEN, session locks, SET, named statements) is lost or met
 * by others. `node-postgres` makes the server's connections; from then on bytes are passed through.
 */
export const startPooler = async (url: string, size = 2): Promise<Pooler> => {
  const free: Socket[] = []
  const owners: pg.Client[] = []
  for (let i = 0; i < size; i++) {
    const client = new pg.Client({ connectionString: url.replace(/\?.*/, '') })
    // Its stream is destroyed at the end.
    client.on('error', () => undefined)
    await client.connect()
    const stream = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream
    stream.removeAllListeners('data')
    owners.push(client)
    free.push(stream)
  }
  const waiting: ((server: Socket) => void)[] = []
  const clients = new Set<Socket>()
  let served = 0
  const acquire = (): Promise<Socket> => new Promise((resolve) => { const server = free.shift(); if (server) resolve(server); else waiting.push(resolve) })
  const release = (server: Socket): void => {
    server.removeAllListeners('data')
    served += 1
    const next = waiting.shift()
    if (next) next(server)
    else free.push(server)
  }

  const serve = (client: Socket): void => {
    clients.add(client)
    client.on('error', () => client.destroy())
    client.on('close', () => clients.delete(client))
    let greeted = false
    let server: Socket | null = null
    let asking = false
    let inbox = Buffer.alloc(0)

    const forward = async (): Promise<void> => {
      if (asking || inbox.length === 0) return
      if (inbox[0] === 'X'.charCodeAt(0)) return void client.end()
      if (!server) {
        asking = true
        server = await acquire()
        asking = false
        const mine = server
        const watch = createReadyWatch((status) => {
          if (status !== 'I') return
          server = null
          release(mine)
        })
        mine.on('data', (chunk: Buffer) => { client.write(chunk); watch(chunk) })
      }
      const bytes = inbox
      inbox = Buffer.alloc(0)
      server.write(bytes)
    }

    client.on('data', (chunk: Buffer) => {
      if (!greeted) {
        const code = chunk.readInt32BE(4)
        if (code === SSL_REQUEST) return void client.write('N')
        greeted = true
        return void client.write(Buffer.concat([message('R', Buffer.from([0, 0, 0, 0])), parameter('server_version', '18.4'), parameter('client_encoding', 'UTF8'), parameter('standard_conforming_strings', 'on'), message('Z', Buffer.from('I'))]))
      }
      inbox = Buffer.concat([inbox, chunk])
      void forward()
    })
  }

  const listening: Server = createServer(serve)
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return {
    port: (listening.address() as AddressInfo).port,
    served: () => served,
    close: async () => {
      for (const each of clients) each.destroy()
      await new Promise((resolve) => listening.close(resolve))
      for (const each of owners) (each as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroy()
    },
  }
}

const SSL_REQUEST = 80_877_103

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const parameter = (name: string, value: string): Buffer => message('S', Buffer.from(`${name}\0${value}\0`))

/** Follows the server's messages, however they are cut, and tells each ReadyForQuery with its status. */
const createReadyWatch = (ready: (status: string) => void): ((chunk: Buffer) => void) => {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5) {
      const end = 1 + rest.readInt32BE(1)
      if (rest.length < end) return
      const type = String.fromCharCode(rest[0] ?? 0)
      const status = String.fromCharCode(rest[5] ?? 0)
      rest = rest.subarray(end)
      if (type === 'Z') ready(status)
    }
  }
}
