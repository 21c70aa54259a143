import { StoreError } from '../../ports.ts'

/** `known`: up to which version this finalmile brings a store. */
export const refuseNewer = (version: number, known: number): void => {
  if (version > known) throw new StoreError('newer', `this store is of version ${version}; this finalmile knows versions up to ${known}`, 'use the finalmile that made it, or a newer one')
}

/** For who only looks: it cannot bring a store up. */
export const refuseOlder = (version: number, known: number): void => {
  if (version < known) throw new StoreError('unsupported', `this store is of version ${version}, from before this finalmile (${known})`, 'run `finalmile resume` once: it brings the store up')
}
