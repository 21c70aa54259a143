import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../../src/base/diagnostic.ts'
import { checkLeadSources, type LeadOptions } from '../../../src/adapters/leads/check.ts'
import { readLeads } from '../../../src/adapters/leads/read.ts'
import type { BadRow, LeadRow } from '../../../src/adapters/leads/batch.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/leads')
const read = async (names: readonly string[], options: LeadOptions = {}) => {
  const { sources, warnings } = await checkLeadSources(names, options)
  const stream = readLeads(sources, options)
  const leads: LeadRow[] = []
  const bad: BadRow[] = []
  for await (const batch of stream) { leads.push(...batch.leads); bad.push(...batch.bad) }
  return { leads, bad, warnings, progress: stream.progress(), ids: leads.map((each) => each.lead.id), fields: leads.map((each) => each.lead.fields) }
}
const fixture = (name: string, options?: LeadOptions) => read([join(fixtures, name)], options)
const fileOf = (text: string | Uint8Array, name = 'leads.csv') => {
  const path = join(mkdtempSync(join(tmpdir(), 'finalmile-leads-')), name)
  writeFileSync(path, text)
  return path
}
const textOf = (text: string | Uint8Array, name?: string, options?: LeadOptions) => read([fileOf(text, name)], options)
const problems = async (names: readonly string[], options?: LeadOptions) => {
  try {
    await read(names, options)
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics.map((each) => each.message)
    throw error
  }
  return []
}

describe('CSV', () => {
  it('gives every row with its place, values untouched', async () => {
    const { leads, bad, progress } = await fixture('leads.csv')
    expect(leads.map((each) => [each.lead.id, each.line])).toEqual([['L-1001', 2], ['L-1002', 3], ['L-1003', 4], ['L-1004', 5]])
    expect(leads[1]?.lead.fields).toMatchObject({ first_name: 'Seán', last_name: "O'Brien", street: '77 Pine St, Apt 5', 'source.name': 'google' })
    expect(leads[2]?.lead.fields).toMatchObject({ last_name: 'Jones "BJ"', loan_amount: '' })
    expect(leads[3]?.lead.fields).toMatchObject({ zip: '02134' })
    expect(bad).toEqual([])
    expect(progress).toEqual({ bytes: readFileSync(join(fixtures, 'leads.csv')).length, totalBytes: progress.bytes, rows: 4 })
  })

  it('sets bad rows aside with their line, and goes on', async () => {
    const { leads, bad } = await fixture('nasty.csv')
    expect(leads.map((each) => [each.lead.id, each.line])).toEqual([['N-1', 2], ['N-2', 3], ['N-3', 4], ['N-8', 10], ['N-10', 12], ['N-11', 14]])
    expect(leads[2]?.lead.fields.notes).toBe('two\nlines, one record')
    expect(leads[3]?.lead.fields).toMatchObject({ name: '{{x}}"<y>', notes: '=cmd()' })
    expect(bad.map((each) => [each.line, each.reason])).toEqual([
      [6, '3 columns, and the header has 4'],
      [7, '5 columns, and the header has 4'],
      [8, 'no id: `id` is empty'],
      [9, 'text stands behind a closing quote; a quote inside a quoted value is written twice'],
      [11, 'a quote is opened and not closed'],
    ])
    expect(bad[4]?.raw).toBe('N-9,"Ivy,ivy@example.com,lost quote')
  })

  it.each([
    ['excel-semicolon.csv', ['E-1', 'E-2'], { name: 'Zoë', loan_amount: '1,5' }],
    ['bom.csv', ['B-1'], { id: 'B-1', name: 'Ann' }],
    ['utf16.csv', ['U-1'], { name: 'Zoë' }],
    ['old-mac.csv', ['M-1', 'M-2'], { name: 'Ann' }],
    ['leads.csv.gz', ['L-1001', 'L-1002', 'L-1003', 'L-1004'], { first_name: 'Ann' }],
  ])('%s is read as it is', async (name, ids, first) => {
    const got = await fixture(name)
    expect(got.ids).toEqual(ids)
    expect(got.fields[0]).toMatchObject(first)
    expect(got.bad).toEqual([])
  })

  it('tells of long numbers that Excel has shortened', async () => {
    for (const rows of ['1,2.12555E+09\n', '1,"2.12555E+09"\n', '1,5\n2,2E+11', '1,2.1E+09\r\n']) expect((await textOf(`id,phone\n${rows}`)).warnings).toMatchObject([{ message: expect.stringContaining('E+') }])
    for (const [line, rows] of [[2, '2.1E+09,1\n'], [3, '1,5\r\n2,2E+11'], [4, '1,"a\nb"\n2,2E+11']] as const) expect((await textOf(`id,phone\n${rows}`)).warnings).toMatchObject([{ line }])
    for (const rows of ['1,2125551234\n', '1,AE+09\n', '1,x 2.1E+09 y\n']) expect((await textOf(`id,phone\n${rows}`)).warnings).toEqual([])
  })

  it('tells of errors and formulas that a spreadsheet left in place of values', async () => {
    const told = async (rows: string) => (await textOf(`id,zip\n${rows}`)).warnings.map(({ line, message }) => [line, message])
    expect(await told('1,2\n2,#N/A\n3,#REF!\n')).toEqual([[3, 'errors of a spreadsheet stand in it (#N/A) in place of values']])
    for (const cell of ['="02134"', '"=""02134"""']) expect(await told(`1,${cell}\n`)).toEqual([[2, 'values stand in it as formulas (="02134"): buyers get them with = and quotes']])
    // Google Sheets makes it of +1 512 555 0101.
    expect(await told('1,#ERROR!\n')).toEqual([[2, 'errors of a spreadsheet stand in it (#ERROR!) in place of values']])
    for (const rows of ['1,#N/Ax\n', '1,a #REF!\n', '1,=1+1\n', '1,"say ""hi"""\n']) expect(await told(rows)).toEqual([])
  })

  it("tells of Meta's marks, and sets its test leads aside", async () => {
    const rows = ['l:1\tp:+15125550101\tz:02134', 'l:2\tp:<test lead: dummy data for phone_number>\tz:90210']
    const { warnings, leads, bad } = await textOf(Buffer.from(`\uFEFFid\tphone_number\tzip\r\n${rows.join('\r\n')}\r\n`, 'utf16le'))
    expect(leads.map(({ lead }) => lead.id)).toEqual(['l:1'])
    expect(bad.map(({ line, reason }) => [line, reason])).toEqual([[3, 'a test lead of Meta, no person']])
    expect(warnings.map(({ line, message }) => [line, message])).toEqual([[2, "Meta's marks stand before its values (p:+15125550101): mapped as they are, buyers get them too"]])
    const answer = await textOf('{"id":"1","values":["<test lead: dummy data for full_name>"]}\n{"id":"2","values":["Ann"]}\n')
    expect(answer.leads.map(({ lead }) => lead.id)).toEqual(['2'])
  })

  it('tells of what programs write for numbers and for nothing', async () => {
    const told = async (rows: string) => (await textOf(`id,phone,note\n${rows}`)).warnings.map(({ line, message }) => [line, message])
    expect(await told('1,,a\n2,5125550101.0,b\n')).toEqual([[3, 'phones or ids stand in it as numbers with decimals (5125550101.0): mapped as they are, buyers get them so']])
    expect(await told('1,NULL,a\n2,"NULL",b\n')).toEqual([[2, 'NULL stands in it where there is no value: buyers get it as a word']])
    expect(await told('1,5,\\N\n')).toEqual([[2, '\\N stands in it where there is no value: buyers get it as a word']])
    for (const rows of ['1,5000.0,a\n', '1,5,Null\n', '1,5,NULL and void\n']) expect(await told(rows)).toEqual([])
  })

  it('tells of apostrophes before phones, as Typeform writes them', async () => {
    const told = async (rows: string) => (await textOf(`id,phone\n${rows}`)).warnings.map(({ line, message }) => [line, message])
    for (const rows of ["1,5125550101\n2,'+1 512 555 0102\n", `"1",""\n"2","'+1 512 555 0102"\n`]) expect(await told(rows)).toEqual([[3, "apostrophes stand before its values ('+1 512 555 0102), for spreadsheets: mapped as they are, buyers get them too"]])
    for (const rows of ["1,'tis\n", "1,O'+1\n"]) expect(await told(rows)).toEqual([])
  })

  it('tells of postal codes that have lost their zero, with how to give it back', async () => {
    const told = async (rows: string) => (await textOf(`id,Zip Code\n${rows}`)).warnings.map(({ line, message, help }) => [line, message, help])
    for (const rows of ['1,90210\n2,2134\n', '"1","90210"\n"2","2134"\n']) expect(await told(rows)).toEqual([[3, 'postal codes have lost their leading zero (2134)', expect.stringContaining('{{format lead.[Zip Code] "00000"}}')]])
    expect(await told('1,90210\n2,02134\n3,\n')).toEqual([])
    // In Australia and Switzerland they have four.
    expect(await told('1,3000\n2,2134\n')).toEqual([])
  })

  it('does not send text in a wrong encoding', async () => {
    const got = await fixture('windows-1252.csv')
    expect(got.ids).toEqual(['C-1'])
    expect(got.bad).toMatchObject([{ line: 3, reason: expect.stringContaining('UTF-8') }])
    expect(got.warnings).toMatchObject([{ severity: 'warning', help: 'see bad-rows.csv after the run' }])
    expect((await textOf('id,,x\n1,2,3\n')).warnings).toMatchObject([{ message: expect.stringContaining('column 2 has no name'), help: 'give it a name in the first line' }])
  })

  it('of either UTF-16 is read', async () => {
    const bytes = Buffer.from('\uFEFFid,name\nU-1,Zoë\n', 'utf16le')
    for (const each of [bytes, Buffer.from(bytes).swap16()]) expect((await textOf(each)).fields).toEqual([{ id: 'U-1', name: 'Zoë' }])
  })

  it.each([
    ['header only', 'id,name\n', [], 0],
    ['no line end at the end', 'id,name\n1,a', ['1'], 0],
    ['closing quote at the end', 'id,name\n1,"a"', ['1'], 0],
    ['blank lines', 'id,name\n\n1,a\n  \n\n2,b\n\n', ['1', '2'], 0],
    ['a NUL', 'id,name\n1,a\0b\n2,b\n', ['2'], 1],
    ['a name of the language', 'id,__proto__,constructor\n1,a,b\n', ['1'], 0],
    ['an upper-case ID', 'ID,name\n7,a\n', ['7'], 0],
    ['spaces around names and the id', ' id , name\n 7 ,a\n', ['7'], 0],
    ['one column', 'id\n1\n2\n', ['1', '2'], 0],
    ['one column, of texts', 'id\n"a, b"\nc;d\n', ['a, b', 'c;d'], 0],
    ['more columns without names than with', 'id,name,,,,\n1,a,,,x,\n', ['1'], 0],
    ['a first row with none of the signs', 'id,name\nx y\n2,b\n', ['2'], 1],
    ['a first row with too many columns', 'id,name\n1,a,b,c,d\n2,b\n', ['2'], 1],
    ['another sign that is named', 'sep=^\nid^name\n1^a\n', ['1'], 0],
    ['a sign named in quotes', '"sep=;"\nid;name\n1;a\n', ['1'], 0],
    ['pipes', 'id|name\n1|a,b\n', ['1'], 0],
    ['a true U+FFFD', 'id,name\n1,\uFFFD\n', ['1'], 0],
    ['a quoted header', '"id","na""me, x"\n1,a\n', ['1'], 0],
    ['an unnamed column', ',id\n0,1\n', ['1'], 0],
    ['delimiters behind the last column', 'id,name\n1,"a",,\n2,"two\nlines",\n', ['1', '2'], 0],
    ['the line ends that Python writes on Windows', 'id,name\r\r\n1,"a"\r\r\n2,b\r\r\n', ['1', '2'], 0],
    ['a NUL between quotes', 'id,name\n1,"a\0b"\n2,"b"\n', ['2'], 1],
  ])('%s', async (_what, text, ids, bad) => {
    const got = await textOf(text)
    expect(got.ids).toEqual(ids)
    expect(got.bad.length).toBe(bad)
  })

  it.each<[string, string | Buffer]>([
    ['by cat', 'id,name\n1,a\nid,name\n2,b\n'],
    ['with blanks', 'id , name,\n1,a,\n id, name,\n2,b,\n'],
    ['with marks of the byte order', '\uFEFFid,name\n1,a\n\uFEFFid,name\n2,b\n'],
    ['with marks and quotes', '\uFEFF"id","name"\n"1","a"\n\uFEFF"id","name"\n"2","b"\n'],
  ])('of several files put together %s: the header between them is no lead', async (_what, text) => {
    expect(await textOf(text)).toMatchObject({ ids: ['1', '2'], bad: [] })
    expect((await textOf('id,name\nid,Ann\n')).ids).toEqual(['id'])
  })

  it('takes blanks around quotes for none of the value', async () => {
    const { fields, bad } = await textOf('id, name, note\n1, "Ann", "a, ""b""" \n2,"Bo" ,  "two\nlines"\n3, Cy ,5" pipe\n4, "Di" Ray,x\n')
    expect(fields).toEqual([{ id: '1', name: 'Ann', note: 'a, "b"' }, { id: '2', name: 'Bo', note: 'two\nlines' }, { id: '3', name: ' Cy ', note: '5" pipe' }])
    expect(bad).toMatchObject([{ line: 6, reason: expect.stringContaining('behind a closing quote') }])
  })

  it('has no `\\r` of a line end in its values', async () => {
    for (const end of ['\n', '\r\n', '\r\r\n', '\r']) {
      const { leads } = await textOf(['name,id', 'Ann,1', '"Bo",2', 'Cy,"3"', ''].join(end))
      expect(leads.map(({ lead: { fields }, line }) => [fields, line])).toEqual([[{ name: 'Ann', id: '1' }, 2], [{ name: 'Bo', id: '2' }, 3], [{ name: 'Cy', id: '3' }, 4]])
    }
  })

  it('keeps a column named __proto__ as data', async () => {
    const [fields] = (await textOf('id,__proto__\n1,a\n')).fields
    expect(Object.entries(fields ?? {})).toEqual([['id', '1'], ['__proto__', 'a']])
  })

  it('loses one line to a lost quote in a long file, not the rest', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => `${i},${i === 100 ? '"lost' : 'x'.repeat(40)}\n`)
    const got = await textOf(`id,name\n${rows.join('')}`)
    expect(got.leads.length).toBe(39_999)
    expect(got.bad).toMatchObject([{ line: 102 }])
  })

  it('names a lead without an id by its record, in whatever order', async () => {
    const [a] = (await textOf('name,email\nAnn,a@example.com\n')).ids
    const [b] = (await textOf('email,name\na@example.com,Ann\n')).ids
    const [c] = (await textOf('[{"name":"Ann","email":"a@example.com"}]', 'x.json')).ids
    const [d] = (await textOf('name,email\nAnn,b@example.com\n')).ids
    // As ever: one that changed would be a new lead, and sold again.
    expect(a).toBe('h_bRyyGy0E2iFpZWFwM13NCt')
    expect((await textOf('[{"b":[{"y":1,"x":null},true],"a":"é"}]', 'x.json')).ids).toEqual(['h_e0XiTwxy9YX8bbQehSl0NT'])
    expect([b, c]).toEqual([a, a])
    expect(d).not.toBe(a)
  })

  it('takes the id from the field asked for', async () => {
    expect((await textOf('id,REF\n1,r9\n', 'x.csv', { id: 'Ref' })).ids).toEqual(['r9'])
    expect((await textOf('{"id":1,"ref":"r9"}\n{"id":2}\n', 'x.jsonl', { id: 'ref' }))).toMatchObject({ ids: ['r9'], bad: [{ line: 2, reason: 'no id: the record has no `ref`' }] })
    expect(await problems([fileOf('id,ref\n1,r9\n')], { id: 'nope' })).toEqual(['no column `nope`, which --id names'])
  })
})

describe('JSON', () => {
  it('an array in any layout, types kept', async () => {
    const { ids, fields, bad } = await fixture('leads.json')
    expect(ids).toEqual(['1', 'J-2', expect.stringMatching(/^h_/)])
    expect(fields[0]).toEqual({ id: 1, first_name: 'Ann', score: 82, source: { name: 'google' }, tags: ['a', 'b'] })
    expect(fields[1]).toEqual({ id: 'J-2', first_name: 'Bo]b}', note: 'quote " and \\' })
    expect(bad).toEqual([])
  })
  it('an array inside one key', async () => expect((await fixture('wrapped.json')).ids).toEqual(['W-1', 'W-2']))
  it('lines, a bad one set aside; digits that no number holds stay as text', async () => {
    const { leads, bad } = await fixture('leads.jsonl')
    expect(leads.map((each) => [each.lead.id, each.line])).toEqual([['JL-1', 1], ['JL-3', 4]])
    expect(leads[1]?.lead.fields.facebook_id).toBe('12345678901234567890')
    expect(bad.map((each) => each.line)).toEqual([3, 5])
  })
  it.each([
    ['one key of several', '{"total":2,"leads":[{"id":1},{"id":2}]}', 'leads'],
    ['laid out', '{\n "total": 1,\n "results": [\n {"id":1}\n ]\n}\n', 'results'],
    ['with nothing in it', '{"total":0,"leads":[]}', 'leads'],
    ['of a form', '{"responseCode":200,"content":[{"form_id":1}]}', 'content'],
    ['deeper', '{"ok":true,"data":{"contacts":[{"id":1}]}}', 'data.contacts'],
  ])('what an export wraps leads in is no lead: %s', async (_what, text, list) => {
    const { ids, bad } = await textOf(text, 'leads.json')
    expect(ids).toEqual([])
    expect(bad).toMatchObject([{ line: 1, reason: expect.stringContaining(`under \`${list}\``) }])
  })
  it('a lead may hold lists of its own', async () => {
    expect((await textOf('{"email":"a@example.com","items":[{"sku":1}]}', 'leads.json')).fields).toHaveLength(1)
    expect((await textOf('{"id":1,"data":[{"sku":1}],"score":5}', 'leads.json')).ids).toEqual(['1'])
    expect((await textOf('{"loan_amount":5000,"vehicles":[{"vin":"1"}]}', 'leads.json')).fields).toHaveLength(1)
  })
  it.each([
    ['an empty array', '[]', [], 0],
    ['one object', '{"id":1}', ['1'], 0],
    ['one object, laid out', '{\n  "id": 1,\n  "a": {"b": [1]}\n}\n', ['1'], 0],
    ['objects one after the other', '{\n "id":1\n}\n{\n "id":2\n}', ['1', '2'], 0],
    ['wrapped on one line', '{"data":[{"id":1},{"id":2}]}', ['1', '2'], 0],
    ['scalars among objects', '[{"id":1}, 42, "x, y", null, {"id":2}]', ['1', '2'], 3],
    ['a scalar at the end', '[{"id":1}, 42]', ['1'], 1],
    ['digits that no number holds', '[{"id":9007199254740993}, {"id":-9007199254740993}]', ['9007199254740993', '-9007199254740993'], 0],
    ['many small parts', `[{"id":1,"parts":[${'{"a":[]},'.repeat(150)}{}]}]`, ['1'], 0],
    ['brackets in a text, behind quotes of its own', `[{"id":1,"note":"\\"${'['.repeat(150)}\\\\"}]`, ['1'], 0],
    ['a broken object', '[{"id":1}, {"id":}, {"id":2}]', ['1', '2'], 1],
    ['cut off inside', '[{"id":1}, {"id":', ['1'], 1],
    ['cut off between', '[{"id":1},', ['1'], 1],
    ['arrays one after the other', '[{"id":1}]\n[]\n[{"id":2},\n{"id":3}]\n', ['1', '2', '3'], 0],
    ['an array behind text', '[{"id":1}] x [{"id":2}]', ['1'], 1],
    ['an array behind an array that is cut off', '[{"id":1}][{"id":2}', ['1', '2'], 1],
    ['text behind', '[{"id":1}] {"id":2}', ['1'], 1],
    ['a lost quote', '[\n{"id":1},\n{"id":"2},\n{"id":3}\n]', ['1', '3'], 1],
    ['an id that is none', '[{"id":null},{"id":""},{"id":[1]},{"id":true}]', [], 4],
    ['no fields', '[{}]', [], 1],
    ['depth that would break the stack', `[{"id":1,"a":${'['.repeat(5000)}${']'.repeat(5000)}},{"id":2}]`, ['2'], 1],
  ])('%s', async (_what, text, ids, bad) => {
    const got = await textOf(text, 'x.json')
    expect(got.ids).toEqual(ids)
    expect(got.bad.length).toBe(bad)
  })
  it('a file that is named JSON Lines is, whatever stands first in it', async () => expect(await textOf('oops\n{"id":"a"}\n', 'x.jsonl')).toMatchObject({ ids: ['a'], bad: [{ line: 1 }] }))
  it('zeros that a download left behind the leads are one bad row', async () => expect((await textOf(Buffer.concat([Buffer.from('id,name\n1,Ann\n'), Buffer.alloc(300)]), 'x.csv')).ids).toEqual(['1']))
  it('an empty JSON Lines file holds no leads', async () => expect((await textOf('', 'x.jsonl')).ids).toEqual([]))
})

describe('what cannot be read', () => {
  it.each<[string, string | Uint8Array, string, RegExp]>([
    ['Excel', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from('....xl/workbook.xml')]), 'x.csv', /Excel file; save it as CSV/],
    ['old Excel', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2]), 'x.xls', /old Excel/],
    ['LibreOffice', 'PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'x.csv', /spreadsheet of LibreOffice/],
    ['a table of HTML', '<html><head>\n</head><body><table><tr><th>id</th></tr></table></body></html>', 'x.xls', /table in HTML/],
    ['a bare table', '<table border=1><tr><th>id</th></tr></table>', 'x.xls', /table in HTML/],
    ['a table of XML', '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', 'x.xls', /table in HTML or XML/],
    ['zip', 'PK\x03\x04....leads.csv', 'x.zip', /zip archive/],
    ['a page to log in', '<html><body><form><table><tr><td><input></td></tr></table></form></body></html>', 'x.csv', /web page/],
    ['a web page', '<!DOCTYPE html><html>', 'x.csv', /web page/],
    ['XML', '<?xml version="1.0"?><leads/>', 'x.xml', /XML/],
    ['empty', '', 'x.csv', /empty/],
    ['blank', ' \n\n', 'x.csv', /empty/],
    ['binary', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 32)), 'x.csv', /binary|UTF-16/],
    ['a short file of Windows-1252', Buffer.from('id,name\n1,Zo\xeb \x93q\x94 \x80\n', 'latin1'), 'x.csv', /not UTF-8/],
    ['UTF-16 without a mark', Buffer.from('id,name\n1,Ann\n', 'utf16le'), 'x.csv', /UTF-16/],
    ['a short file whose beginning zeros have replaced', Buffer.concat([Buffer.alloc(500), Buffer.from('id,name\n1,Ann\n')]), 'x.csv', /binary/],
    ['RTF', '{\\rtf1\\ansi\n{\\fonttbl\\f0 Helvetica;}\nid,name\\\n1,Ann}\n', 'x.csv', /RTF/],
    ['no header: an email', '1,ann@example.com\n2,bob@example.com\n', 'x.csv', /looks like a lead/],
    ['no header: a phone', 'Ann,(512) 555-0101\n', 'x.csv', /looks like a lead/],
    ['one name twice', 'id,email,email\n1,a,b\n', 'x.csv', /two columns are named `email`/],
    ['a title above the names', 'Leads of November\n\nid,name,email\n1,a,b\n', 'x.csv', /names one column \(Leads of November\), the row below it has 3/],
    ['a title of a spreadsheet', 'Leads of November,,\n,,\nid,name,email\n1,a,b\n', 'x.csv', /names one column/],
    ['joined headings', 'Contact,,,Address,,\nid,name,email,city,state,zip\n', 'x.csv', /names 2 columns \(Contact, Address\), the row below it has 6/],
    ['a title above semicolons', 'Leads of November\nid;name;email\n', 'x.csv', /one column .* has 3/],
    ['a title with a colon', 'Exported: 11/30/2026 10:15\nid,name,email,phone\n', 'x.csv', /names 3 columns .* has 4/],
    ['columns of a fixed width', 'id   name\n1    Ann\n', 'x.txt', /looks like several/],
    ['whole lines in quotes', '"id,name"\n"1,a"\n', 'x.csv', /one column \(id,name\)/],
    ['no names', ',,\n1,2,3\n', 'x.csv', /names no columns/],
    ['text called JSON', 'id,name\n1,a\n', 'x.json', /not JSON/],
    ['a damaged gzip', Buffer.concat([gzipSync('id\n1\n').subarray(0, 12), Buffer.from('garbage')]), 'x.csv.gz', /cannot be read/],
  ])('%s', async (_what, bytes, name, message) => expect((await problems([fileOf(bytes, name)]))[0]).toMatch(message))

  it('a folder, a missing file with its like, no match, all told together', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finalmile-leads-'))
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'june.csv'), 'id\n1\n')
    try {
      await checkLeadSources([join(folder, 'sub'), join(folder, 'June.txt'), join(folder, '*.json'), join(folder, 'june.csv')])
      expect.fail()
    } catch (error) {
      const diagnostics = error instanceof UserError ? error.diagnostics : []
      expect(diagnostics.map((each) => each.code)).toEqual(['folder', 'no-file', 'no-file'])
      expect(diagnostics[1]?.help).toContain('june.csv')
    }
    const help = async (name: string): Promise<string | undefined> => checkLeadSources([join(folder, name)]).then(() => undefined, (error: unknown) => (error instanceof UserError ? error.diagnostics[0]?.help : undefined))
    for (const near of ['jnue.csv', 'juneX.csv', 'jue.csv', 'Kune.csv']) expect(await help(near)).toBe(`did you mean ${join(folder, 'june.csv')}?`)
    for (const far of ['march.csv', 'no/june.csv']) expect(await help(far)).toBe('check the name and the folder')
    expect(await problems([])).toEqual(['no lead file given'])
  })

  it('a file that breaks off while it is read ends with a bad row', async () => {
    const text = `id,name\n${Array.from({ length: 50_000 }, (_, i) => `${i},${Math.sin(i)}\n`).join('')}`
    const got = await textOf(gzipSync(text).subarray(0, 200_000), 'x.csv.gz')
    expect(got.leads.length).toBeGreaterThan(1000)
    expect(got.bad).toMatchObject([{ reason: expect.stringContaining('reading stopped') }])
  })
})

describe('a file that grows while it is read', () => {
  const grown = async (more: string) => {
    const path = fileOf('id,phone\nL1,5125550101\nL2,51255')
    const { sources } = await checkLeadSources([path])
    appendFileSync(path, more)
    const leads: LeadRow[] = []
    const bad: BadRow[] = []
    for await (const batch of readLeads(sources)) { leads.push(...batch.leads); bad.push(...batch.bad) }
    return { phones: leads.map((each) => each.lead.fields['phone']), reasons: bad.map((each) => each.reason) }
  }
  it('does not give out a row that has not come to its end', async () => {
    expect(await grown('501')).toEqual({ phones: ['5125550101'], reasons: [expect.stringContaining('still being written')] })
  })
  it('is read to where its rows are whole', async () => {
    expect(await grown('50102\nL3,5125550103\n')).toEqual({ phones: ['5125550101', '5125550102', '5125550103'], reasons: [] })
    expect(await grown('')).toEqual({ phones: ['5125550101', '51255'], reasons: [] })
  })
})

describe('sources', () => {
  it('several files and globs in order, each file once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finalmile-leads-'))
    for (const name of ['b', 'a', 'c']) writeFileSync(join(folder, `${name}.csv`), `id\n${name}\n`)
    expect((await read([join(folder, 'c.csv'), join(folder, '*.csv')])).ids).toEqual(['c', 'a', 'b'])
  })
  it.each([
    ['CSV, a byte at a time', [...Buffer.from('id,name\n1,"Zoë ""x"""\n2,b\r\n')].map((each) => Buffer.from([each])), ['1', '2']],
    ['JSON, a byte at a time', [...Buffer.from('{"leads":[\n{"id":"\\"é"},{"id":2}]}')].map((each) => Buffer.from([each])), ['"é', '2']],
    ['JSON Lines', [Buffer.from('{"id":1}\n{"i'), Buffer.from('d":2}')], ['1', '2']],
    ['nothing', [], []],
  ])('standard input: %s', async (_what, chunks, ids) => {
    const got = await read(['-'], { stdin: Readable.from(chunks) })
    expect(got.ids).toEqual(ids)
    expect(got.bad).toEqual([])
    expect(got.progress.totalBytes).toBeNull()
  })
  it('standard input is read once, a byte at a time if need be, packed or not, and named twice too', async () => {
    const text = '\uFEFFid,name\nL1,Ann\nL2,J\u00fcrgen\n'
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const stdin = Readable.from(Array.from(bytes, (each) => Buffer.from([each])))
      expect((await read(['-', '-'], { stdin })).fields).toEqual([{ id: 'L1', name: 'Ann' }, { id: 'L2', name: 'J\u00fcrgen' }])
    }
  })

  it('a file that ends within a character sets its last row aside', async () => {
    const { ids, bad } = await textOf(Buffer.from('id,name\nL1,Ann\nL2,J\u00fc').subarray(0, -1))
    expect([ids, bad.map((each) => each.line)]).toEqual([['L1'], [3]])
  })

  it('standard input that holds no leads is told when it is read', async () => {
    expect(await problems(['-'], { stdin: Readable.from([Buffer.from('<html>')]) })).toEqual(['this is a web page, not a lead file'])
  })

  it('reads only as it is pulled, in bounded memory', async () => {
    const row = `,Ann,ann@example.com,${'x'.repeat(60)}\n`
    const path = fileOf(`id,name,email,note\n${Array.from({ length: 300_000 }, (_, i) => i + row).join('')}`)
    const { sources } = await checkLeadSources([path])
    const stream = readLeads(sources)
    let rows = 0
    let largest = 0
    for await (const batch of stream) {
      if (rows === 0) expect(stream.progress().bytes).toBeLessThan(512 * 1024)
      rows += batch.leads.length
      largest = Math.max(largest, batch.leads.length)
    }
    expect(rows).toBe(300_000)
    // A batch is what one chunk held: nothing gathers, whatever the file's size.
    expect(largest).toBeLessThan(2000)
    expect(stream.progress().bytes).toBe(stream.progress().totalBytes)
  })
})
