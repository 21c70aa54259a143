import { usageError } from '../../../base/diagnostic.ts'
import { MASK } from '../../../base/secrets.ts'
import { suggest } from '../../../definitions/suggest.ts'

/** A store's URL, taken apart: `url` is for node-postgres, without our own parameters, `shown` for people, without the password. */
export type Address = ReturnType<typeof readAddress>

const DEFAULT_SCHEMA = 'finalmile'
const OWN: readonly string[] = ['schema', 'queue']

/** `postgres://user:password@host:5432/database?schema=finalmile&queue=own`; all else is node-postgres' own (`sslmode`). */
export const readAddress = (text: string) => {
  let url: URL
  try {
    // `user:password@/database?host=/run/postgresql`, as clouds hand it out: a URL has no user without a host.
    url = new URL(text.replace(/^(postgres(?:ql)?:\/\/[^@/]*@)\//i, '$1localhost/'))
    decodeURIComponent(`${url.username}${url.password}${url.pathname}`)
  } catch {
    if (/@[^/?]*,/.test(text)) throw usageError('--store names several hosts', 'name one that always leads to the primary server: a name or address that moves with it, or a proxy')
    throw usageError('--store is no URL that can be read', 'for example --store postgres://user:${PASSWORD}@host:5432/leads; characters such as @, / and % in a password are written as %40, %2F and %25')
  }
  for (const each of url.searchParams.keys()) {
    const meant = OWN.includes(each) ? null : suggest(each, OWN)
    if (meant !== null) throw usageError(`${each}=… in --store is not known`, `${meant}=… may be meant: without it this would be another store`)
  }
  const schema = url.searchParams.get('schema') ?? DEFAULT_SCHEMA
  if (!/^[a-z_][a-z0-9_]{0,50}$/.test(schema)) throw usageError(`schema=${schema} in --store cannot be a schema's name`, 'use lower-case letters, digits and _')
  const queue = url.searchParams.get('queue') ?? 'own'
  if (queue !== 'own' && queue !== 'pgboss') throw usageError(`queue=${queue} in --store is not known`, 'queue=own (the default) or queue=pgboss')
  // As node-postgres takes them, but for nine lines of its warning with every command.
  if (/^(prefer|require|verify-ca)$/.test(url.searchParams.get('sslmode') ?? '') && !url.searchParams.has('uselibpqcompat')) url.searchParams.set('sslmode', 'verify-full')
  for (const each of OWN) url.searchParams.delete(each)
  const secrets = [url.password, decodeURIComponent(url.password), url.searchParams.get('password') ?? ''].filter((each) => each !== '')
  return { url: url.toString(), schema, queue, shown: shownUrl(url, schema), secrets }
}

const shownUrl = (url: URL, schema: string): string => {
  const { username, port, pathname } = url
  const hostname = url.searchParams.get('host') ?? url.hostname
  return `postgres://${username}${url.password === '' ? '' : `:${MASK}`}${username === '' ? '' : '@'}${hostname}${port === '' ? '' : `:${port}`}${pathname}${schema === DEFAULT_SCHEMA ? '' : ` (schema ${schema})`}`
}
