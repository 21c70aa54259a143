/** Entry of the command line; `bin/finalmile.js` calls it. */
export const main = async (argv: readonly string[]): Promise<void> => {
  process.stderr.write(`finalmile ${argv.slice(2).join(' ')}\n`)
}
