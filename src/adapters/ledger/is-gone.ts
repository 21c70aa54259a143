import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { errorCode } from '../../base/error.ts'

/** No process of this number runs here any more. */
export const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}

/** How far the numbers of processes mean the same as here: containers that have the name of their machine (`network_mode: host`, `hostNetwork`) see no processes but their own. */
export const ownPlace = (): string => `${hostname()} ${toldByLinux(() => readlinkSync('/proc/self/ns/pid'))}`

/** Tells apart machines that have the same name; after a restart it is another. */
export const ownBoot = (): string => toldByLinux(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())

const toldByLinux = (ask: () => string): string => {
  try {
    return ask()
  } catch {
    // Of other systems the name is all that there is.
    return ''
  }
}
