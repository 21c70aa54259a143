import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    // Most tests wait for servers and processes of their own: a core is no reason to idle.
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: 20_000,
    globalSetup: ['test/world/end-postgres.ts'],
  },
})
