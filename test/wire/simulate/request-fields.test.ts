import { describe, expect, it } from 'vitest'
import { fieldsOf, rowsOf } from '../../../src/wire/simulate/request-fields.ts'

const request = (body: string, type = '', url = '/r/x') => ({ method: 'POST', url, headers: { 'content-type': type }, body })

describe('the fields of a request', () => {
  it.each([
    ['JSON', request('{"a":{"email":"x@y.zz"},"n":[1]}', 'application/json'), [['a.email', 'x@y.zz'], ['n.0', '1']]],
    ['XML', request('<?xml version="1.0"?><l:lead xmlns:l="u" id="7"><l:zip>02108</l:zip></l:lead>', 'text/xml'), [['lead.zip', '02108'], ['lead.id', '7']]],
    ['form', request('a=1&b=x+y%21', 'application/x-www-form-urlencoded'), [['a', '1'], ['b', 'x y!']]],
    ['query', request('', '', '/r/x?email=a%40b.cc'), [['email', 'a@b.cc']]],
    ['text', request('first: Ann\nst = CA', 'text/plain'), [['first', 'Ann'], ['st', 'CA']]],
    ['broken JSON', request('{"a":', 'application/json'), []],
  ])('%s', (_, given, wanted) => {
    const found = fieldsOf(given).map((each) => [each.name, each.value])
    for (const each of wanted) expect(found).toContainEqual(each)
    if (wanted.length === 0) expect(found).toEqual([])
  })

  it('JSON in a form parameter', () => {
    expect(fieldsOf(request('k=1&payload=%7B%22email%22%3A%22x%22%7D', 'application/x-www-form-urlencoded'), 'payload'))
      .toEqual([{ name: 'k', value: '1' }, { name: 'email', value: 'x' }])
  })

  it('the rows of a batch: CSV with quotes, a JSON array, an array inside', () => {
    expect(rowsOf(request('id,name\r\n1,"O""B, x"\r\n2,\r\n', 'text/csv'))).toEqual([
      [{ name: 'id', value: '1' }, { name: 'name', value: 'O"B, x' }], [{ name: 'id', value: '2' }, { name: 'name', value: '' }],
    ])
    expect(rowsOf(request('[{"id":1},{"id":2}]'))).toHaveLength(2)
    expect(rowsOf(request('{"leads":[{"id":1},{"id":2}]}'))).toHaveLength(2)
    expect(rowsOf(request('{"id":1}'))).toHaveLength(1)
  })
})
