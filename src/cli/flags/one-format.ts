import { usageError } from '../../base/diagnostic.ts'
import type { Invocation } from '../command.ts'

/** stdout carries one kind of data: of two that are asked for, neither is silently left out. */
export const requireOneFormat = ({ options, settings }: Pick<Invocation, 'options' | 'settings'>): void => {
  const asked = [...(settings.json ? ['--json'] : []), ...FORMATS.filter((each) => options[each] === true).map((each) => `--${each}`)]
  if (asked.length > 1 && asked.join() !== '--json,--jsonl') throw usageError(`${asked.join(' and ')} contradict each other`, 'give one of them')
}

const FORMATS = ['csv', 'jsonl', 'markdown'] as const
