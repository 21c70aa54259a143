import { usageError } from '../../base/diagnostic.ts'
import { renderReference, renderTopic, topics } from '../../definitions/reference.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'

export const run: RunCommand = async ({ args: [topic], streams }) => {
  const text = topic === undefined ? renderReference() : renderTopic(topic)
  if (text === null) throw usageError(`the reference has no chapter and no key "${topic}"`, `its chapters are ${topics().join(', ')}`)
  streams.out.write(text)
  return EXIT.done
}
