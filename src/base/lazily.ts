import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** A library that is loaded with its first use, where few runs use it and each start would wait for it. */
export const lazily = <T>(name: string): (() => T) => {
  let library: { readonly loaded: T } | null = null
  return () => (library ??= { loaded: require(name) as T }).loaded
}
