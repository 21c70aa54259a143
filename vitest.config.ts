import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    // No file leaves anything behind in its module; loading all of them anew for each file took a third of the time.
    isolate: false,
    // Most tests wait for servers and processes of their own (on two cores 129 s with four, 144 s with three).
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 20_000,
    // The store's threads and the processes that tests start read our own files: without their types, and compiled, once.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    globalSetup: ['test/world/end-postgres.ts'],
  },
})
