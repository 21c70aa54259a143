import { describe, expect, it } from 'vitest'
import { BASE, load } from './loading.ts'

const REST = 'Response Parsing: {Success: status = "ok"}\nPrice: $1\n'
const said = (text: string) => load({ r: text + REST }).said

describe('letters that a file was not meant to have', () => {
  it.each<[string, string, readonly string[]]>([
    ['one that no UTF-8 has, as in a file of Windows-1252, would go to the buyer', `${BASE}Field Mapping:\n  city: "Montr\uFFFDal"\n`, ['r.yaml:4:15 error not-utf8: this letter cannot be read: the file is not saved as UTF-8 -> save it as UTF-8 (in Notepad: Save As, Encoding)']],
    ['in a remark it harms nobody', `# caf\uFFFD\n${BASE}Method: POST # caf\uFFFD\n`, []],
    ['quotes of a word processor are told', `${BASE}Field Mapping:\n  {{#if lead.x}}\n  tags: [“a b”, "“c”", d “e”]\n  {{/if}}\n`, ['r.yaml:5:10 warning odd-quotes: these quotes are part of the text -> where they are not, write "a b"']],
    ['and in what is only shown they are a matter of taste', `${BASE}Notes: “fine”\n`, []],
  ])('%s', (_rule, text, told) => { expect(said(text)).toEqual(told) })
})

it.each([
  ['RTF', '{\\rtf1\\ansi\n{\\fonttbl}\nRecipient: A\n', 'r.yaml:1:1 error not-yaml: this is a document (RTF) of a word processor'],
  ['an archive', 'PK\x03\x04word/', 'r.yaml:1:1 error not-yaml: this is a document of a word processor, or a zip archive'],
  ['a web page', '<!DOCTYPE html><html>Recipient: A</html>', 'r.yaml:1:1 error not-yaml: this is a web page'],
  ['a fence', '```yaml\nRecipient: A\n```\n', 'r.yaml:1:1 error not-yaml: this line fences code'],
  ['a fence behind words', 'Here it is:\n\n```yaml\nRecipient: A\n```\n', 'r.yaml:3:1 error not-yaml: this line fences code'],
])('a file that is no YAML at all is told for what it is, alone: %s', (_what, text, said) => {
  const told = load({ r: text }).said
  expect([told.length, told[0]]).toEqual([1, expect.stringContaining(said)])
})
