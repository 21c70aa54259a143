import { rmSync } from 'node:fs'
import { postgresFolder } from './postgres.ts'

/** For vitest's globalSetup: the server ends when its ready file is gone. */
export const teardown = (): void => rmSync(postgresFolder, { recursive: true, force: true })
