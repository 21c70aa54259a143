import { renderReference } from '../../definitions/reference.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'

export const run: RunCommand = async ({ streams }) => {
  streams.out.write(renderReference())
  return EXIT.done
}
