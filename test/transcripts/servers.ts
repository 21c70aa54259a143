import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Servers and folders of one transcript, closed together. */
export interface Stage {
  open<T extends { close(): Promise<void> }>(made: Promise<T>): Promise<T>
  folder(...within: readonly string[]): string
  close(): Promise<void>
}

export const createStage = (): Stage => {
  const servers: { close(): Promise<void> }[] = []
  const folders: string[] = []
  return {
    open: async (made) => { const server = await made; servers.push(server); return server },
    folder: (...within) => {
      const made = mkdtempSync(join(tmpdir(), 'finalmile-'))
      folders.push(made)
      for (const each of within) mkdirSync(join(made, each))
      return made
    },
    close: async () => {
      await Promise.all(servers.map((each) => each.close()))
      for (const each of folders) rmSync(each, { recursive: true, force: true })
    },
  }
}
