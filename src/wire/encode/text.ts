import type { Built } from '../mapping/build.ts'
import { pairsOf } from './pairs.ts'

/** A mapping that is one template is the text itself; a map becomes lines of `name: value`, line breaks inside values blanks. */
export const plainTextOf = (built: Built): string =>
  pairsOf(built).map(([name, value]) => (name === '' ? value : `${name}: ${value.replace(/[\r\n]+/g, ' ')}`)).join('\n')
