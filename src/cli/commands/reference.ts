import { usageError } from '../../base/diagnostic.ts'
import { suggest } from '../../definitions/suggest.ts'
import { renderReference, renderTopic, topics } from '../../definitions/reference.ts'
import { renderHelper, renderTemplates } from '../../wire/helpers/reference.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'

export const run: RunCommand = async ({ args: [topic], streams }) => {
  const text = topic === undefined ? `${renderReference()}\n${renderTemplates()}` : aboutOne(topic)
  if (text === null) throw usageError(`the reference has no chapter, no key and no helper "${topic}"`, helpOf(topic ?? ''))
  streams.out.write(text)
  return EXIT.done
}

/** `format` is a key and a helper: both are told. */
const aboutOne = (topic: string): string | null => {
  if (/^(templates?|helpers?)$/i.test(topic.trim())) return renderTemplates()
  const found = [renderTopic(topic), renderHelper(topic.trim().toLowerCase())].filter((each) => each !== null)
  return found.length === 0 ? null : found.join('\n')
}

const helpOf = (topic: string): string => {
  const chapters = [...topics(), 'Templates', 'Helpers']
  const meant = suggest(topic, chapters)
  return meant === null ? `its chapters are ${chapters.join(', ')}` : `did you mean ${meant}?`
}
