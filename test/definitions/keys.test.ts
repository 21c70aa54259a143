import { expect, it } from 'vitest'
import { dottedPath, undotted } from '../../src/definitions/keys.ts'

it.each<[string, readonly string[]]>([
  ['a.b.0.c', ['a', 'b', '0', 'c']],
  ['a', ['a']],
  ['a.b.', ['a.b.']],
  ['.a.b', ['.a.b']],
  ['a..b', ['a..b']],
  ['.', ['.']],
  ['ownerid@odata\\.bind', ['ownerid@odata.bind']],
  ['a.b\\.c.d', ['a', 'b.c', 'd']],
  ['\\.a', ['.a']],
  ['a\\b', ['a\\b']],
])('the key %s', (key, path) => { expect(dottedPath(key)).toEqual(path) })

it('a name with dots is written as one key', () => {
  for (const name of ['a', 'ownerid@odata.bind', 'a..b', '.a']) expect(dottedPath(undotted(name))).toEqual([name])
})
