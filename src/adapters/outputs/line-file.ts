import { open, type FileHandle } from 'node:fs/promises'

export type LineFile = Awaited<ReturnType<typeof createLineFile>>

/** Bytes a block holds. */
const BLOCK = 64 * 1024
/** Text waiting for the disk, past which the caller should wait. */
const MOST_PENDING = 1024 * 1024
/** Who follows the file of a slow run sees it grow, and a process that is killed takes no more than this with it. */
const FLUSH_MS = 1000

/** A text file written behind the caller's back, in blocks, in order, in place of any of that name; what is written stands in it a second later at most. */
export const createLineFile = async (path: string) => {
  const file = await open(path, 'w')
  // Bytes at once: text that waits for its block is a tree of its pieces, which every collection of garbage would copy.
  let block = Buffer.allocUnsafeSlow(BLOCK)
  let filled = 0
  let pending = 0
  let failure: { readonly error: unknown } | null = null
  let queue: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | null = null

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (filled === 0) return
    hand(block.subarray(0, filled))
    block = Buffer.allocUnsafeSlow(BLOCK)
    filled = 0
  }
  const hand = (bytes: Buffer): void => {
    pending += bytes.length
    queue = queue.then(() => writeBlock(bytes))
  }
  const writeBlock = async (block: Buffer): Promise<void> => {
    try {
      // After a failure nothing more is written: a ledger with a hole would be worse than one that ends.
      if (failure === null) await writeAll(file, block)
    } catch (error) {
      failure = { error }
    } finally {
      pending -= block.length
    }
  }
  const caughtUp = async (): Promise<void> => {
    await queue
    if (failure !== null) throw failure.error
  }

  return {
    write: (text: string): void => {
      // A character takes three bytes at most.
      const most = text.length * 3
      if (most > BLOCK - filled) flush()
      if (most > BLOCK) hand(Buffer.from(text))
      else filled += block.write(text, filled)
      timer ??= setTimeout(flush, FLUSH_MS).unref()
    },
    /** Null while the disk keeps up; else resolves when it has caught up. Rejects when a write failed, a full disk above all. */
    pressure: (): Promise<void> | null => (pending > MOST_PENDING || failure !== null ? caughtUp() : null),
    /** All on the disk and closed. */
    close: async (): Promise<void> => {
      flush()
      try {
        await caughtUp()
        await file.sync()
      } finally {
        await file.close()
      }
    },
  }
}

/** One `write` may take less than it was given. */
const writeAll = async (file: FileHandle, bytes: Buffer): Promise<void> => {
  let at = 0
  while (at < bytes.length) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten
}
