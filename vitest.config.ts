import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    // Most tests wait for servers and processes of their own (95 s with three on two cores, 119 s with two).
    maxWorkers: Math.max(3, availableParallelism()),
    testTimeout: 20_000,
    globalSetup: ['test/world/end-postgres.ts'],
  },
})
