import type { TransportSettings } from '../../definitions/transport-settings.ts'
import { parseProxy } from './proxy.ts'
import { checkTlsFiles } from './tls.ts'

/** What is wrong with a setting, in words for a person. */
interface TransportProblem {
  readonly setting: 'tls' | 'proxy'
  readonly message: string
}

/** What would keep every request from being sent; empty where nothing does. For checks before a run. */
export const checkTransport = ({ tls, proxy }: Pick<TransportSettings, 'tls' | 'proxy'>): readonly TransportProblem[] => [
  ...checkTlsFiles(tls).map((message) => ({ setting: 'tls', message }) as const),
  // The text may hold a password.
  ...(proxy !== null && parseProxy(proxy) === null ? [{ setting: 'proxy', message: 'Proxy: it is no http or https URL, such as http://user:password@proxy.example:3128' } as const] : []),
]
