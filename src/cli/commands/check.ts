import { resolve } from 'node:path'
import { systemClock } from '../../adapters/clock.ts'
import { usageError, type Diagnostic } from '../../base/diagnostic.ts'
import { pricedIn } from '../../core/plan.ts'
import { alsoWrong, openCatalogue, plansOf } from '../recipients/catalogue.ts'
import { compileAll } from '../recipients/compile.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { renderDiagnostics, sortDiagnostics } from '../render/diagnostic.ts'
import { plural } from '../render/figures.ts'
import { oneLine } from '../render/printable.ts'
import { yamlBelow } from '../recipients/files.ts'
import { judgeSamples } from '../recipients/samples.ts'

/** All problems of all recipients on stdout, as it is what was asked for. */
export const run: RunCommand = async (invocation) => {
  const { args, settings, streams, cwd } = invocation
  const asked = (await Promise.all(args.map((path) => yamlBelow(resolve(cwd, path), path)))).flat()
  const opened = await openCatalogue(invocation, asked)
  const wanted = new Set(asked.map((path) => resolve(cwd, path)))
  const isWanted = (file: string | null): boolean => args.length === 0 || (file !== null && wanted.has(resolve(cwd, file)))
  const files = opened.files.filter((each) => isWanted(each.file))
  if (files.length === 0) throw usageError(`no recipient files in ${args.length > 0 ? args.join(', ') : settings.recipients.join(', ')}`, 'finalmile init makes an example project; --recipients DIR names another folder')

  const recipients = [...opened.catalogue.recipients.values()].filter((each) => isWanted(each.file))
  const compiled = compileAll(recipients, null, pricedIn(plansOf(opened.catalogue)), opened.catalogue.secrets)
  const samples = [...compiled.endpoints.values()].map((each) => judgeSamples(each, systemClock.now()))
  const diagnostics: readonly Diagnostic[] = sortDiagnostics([...opened.diagnostics.filter((each) => isWanted(each.file)), ...compiled.diagnostics, ...alsoWrong(opened).filter((each) => isWanted(each.file)), ...samples.flatMap((each) => each.diagnostics)])
  const errors = diagnostics.filter((each) => each.severity === 'error').length
  const judged = samples.flatMap((each) => each.judged)

  if (settings.json) {
    streams.out.write(`${JSON.stringify({
      files: files.length, recipients: recipients.map((each) => each.id), errors, warnings: diagnostics.length - errors, diagnostics,
      samples: judged.map(({ recipient, sample, verdict, text }) => ({ recipient, line: sample.place.line, means: verdict.kind, text })),
    })}\n`)
    return errors > 0 ? EXIT.usage : EXIT.done
  }
  const texts = new Map(opened.files.map((each) => [each.file, each.text]))
  const { out, err } = streams
  out.write(renderDiagnostics(diagnostics, (file) => texts.get(file) ?? null, out.paint))
  const expected = judged.filter((each) => each.sample.means !== null)
  // Of those that the file says the meaning of, only what is wrong is told.
  const told = settings.verbose ? judged : settings.quiet ? [] : judged.filter((each) => each.sample.means === null)
  for (const each of told) err.write(`${err.paint.dim(`${each.sample.place.file}:${each.sample.place.line}`)} this sample means ${oneLine(each.text)}\n`)
  if (diagnostics.length === 0 && !settings.quiet) {
    err.write(`${err.paint.green('✓')} ${plural(recipients.length, 'recipient')} in ${plural(files.length, 'file')}, no problems${expected.length > 0 ? `; ${plural(expected.length, 'sample answer')} read as expected` : ''}\n`)
  }
  return errors > 0 ? EXIT.usage : EXIT.done
}
