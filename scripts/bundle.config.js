import { defineConfig } from 'rolldown'

/**
 * `npm run build`: the command line as a few files. Loading some 400 modules one by one took 0.13 s of each start of 0.43
 * (`finalmile deliver` of one lead). What only some commands need (PostgreSQL, SFTP, e-mail, templates) stays in node_modules.
 */
export default defineConfig({
  input: { main: 'src/cli/main.ts', worker: 'src/adapters/ledger/sqlite/worker.ts' },
  platform: 'node',
  external: /^(@xmldom|node-html-parser|nodemailer|ora|pg|pg-boss|ssh2|string-width|xpath)(\/|$)/,
  // Flat and two folders deep, as the sources are: `./worker.js` and `../../package.json` are found from any chunk.
  output: { dir: 'dist/cli', format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', sourcemap: true },
})
