import { writeFileSync } from 'node:fs'

/** Preloaded into a measured process: writes its CPU seconds and peak memory to the file that FINALMILE_USAGE names. */
const file = process.env['FINALMILE_USAGE']
if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    writeFileSync(file, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 }))
  })
}
