import type { TransportSettings } from '../../definitions/types.ts'
import { parseProxy } from './proxy.ts'
import { checkTlsFiles } from './tls.ts'

/** What would keep every request from being sent, in words for a person; empty where nothing does. For checks before a run. */
export const checkTransport = ({ tls, proxy }: Pick<TransportSettings, 'tls' | 'proxy'>): readonly string[] => [
  ...checkTlsFiles(tls),
  // The text may hold a password.
  ...(proxy !== null && parseProxy(proxy) === null ? ['Proxy: it is no http or https URL, such as http://user:password@proxy.example:3128'] : []),
]
