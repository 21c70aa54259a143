import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

type Disk = Pick<typeof promises, 'open' | 'link' | 'rename'>

/** Functions of `node:fs/promises` replaced for all who have imported them; given the real ones. Resolves to what puts them back. */
export const useOtherDisk = (make: (real: Disk) => Partial<Disk>): (() => void) => {
  const { open, link, rename } = promises
  const real: Disk = { open, link, rename }
  const put = (disk: Partial<Disk>): void => {
    Object.assign(promises, disk)
    syncBuiltinESMExports()
  }
  put(make(real))
  return () => put(real)
}
