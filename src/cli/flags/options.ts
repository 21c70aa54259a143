import { usageError } from '../../base/diagnostic.ts'
import type { Mode } from '../../core/event.ts'
import type { Period } from '../../core/report.ts'
import type { Invocation } from '../command.ts'

type Given = Pick<Invocation, 'options'>

/** An option's value as the flag's own reader left it; null where it was not given. */
export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
export const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
/** Of `name=value`, repeated; none where it was not given. */
export const pairsOf = (value: unknown): Readonly<Record<string, string>> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, string> : {})

export const modeOf = ({ options }: Given): Mode => (options.test === true ? 'test' : 'live')

/** The same for what sends or records: nothing happens live by a clock that is not the machine's. */
export const modeToAct = (invocation: Pick<Invocation, 'options' | 'settings'>): Mode => {
  const mode = modeOf(invocation)
  if (invocation.settings.clock !== null && mode === 'live') throw usageError('--clock is for test mode only', 'add --test')
  return mode
}

/** `--since` and `--until`. */
export const periodOf = ({ options }: Given): Period => {
  const [since, until] = [numberOf(options.since), numberOf(options.until)]
  if (since !== null && until !== null && since >= until) throw usageError('--since is not before --until, so that nothing lies between them', 'for example --since 2026-11-01 --until 2026-12-01 for all of November')
  return { since, until }
}

/** `--to`: who gets the leads. */
export const requireTo = ({ options }: Given): string => {
  const to = textOf(options.to)
  if (to === null) throw usageError('--to is missing: who gets the leads?', 'for example --to acme; finalmile check --json names all that there are')
  return to
}

/** stdout carries one kind of data: of two that are asked for, neither is silently left out. */
export const requireOneFormat = ({ options, settings }: Pick<Invocation, 'options' | 'settings'>): void => {
  const asked = [...(settings.json ? ['--json'] : []), ...FORMATS.filter((each) => options[each] === true).map((each) => `--${each}`)]
  if (asked.length > 1 && asked.join() !== '--json,--jsonl') throw usageError(`${asked.join(' and ')} contradict each other`, 'give one of them')
}

const FORMATS = ['csv', 'jsonl', 'markdown'] as const
