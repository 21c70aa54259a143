import { closeSync, constants, openSync, readSync } from 'node:fs'
import { errorCode } from '../base/error.ts'

/** How long whoever writes to a pipe may take to begin: password managers wait for the reader first. */
const PATIENCE_MS = 3_000
const PAUSE_MS = 10

/** All that is written to a named pipe until its writer closes it; null where nobody writes. An ordinary read would wait for ever. */
export const readPipe = (path: string, patienceMs = PATIENCE_MS): Buffer | null => {
  const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const parts: Buffer[] = []
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += PAUSE_MS) {
      const part = Buffer.alloc(65_536)
      const length = readSome(pipe, part)
      if (length === 0 && parts.length > 0) return Buffer.concat(parts)
      if (length > 0) {
        parts.push(part.subarray(0, length))
        waitedMs = 0
      } else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
    return null
  } finally {
    closeSync(pipe)
  }
}

/** 0: nobody has it open for writing; -1: who has it open has written nothing yet. */
const readSome = (pipe: number, into: Buffer): number => {
  try {
    return readSync(pipe, into)
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return -1
    throw error
  }
}
