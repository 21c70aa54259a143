import { errorCode } from '../../base/error.ts'

/** No process of this number runs on this machine any more. */
export const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}
