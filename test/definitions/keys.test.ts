import { expect, it } from 'vitest'
import { dottedPath } from '../../src/definitions/keys.ts'

it.each<[string, readonly string[]]>([
  ['a.b.0.c', ['a', 'b', '0', 'c']],
  ['a', ['a']],
  ['a.b.', ['a.b.']],
  ['.a.b', ['.a.b']],
  ['a..b', ['a..b']],
  ['.', ['.']],
])('the key %s', (key, path) => { expect(dottedPath(key)).toEqual(path) })
