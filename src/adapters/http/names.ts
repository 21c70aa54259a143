import dns, { type LookupAddress, type LookupOptions } from 'node:dns'

type Answered = (error: Error | null, addresses: readonly LookupAddress[]) => void
const asked = new Map<string, Answered[]>()

/**
 * All addresses of a name. However many connections want them, the system is asked once at a time: it takes ten seconds and
 * more to give up a name server that says nothing, and no more than two questions are answered at once (libuv), so that the
 * connections of one buyer whose name server is gone would keep every other buyer's name waiting.
 */
export const addressesOf = (hostname: string, { family, hints }: LookupOptions, answered: Answered): void => {
  const question = `${hostname} ${family ?? ''} ${hints ?? ''}`
  const others = asked.get(question)
  if (others) return void others.push(answered)
  const all = [answered]
  asked.set(question, all)
  dns.lookup(hostname, { ...(family === undefined ? {} : { family }), ...(hints === undefined ? {} : { hints }), all: true }, (error, addresses) => {
    asked.delete(question)
    for (const each of all) each(error, addresses)
  })
}
