import { jsonSchema } from '../../definitions/schema.ts'
import type { RunCommand } from '../command.ts'
import { EXIT } from '../exit.ts'

export const run: RunCommand = async ({ streams }) => {
  streams.out.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
  return EXIT.done
}
