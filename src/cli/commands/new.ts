import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { checkLeadSources } from '../../adapters/leads/check.ts'
import { makeFolder } from '../../adapters/make-folder.ts'
import { usageError } from '../../base/diagnostic.ts'
import { decodeText, encodingOf } from '../../base/encoding.ts'
import { errorCode } from '../../base/error.ts'
import { shellWord } from '../../base/shell.ts'
import { sampleOfCurl } from '../../wire/draft/curl.ts'
import { sampleOfOpenApi } from '../../wire/draft/openapi.ts'
import { sampleOfPostman } from '../../wire/draft/postman.ts'
import type { Sample, SampleFormat, Sampled } from '../../wire/draft/sample.ts'
import { draftOf, type Draft } from '../../wire/draft/write.ts'
import type { Invocation, RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { likelyId } from '../leads/columns.ts'
import { textOf } from '../flags/options.ts'
import { someOf } from '../render/figures.ts'
import { DEFAULT_RECIPIENTS } from '../flags/settings.ts'
import { writeText } from '../write-text.ts'

/** A recipient file, from questions or from what the buyer's documentation has: a curl command, a Postman collection, an OpenAPI file. */
export const run: RunCommand = async (invocation) => {
  const { args: [name = ''], options, streams, settings, cwd } = invocation
  const id = name.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
  if (id === '') throw usageError(`"${name}" makes no file name`, 'for example finalmile new "Acme Insurance"')
  const file = join(resolve(cwd, settings.recipients[0] ?? DEFAULT_RECIPIENTS), `${id}.yaml`)
  const shown = relative(cwd, file)
  if (existsSync(file)) throw usageError(`${shown} is there already; nothing was written`, 'give another name')
  if (options.request !== undefined && options.from === undefined) throw usageError('--request says which request of a file, and there is no --from', 'for example --from collection.json --request "Post lead"')
  const leads = typeof options.leads === 'string' ? await columnsOf(options.leads, cwd) : null
  const sample = typeof options.from === 'string' ? await sampleFrom(invocation, options.from) : await asked(invocation)
  if (sample === null) {
    streams.err.write('Nothing was written.\n')
    return EXIT.interrupted
  }
  const draft = draftOf(name, sample, leads?.columns ?? [])
  await makeFolder(resolve(file, '..'))
  await writeText(file, draft.yaml, { flag: 'wx' })
  const kept = await keepSecrets(draft, cwd)
  const { paint } = streams.err
  streams.err.write(`${paint.green('✓')} ${shown}\n`)
  if (sample.among) streams.err.write(`  made from ${sample.among.taken}; its file has ${someOf(sample.among.others, 5)} as well: --request NAME takes another\n`)
  if (kept.length > 0) streams.err.write(`  ${kept.join(', ')} ${kept.length === 1 ? 'is' : 'are'} in .env; keep that file out of git\n`)
  if (draft.constants.length > 0) streams.err.write(`  ${paint.yellow('look at')} ${someOf(draft.constants)}: sent as in the example, the same for every lead\n`)
  if (leads !== null && draft.missing.length > 0) streams.err.write(`  ${paint.yellow('look at')} ${someOf(draft.missing)}: no column of ${leads.file} was found for ${draft.missing.length === 1 ? 'it' : 'them'}\n`)
  streams.err.write(`\nNext:\n  ${paint.dim('$')} ${paint.cyan(`finalmile check ${shellWord(shown)}`)}\n  ${paint.dim('$')} ${paint.cyan(`finalmile plan ${shellWord(leads?.file ?? 'leads.csv')} --to ${shellWord(id)}${leads === null ? '' : ` --limit 1${idFlag(leads.columns)}`}`)}\n`)
  return EXIT.done
}

/** `--leads`: the names that the mapping is to use. */
const columnsOf = async (file: string, cwd: string): Promise<{ readonly file: string; readonly columns: readonly string[] }> => {
  const { sources: [source] } = await checkLeadSources([resolve(cwd, file)])
  if (!source?.columns) throw usageError(`--leads takes a CSV or JSON file, whose names are mapped; none are found in ${file}`, 'leave it out, and write the names into Field Mapping')
  return { file, columns: source.columns }
}

const idFlag = (columns: readonly string[]): string => {
  const column = likelyId(columns)
  return column === undefined ? '' : ` --id ${shellWord(column)}`
}

/** `--from`: a curl command itself, or a file that holds one, a Postman collection or an OpenAPI description. */
const sampleFrom = async ({ options, cwd }: Invocation, from: string): Promise<Sample> => {
  const request = textOf(options.request)
  const text = /^\s*curl\s/.test(from) ? from : await readFile(resolve(cwd, from)).then(decodeText, (error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
    throw usageError(`--from takes a curl command or a file, and there is no file ${from}`, "for example --from 'curl -X POST https://…' or --from collection.json")
  })
  const read = sampledOf(text, request)
  if (!read.ok) throw usageError(`--from: ${read.problem}`, read.help)
  return read.sample
}

const sampledOf = (text: string, request: string | null): Sampled => {
  if (/^\s*(\$\s*)?curl\s/.test(text)) return sampleOfCurl(text.trim())
  if (/^\s*\{/.test(text) && /"_postman_id"|getpostman\.com/.test(text)) return sampleOfPostman(text, request)
  return sampleOfOpenApi(text, request)
}

const FORMATS: readonly SampleFormat[] = ['JSON', 'XML', 'Form', 'Query', 'Text']

/** Null where the questions were left. */
const asked = async ({ streams }: Invocation): Promise<Sample | null> => {
  const { ask, err } = streams
  if (ask === null) throw usageError('new asks questions, and there is no terminal', "give --from 'curl …', a Postman collection or an OpenAPI file")
  const question = async (text: string, otherwise: string): Promise<string> => {
    const answer = await ask(`${text} ${otherwise === '' ? '' : err.paint.dim(`[${otherwise}] `)}`)
    if (answer === null) throw new QuestionsLeft()
    return answer.trim() || otherwise
  }
  return answered(question).catch((error: unknown) => {
    if (error instanceof QuestionsLeft) return null
    throw error
  })
}

class QuestionsLeft extends Error {}

const answered = async (question: (text: string, otherwise: string) => Promise<string>): Promise<Sample> => {
  let url = await question('The address that takes leads:', '')
  while (!/^https?:\/\//i.test(url) || !URL.canParse(url)) url = await question('A URL such as https://api.buyer.example/leads:', '')
  const formatOf = async (): Promise<SampleFormat | undefined> => {
    const wanted = await question(`Format (${FORMATS.join(', ')}):`, 'JSON')
    return FORMATS.find((each) => each.toLowerCase() === wanted.toLowerCase())
  }
  let chosen = await formatOf()
  while (chosen === undefined) chosen = await formatOf()
  let credentials = credentialsOf(await question('Credentials (none, bearer, basic, or the name of a header):', 'none'))
  while (credentials === null) credentials = credentialsOf(await question('none, bearer, basic, or a name such as X-API-Key:', 'none'))
  const fields = (await question('Their fields, by comma:', 'first_name, last_name, email, phone, state, zip')).split(',').map((each) => each.trim()).filter((each) => each !== '')
  const answer = await question('A sample of their answer, on one line (empty if unknown):', '')
  return {
    method: chosen === 'Query' ? 'GET' : 'POST', url, ...credentials, format: chosen,
    body: Object.fromEntries(fields.map((each) => [each, ''])), answers: answer === '' ? [] : [answer],
  }
}

/** Also as people paste it: `Bearer abc123`, `X-API-Key: abc123`. Null for what cannot be the name of a header. */
const credentialsOf = (said: string): Pick<Sample, 'headers' | 'basic'> | null => {
  if (/^none$/i.test(said)) return { headers: [], basic: null }
  if (/^basic$/i.test(said)) return { headers: [], basic: { user: 'replace-me', password: 'replace-me' } }
  const [bearer, token = 'replace-me'] = /^bearer(?:\s+(\S+))?$/i.exec(said) ?? []
  if (bearer !== undefined) return { headers: [['Authorization', `Bearer ${token}`]], basic: null }
  const [, name, value = 'replace-me'] = /^([\w-]+)(?::\s*(\S.*))?$/.exec(said) ?? []
  return name === undefined ? null : { headers: [[name, value]], basic: null }
}

/** `.env` knows no escapes: the quote that does not occur. */
const envQuoted = (value: string): string => {
  if (/^[\w./+:=@-]*$/.test(value)) return value
  const quote = ["'", '"', '`'].find((each) => !value.includes(each)) ?? '"'
  return `${quote}${value}${quote}`
}

/** What was secret in the sample goes to `.env`, unless that knows it already. */
const keepSecrets = async (draft: Draft, cwd: string): Promise<readonly string[]> => {
  if (draft.secrets.size === 0) return []
  const file = join(cwd, '.env')
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  const before = decodeText(bytes)
  const missing = [...draft.secrets].filter(([name]) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, 'm').test(before))
  if (missing.length > 0) {
    const lines = missing.map(([name, value]) => `${name}=${envQuoted(value)}\n`).join('')
    await appendFile(file, encoded(before === '' || before.endsWith('\n') ? lines : `\n${lines}`, encodingOf(bytes)), { mode: 0o600 })
  }
  return [...draft.secrets.keys()]
}

const encoded = (text: string, encoding: ReturnType<typeof encodingOf>): Buffer => {
  if (encoding === 'utf-8') return Buffer.from(text)
  const bytes = Buffer.from(text, 'utf16le')
  return encoding === 'utf-16be' ? bytes.swap16() : bytes
}
