import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    // No file leaves anything behind in its module; loading all of them anew for each file took a third of the time.
    isolate: false,
    // Most tests wait for servers and processes of their own (95 s with three on two cores, 119 s with two).
    maxWorkers: Math.max(3, availableParallelism()),
    testTimeout: 20_000,
    globalSetup: ['test/world/end-postgres.ts'],
  },
})
