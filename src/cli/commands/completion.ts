import { usageError } from '../../base/diagnostic.ts'
import { inQuotes } from '../../base/shell.ts'
import type { CommandSpec, OptionSpec, RunCommand } from '../command.ts'
import { COMMANDS, COMMON_OPTIONS, QUIET_COMMON_OPTIONS } from '../commands.ts'
import { EXIT } from '../exit.ts'

/** Made from the table of commands, so that it cannot go stale. */
export const run: RunCommand = async ({ args, streams }) => {
  const shell = args[0] ?? ''
  const script = SCRIPTS[shell]
  if (script === undefined) throw usageError(`completion knows bash, zsh and fish, not "${shell}"`, 'for example: finalmile completion bash')
  streams.out.write(script([...COMMANDS, HELP].map(completed)))
  return EXIT.done
}

/** What may stand at a place: a few words, a recipient, a file, or what no shell can know. */
type Offer = readonly string[] | 'recipients' | 'files' | 'nothing'
interface Flag { readonly name: string; readonly help: string; readonly value: Offer | null }
interface Operand { readonly offer: Offer; readonly repeated: boolean }
interface Completed { readonly name: string; readonly summary: string; readonly operands: readonly Operand[]; readonly flags: readonly Flag[] }

/** commander's own. */
const HELP: Pick<CommandSpec, 'name' | 'args' | 'words' | 'summary' | 'options'> = { name: 'help', args: '[command]', summary: 'help of a command', words: COMMANDS.map((each) => each.name) }

const OFFERS: Readonly<Record<string, Offer>> = { recipient: 'recipients', leads: 'files', file: 'files', paths: 'files', dir: 'files', source: 'files' }
const offerOf = (placeholder: string): Offer => OFFERS[placeholder] ?? 'nothing'

const flagOf = ({ flags, help, choices }: OptionSpec): Flag => {
  const [name = '', placeholder] = flags.split(' ')
  return { name, help, value: placeholder === undefined ? null : choices ?? offerOf(placeholder.slice(1, -1)) }
}

const completed = ({ name, summary, args = '', words, options = [] }: typeof HELP): Completed => ({
  name, summary, flags: options.map(flagOf),
  // The ids of leads that follow one of a few words are known to the store alone.
  operands: [...args.matchAll(/[<[](\w+)(\.\.\.)?[>\]]/g)].map(([, placeholder = '', repeated], i) =>
    ({ offer: words === undefined ? offerOf(placeholder) : i === 0 ? words : 'nothing', repeated: repeated !== undefined })),
})

const COMMON: readonly Flag[] = [...COMMON_OPTIONS.map(flagOf), { name: '--help', help: 'print help', value: null }]
/** Whatever command they are of: a flag takes a value in all of them or in none. */
const valued = (commands: readonly Completed[]): readonly string[] =>
  [...new Set([...COMMON, ...QUIET_COMMON_OPTIONS.map(flagOf), ...commands.flatMap((each) => each.flags)].flatMap(({ name, value }) => (value === null ? [] : [name])))]

/** The ids of recipient files: their stems. */
const stemsIn = (folders: string): string => `find -L ${folders} -name '*.y*ml' ! -name 'calling-hours.y*ml' 2>/dev/null | sed -E 's#.*/##; s#\\.ya?ml$##'`

/** bash has readline quote what is offered (`-o filenames`); `--to=acme` comes as three words, and a word as it was typed. */
const bash = (commands: readonly Completed[]): string => {
  const row = (place: string, offer: Offer | null): string =>
    (offer === null || offer === 'nothing' ? '' : `    ${place}) _finalmile_offer < <(${typeof offer === 'string' ? `_finalmile_${offer}` : `printf '%s\\n' ${offer.join(' ')}`}) ;;\n`)
  const names = (flags: readonly Flag[]): readonly string[] => [...flags, ...COMMON].map((each) => each.name)
  const rows = commands.flatMap(({ name, flags, operands }) => [
    row(`${name}:flags`, names(flags)),
    ...flags.map((each) => row(`${name}:${each.name}`, each.value)),
    ...operands.map((each, i) => row(`${name}:${each.repeated ? '[0-9]*' : i}`, each.offer)),
  ])
  return `# finalmile completion for bash: source <(finalmile completion bash)
_finalmile() {
  local typed=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD-1]} command= ended= operands=0 i each
  local valued=' ${valued(commands).join(' ')} '
  local -a folders=()
  if [[ $typed == = ]]; then typed=; elif [[ $flag == = ]]; then flag=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    each=\${COMP_WORDS[i]}
    if [[ $each == -- ]]; then ended=yes
    elif [[ -z $ended && $each == -* ]]; then
      [[ $valued == *" $each "* ]] || continue
      [[ \${COMP_WORDS[i+1]} != = ]] || ((++i))
      ((++i))
      [[ $each != --recipients ]] || folders+=("$(_finalmile_plain "\${COMP_WORDS[i]}")")
    elif [[ -z $command ]]; then command=$each
    else ((++operands)); fi
  done
  typed=$(_finalmile_plain "$typed")
  COMPREPLY=()
  if [[ -z $ended && $valued == *" $flag "* ]]; then operands=$flag
  elif [[ -z $ended && $typed == -* ]]; then operands=flags
  elif [[ -z $command ]]; then operands=commands; fi
  case $command:$operands in
${[row(':commands', commands.map((each) => each.name)), ...rows, row(':flags', ['--version', ...names([])]), row('*:--recipients|*:--out', 'files')].join('')}  esac
}
_finalmile_plain() { local word=\${1#[\\"\\']}; word=\${word%[\\"\\']}; printf '%s' "\${word//\\\\/}"; }
_finalmile_offer() { local line; while IFS= read -r line; do [[ $line != "$typed"* ]] || COMPREPLY+=("$line"); done; }
_finalmile_files() { compgen -f -- "$typed"; }
_finalmile_recipients() { ${stemsIn('"${folders[@]:-recipients}"')}; }
complete -o filenames -F _finalmile finalmile
`
}

const zsh = (commands: readonly Completed[]): string => {
  const plain = (text: string): string => text.replace(/[[\]:\\]/g, String.raw`\$&`)
  const action = (offer: Offer): string => (offer === 'nothing' ? ' ' : offer === 'files' ? '_files' : offer === 'recipients' ? '_finalmile_recipients' : `(${offer.join(' ')})`)
  const flag = ({ name, help, value }: Flag): string => inQuotes(`${name === '--recipients' ? '*' : ''}${name}${value === null ? '' : '='}[${plain(help)}]${value === null ? '' : `: :${action(value)}`}`)
  const operand = ({ offer, repeated }: Operand, i: number): string => inQuotes(`${repeated ? '*' : i + 1}: :${action(offer)}`)
  return `#compdef finalmile
# finalmile completion for zsh: source <(finalmile completion zsh)
_finalmile() {
  local curcontext=$curcontext state line
  local -a typed=($words) commands common
  commands=(
${commands.map((each) => `    ${inQuotes(`${each.name}:${each.summary.replaceAll(':', String.raw`\:`)}`)}`).join('\n')}
  )
  common=(
${COMMON.map((each) => `    ${flag(each)}`).join('\n')}
  )
  _arguments -C -S -A '-*' $common '--version[print the version]' '1: :->command' '*:: :->operands' && return
  if [[ $state == command ]]; then _describe command commands; return; fi
  case $line[1] in
${commands.map(({ name, flags, operands }) => `    ${name}) _arguments -S $common ${[...flags.map(flag), ...operands.map(operand)].join(' ')} ;;`).join('\n')}
  esac
}
_finalmile_recipients() {
  local -a folders; local i
  for ((i = 2; i < $#typed; i++)); do
    case $typed[i] in
      --recipients) folders+=(\${(Q)typed[i+1]}) ;;
      --recipients=*) folders+=(\${(Q)typed[i]#*=}) ;;
    esac
  done
  (( $#folders )) || folders=(recipients)
  compadd -- \${(f)"$(${stemsIn('$folders')})"}
}
if [[ $funcstack[1] == _finalmile ]]; then _finalmile "$@"; else compdef _finalmile finalmile; fi
`
}

const fish = (commands: readonly Completed[]): string => {
  const offered = (offer: Offer): string => (offer === 'nothing' ? '' : offer === 'files' ? ' -F' : ` -a ${offer === 'recipients' ? "'(__finalmile_recipients)'" : inQuotes(offer.join(' '))}`)
  const flag = ({ name, help, value }: Flag): string => `-l ${name.slice(2)}${value === null ? '' : `${value === 'files' ? ' -r' : ' -x'}${offered(value)}`} -d ${inQuotes(help)}`
  const at = (place: string): string => `complete -c finalmile -n '__finalmile_at ${place}'`
  return `# finalmile completion for fish: finalmile completion fish | source
function __finalmile_at -d 'whether the command and the number of its operands so far are as asked'
  set -l words; set -l ended; set -l skipped
  for each in (commandline -opc)[2..]
    if set -q skipped[1]; set -e skipped
    else if test "$each" = --; set ended yes
    else if not set -q ended[1]; and string match -q -- '-*' $each; contains -- $each ${valued(commands).join(' ')}; and set skipped yes
    else; set -a words $each; end
  end
  string match -q -- $argv[1] "$words[1]:"(math (count $words) - 1)
end
function __finalmile_recipients
  set -l words (commandline -opc); set -l folders
  for i in (seq (count $words))
    if test "$words[$i]" = --recipients; set -a folders $words[(math $i + 1)]
    else if string match -q -- '--recipients=*' $words[$i]; set -a folders (string replace -- --recipients= '' $words[$i]); end
  end
  set -q folders[1]; or set folders recipients
  ${stemsIn('$folders')}
end
complete -c finalmile -f
${COMMON.map((each) => `complete -c finalmile ${flag(each)}`).join('\n')}
${at('":-1"')} -l version -d 'print the version'
${commands.map((each) => `${at('":-1"')} -a ${each.name} -d ${inQuotes(each.summary)}`).join('\n')}
${commands.flatMap(({ name, flags, operands }) => [
    ...flags.map((each) => `${at(`"${name}:*"`)} ${flag(each)}`),
    ...operands.flatMap((each, i) => (each.offer === 'nothing' ? [] : [`${at(`"${name}:${each.repeated ? '*' : i}"`)}${offered(each.offer)}`])),
  ]).join('\n')}
`
}

const SCRIPTS: Readonly<Record<string, (commands: readonly Completed[]) => string>> = { bash, zsh, fish }
