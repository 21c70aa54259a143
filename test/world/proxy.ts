import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface ProxyOptions {
  /** `tunnel` works; the others fail a CONNECT or a plain request so. */
  readonly does?: 'tunnel' | 'refuse' | 'garbage' | 'hang' | 'close'
  /** `user:password` that it insists on. */
  readonly credentials?: string
}
export interface TestProxy {
  readonly url: string
  readonly port: number
  /** `CONNECT host:port` or `POST http://…`, in order. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** A forward proxy on loopback: CONNECT for https, absolute addresses for http. */
export const startProxy = async (options: ProxyOptions = {}): Promise<TestProxy> => {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const wanted = options.credentials === undefined ? null : `Basic ${Buffer.from(options.credentials).toString('base64')}`
  const isRefused = (request: http.IncomingMessage): boolean => wanted !== null && request.headers['proxy-authorization'] !== wanted

  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (isRefused(request)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end()
    if (options.does === 'hang') return
    if (options.does === 'refuse') return void response.writeHead(502).end('no way')
    const { 'proxy-authorization': _mine, ...headers } = request.headers
    const onward = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  server.on('connection', keep)
  server.on('connect', (request: http.IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    if (isRefused(request)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n')
    switch (options.does ?? 'tunnel') {
      case 'hang': return
      case 'close': return void socket.destroy()
      case 'garbage': return void socket.end('nonsense\r\n\r\n')
      case 'refuse': return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      case 'tunnel': {
        const [host = '', port = ''] = (request.url ?? '').split(':')
        const onward = net.connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
          onward.pipe(socket).pipe(onward)
        })
        keep(onward)
        onward.on('close', () => socket.destroy())
      }
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    close: () => new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    }),
  }
}
