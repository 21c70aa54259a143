import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { makeFolder } from '../../adapters/make-folder.ts'
import { usageError } from '../../base/diagnostic.ts'
import { shellWord } from '../../base/shell.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { exampleProject } from '../project.ts'
import { writeText } from '../write-text.ts'

/** Writes nothing at all where any of its files is there already. */
export const run: RunCommand = async ({ args, streams, cwd }) => {
  const folder = resolve(cwd, args[0] ?? '.')
  const files = exampleProject()
  const there = files.flatMap(([name]) => (existsSync(join(folder, name)) ? [name] : []))
  if (there.length > 0) {
    throw usageError(`${relative(cwd, folder) || 'this folder'} has ${there.join(', ')} already; nothing was written`, 'give another folder: finalmile init my-leads')
  }
  for (const [name, text] of files) {
    const path = join(folder, name)
    await makeFolder(dirname(path))
    await writeText(path, text, { flag: 'wx', mode: name === '.env' ? 0o600 : 0o644 })
  }
  const { paint } = streams.err
  const shown = relative(cwd, folder)
  const enter = shown === '' ? [] : [`cd ${shellWord(shown)}`]
  streams.err.write(`${paint.green('✓')} ${files.length} files in ${shown === '' ? 'this folder' : shown}: two buyers, a waterfall, a pool, six leads\n\nNext:\n`)
  for (const line of [[...enter, 'finalmile check'].join(' && '), 'finalmile deliver leads.csv --to auto-waterfall --test']) {
    streams.err.write(`  ${paint.dim('$')} ${paint.cyan(line)}\n`)
  }
  return EXIT.done
}
