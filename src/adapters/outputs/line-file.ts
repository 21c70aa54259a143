import { open, type FileHandle } from 'node:fs/promises'

/** A text file written behind the caller's back, in blocks, in order. */
export interface LineFile {
  write(text: string): void
  /** Null while the disk keeps up; else resolves when it has caught up. Rejects when a write failed, a full disk above all. */
  pressure(): Promise<void> | null
  /** All on the disk and closed. */
  close(): Promise<void>
}

const BLOCK = 64 * 1024
/** Text waiting for the disk, past which the caller should wait. */
const MOST_PENDING = 1024 * 1024

/** Replaces a file of that name. */
export const createLineFile = async (path: string): Promise<LineFile> => {
  const file = await open(path, 'w')
  let buffer = ''
  let pending = 0
  let failure: { readonly error: unknown } | null = null
  let queue: Promise<void> = Promise.resolve()

  const flush = (): void => {
    if (buffer === '') return
    const block = buffer
    buffer = ''
    pending += block.length
    queue = queue.then(() => writeBlock(block))
  }
  const writeBlock = async (block: string): Promise<void> => {
    try {
      // After a failure nothing more is written: a ledger with a hole would be worse than one that ends.
      if (failure === null) await writeAll(file, Buffer.from(block))
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
    write: (text) => {
      buffer += text
      if (buffer.length >= BLOCK) flush()
    },
    pressure: () => (pending > MOST_PENDING || failure !== null ? caughtUp() : null),
    close: async () => {
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
