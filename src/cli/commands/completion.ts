import { usageError } from '../../base/diagnostic.ts'
import type { CommandSpec, OptionSpec, RunCommand } from '../command.ts'
import { COMMANDS, COMMON_OPTIONS } from '../commands.ts'
import { EXIT } from '../exit.ts'

/** Made from the table of commands, so that it cannot go stale. */
export const run: RunCommand = async ({ args, streams }) => {
  const shell = args[0] ?? ''
  const script = SCRIPTS[shell]
  if (script === undefined) throw usageError(`completion knows bash, zsh and fish, not "${shell}"`, 'for example: finalmile completion bash')
  streams.out.write(script([...COMMANDS, HELP]))
  return EXIT.done
}

type Completed = Pick<CommandSpec, 'name' | 'args' | 'words' | 'summary' | 'options'>

/** commander's own. */
const HELP: Completed = { name: 'help', summary: 'help of a command', words: COMMANDS.map((each) => each.name) }

const longFlags = (options: readonly OptionSpec[]): readonly string[] => options.flatMap((each) => /--[a-z-]+/.exec(each.flags)?.[0] ?? [])
const flagsOf = (spec: Completed): readonly string[] => [...longFlags(spec.options ?? []), ...longFlags(COMMON_OPTIONS), '--help']
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** `--to` and the commands that take a recipient complete the stems of recipient files. */
const RECIPIENTS = `find recipients -name '*.y*ml' 2>/dev/null | sed -E 's#.*/##; s#\\.ya?ml$##'`
const takesRecipient = (spec: Completed): boolean => spec.args?.startsWith('<recipient>') === true
const choices = (commands: readonly Completed[]): ReadonlyMap<string, readonly string[]> =>
  new Map(commands.flatMap((each) => (each.options ?? []).flatMap((option) => (option.choices ? longFlags([option]).map((flag) => [flag, option.choices ?? []] as const) : []))))

const bash = (commands: readonly Completed[]): string => `# finalmile completion for bash: source <(finalmile completion bash)
_finalmile() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} flags=
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W '${commands.map((each) => each.name).join(' ')}' -- "$current")); return; fi
  if [ "$previous" = --to ]; then COMPREPLY=($(compgen -W "$(${RECIPIENTS})" -- "$current")); return; fi
${[...choices(commands)].map(([flag, words]) => `  if [ "$previous" = ${flag} ]; then COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$current")); return; fi\n`).join('')}  case $command in
${commands.map((each) => `    ${each.name}) flags='${flagsOf(each).join(' ')}' ;;`).join('\n')}
  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current")); return; fi
  case $command in
    ${commands.filter(takesRecipient).map((each) => each.name).join('|')}) if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W "$(${RECIPIENTS})" -- "$current")); return; fi ;;
${commands.map((each) => (each.words ? `    ${each.name}) if [ "$COMP_CWORD" -eq 2 ]; then COMPREPLY=($(compgen -W '${each.words.join(' ')}' -- "$current")); fi; return ;;\n` : '')).join('')}  esac
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _finalmile finalmile
`

const zsh = (commands: readonly Completed[]): string => `#compdef finalmile
# finalmile completion for zsh: source <(finalmile completion zsh)
_finalmile() {
  local -a commands
  commands=(
${commands.map((each) => `    ${quoted(`${each.name}:${each.summary.replaceAll(':', String.raw`\:`)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  if [[ $words[CURRENT-1] == --to ]]; then compadd -- \${(f)"$(${RECIPIENTS})"}; return; fi
${[...choices(commands)].map(([flag, words]) => `  if [[ $words[CURRENT-1] == ${flag} ]]; then compadd -- ${words.join(' ')}; return; fi\n`).join('')}  if [[ $PREFIX == -* ]]; then
    case $words[2] in
${commands.map((each) => `      ${each.name}) compadd -- ${flagsOf(each).join(' ')} ;;`).join('\n')}
    esac
    return
  fi
  case $words[2] in
    ${commands.filter(takesRecipient).map((each) => each.name).join('|')}) if (( CURRENT == 3 )); then compadd -- \${(f)"$(${RECIPIENTS})"}; return; fi ;;
${commands.map((each) => (each.words ? `    ${each.name}) if (( CURRENT == 3 )); then compadd -- ${each.words.join(' ')}; fi; return ;;\n` : '')).join('')}  esac
  _files
}
compdef _finalmile finalmile
`

const fish = (commands: readonly Completed[]): string => `# finalmile completion for fish: finalmile completion fish | source
${commands.map((each) => `complete -c finalmile -n __fish_use_subcommand -f -a ${each.name} -d ${quoted(each.summary)}`).join('\n')}
${commands.flatMap((each) => [...(each.options ?? []), ...COMMON_OPTIONS].map((option) =>
  `complete -c finalmile -n '__fish_seen_subcommand_from ${each.name}' -l ${(/--([a-z-]+)/.exec(option.flags)?.[1] ?? '')}${option.flags.includes('<') ? ' -r' : ''} -d ${quoted(option.help)}`)).join('\n')}
${commands.flatMap((each) => (each.words ? [`complete -c finalmile -n '__fish_seen_subcommand_from ${each.name}; and not __fish_seen_subcommand_from ${each.words.join(' ')}' -a '${each.words.join(' ')}'`, `complete -c finalmile -n '__fish_seen_subcommand_from ${each.name}' -f`] : [])).join('\n')}
${commands.filter(takesRecipient).map((each) => `complete -c finalmile -n '__fish_seen_subcommand_from ${each.name}' -a "(${RECIPIENTS.replaceAll('$', String.raw`\$`)})"`).join('\n')}
${[...choices(commands)].map(([flag, words]) => `complete -c finalmile -l ${flag.slice(2)} -x -a '${words.join(' ')}'`).join('\n')}
complete -c finalmile -l to -x -a "(${RECIPIENTS.replaceAll('$', String.raw`\$`)})"
`

const SCRIPTS: Readonly<Record<string, (commands: readonly Completed[]) => string>> = { bash, zsh, fish }
