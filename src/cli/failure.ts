import { readFileSync } from 'node:fs'
import { errorCode } from '../base/error.ts'
import { UserError } from '../base/diagnostic.ts'
import type { Mode } from '../core/event.ts'
import { LeaseLostError, StoreError } from '../ports.ts'
import { decodeText } from '../base/encoding.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { printable } from './render/printable.ts'
import { commandsOf, withCommands } from './render/command-for.ts'
import type { Settings } from './flags/settings.ts'
import type { Sink } from './streams.ts'

interface Asked { readonly settings: Settings; readonly mode: Mode | null }

/**
 * Says what stopped a command and returns the exit code. `sent`: something may have gone out already, so that code 2
 * ("nothing was sent") would be a lie; then it is 1. `asked`: a command that a message names is told as it works for this one's store.
 */
export const presentFailure = async (error: unknown, err: Sink, progress: { readonly sent: boolean }, asked: Asked | null = null): Promise<ExitCode> => {
  const { paint } = err
  const asGiven = (text: string): string => (asked === null ? text : withCommands(commandsOf(asked.settings), asked.mode, text))
  const say = (message: string, help: string | null): void => {
    err.write(`${paint.red.bold('error')}${paint.bold(`: ${printable(message)}`)}\n`)
    if (help !== null) err.write(`  ${paint.blue('=')} ${paint.bold('help')}: ${printable(asGiven(help))}\n`)
  }
  const stopped = progress.sent ? EXIT.bug : EXIT.usage
  if (error instanceof UserError) {
    const { renderDiagnostic } = await import('./render/diagnostic.ts')
    for (const each of error.diagnostics) {
      if (each.file === null) say(each.message, each.help ?? null)
      else err.write(renderDiagnostic(each, textOf, paint))
    }
    return stopped
  }
  if (error instanceof StoreError) {
    say(error.message, error.help)
    return error.kind === 'held' ? EXIT.held : stopped
  }
  if (error instanceof LeaseLostError) {
    say(error.message, 'look with `finalmile status`; `finalmile resume` continues what is left')
    return EXIT.held
  }
  const trouble = troubleOfTheWorld(error)
  if (trouble !== null) {
    say(trouble.message, trouble.help)
    return stopped
  }
  const report = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  err.write(`${paint.red.bold('This is a bug of finalmile, not of your files.')}\n\n${printable(report)}\n\n`)
  err.write(`Please report it with the lines above, the command that you gave, and this: Node ${process.version}, ${process.platform} ${process.arch}.\n`)
  err.write('What is recorded in the store counts, and the same command can be given again: nothing is sent twice.\n')
  return EXIT.bug
}

/** For the excerpt; a file that cannot be read again goes without one. */
const textOf = (file: string): string | null => {
  try {
    return decodeText(readFileSync(file))
  } catch (error) {
    if (troubleOfTheWorld(error) === null) throw error
    return null
  }
}

const HELP: Readonly<Record<string, string>> = {
  ENOENT: 'check the path',
  EACCES: 'check the permissions',
  EPERM: 'check the permissions',
  EISDIR: 'give a file, not a folder',
  ENOTDIR: 'check the path',
  EEXIST: 'choose another path',
  ENAMETOOLONG: 'choose a shorter name',
  ELOOP: 'check the links on the way there',
  ENOSPC: 'make room on the disk',
  EROFS: 'choose a place that can be written to',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  EADDRINUSE: 'choose another --port',
}

const troubleOfTheWorld = (error: unknown): { message: string; help: string } | null => {
  const code = errorCode(error)
  const help = HELP[code]
  if (help === undefined || !(error instanceof Error)) return null
  // `ENOENT: no such file or directory, open '/x'`: the path and what is the matter are enough.
  const words = WORDS[code] ?? error.message
  return { message: 'path' in error && typeof error.path === 'string' ? `${error.path}: ${words}` : words, help }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'no permission',
  EISDIR: 'this is a folder',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file already exists there',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links lead round in a circle',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
}
