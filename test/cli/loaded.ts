import { registerHooks } from 'node:module'

/** Writes the address of every module that is loaded to stderr when the process ends. */
const loaded: string[] = []
registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
process.on('exit', () => process.stderr.write(`${JSON.stringify(loaded)}\n`))
