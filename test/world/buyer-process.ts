import { renameSync, writeFileSync } from 'node:fs'
import { type BuyerOptions, startBuyer } from './buyer.ts'

/**
 * A buyer as a process of its own, which a test's kill -9 of finalmile does not touch:
 * `node test/world/buyer-process.ts PORT-FILE JOURNAL-FILE '{"script":[{"do":"accept"}],"cycle":true}'`.
 * The port file appears when it listens; it ends on SIGTERM.
 */
const [portFile, journalFile, options = '{}'] = process.argv.slice(2)
if (!portFile || !journalFile) {
  console.error('usage: buyer-process.ts PORT-FILE JOURNAL-FILE [OPTIONS-JSON]')
  process.exit(2)
}
const given: BuyerOptions = JSON.parse(options)
const buyer = await startBuyer({ ...given, journalFile })
// Renamed into place, so that a reader never finds half a number.
writeFileSync(`${portFile}.new`, String(buyer.port))
renameSync(`${portFile}.new`, portFile)
process.on('SIGTERM', () => void buyer.close().then(() => process.exit(0)))
