import type { Notify, Transport } from '../ports.ts'

const TEN_SECONDS = 10_000

/** Posts `{"subject","text"}` to a webhook URL. Rejects where it cannot, so that the run says so. */
export const createNotify = (transport: Transport): Notify => ({
  notify: async (target, subject, text) => {
    if (!/^https?:\/\//i.test(target)) throw new Error('only webhook URLs can be notified; e-mail addresses are shown in the summary only')
    const reply = await transport.send(
      {
        method: 'POST', url: target, headers: [['Content-Type', 'application/json']], body: JSON.stringify({ subject, text }), compression: null,
        // The author of the recipient wrote the address out.
        mayBePrivate: true,
      },
      {
        timeoutMs: TEN_SECONDS, connectTimeoutMs: TEN_SECONDS, connections: 1, keepAliveMs: 1_000, followRedirects: false, proxy: null, tls: null,
        allowPrivateNetwork: true, maximumResponse: 65_536, concurrency: null, rate: null, inDoubtWindow: null,
      },
    )
    if (reply.kind === 'fault') throw new Error(reply.message)
    if (reply.status >= 300) throw new Error(`it answered HTTP ${reply.status}`)
  },
})
