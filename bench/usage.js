import { writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/**
 * Preloaded into a measured process: writes its CPU seconds and peak memory to the file that FINALMILE_USAGE names. Plain
 * JavaScript, and nothing in threads: reading TypeScript would cost 50 ms and 16 MB of what is measured, in each.
 */
const file = process.env['FINALMILE_USAGE']
if (file !== undefined && isMainThread) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    writeFileSync(file, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 }))
  })
}
