import type { YAMLError } from 'yaml'

interface InWords { readonly code: string; readonly message: string; readonly help: string }

/** What a fault of the YAML means to the person who wrote it. `line`: the line that it stands in, `rest` from its column on. */
export const tellYamlProblem = (error: YAMLError, line: string, rest: string): InWords => {
  const first = rest.trim()[0] ?? ''
  switch (error.code) {
    case 'TAB_AS_INDENT': return { code: 'tab-indentation', message: 'a tab stands where the indentation is', help: 'indent with blanks' }
    case 'MULTIPLE_DOCS': return { code: 'second-document', message: 'a second document starts here, and a file holds one recipient', help: 'move it to a file of its own' }
    case 'BAD_SCALAR_START': return { code: 'needs-quotes', message: `a value cannot start with ${first} without quotes`, help: `write ${quoted(rest)}` }
    case 'BAD_ALIAS': return { code: 'needs-quotes', message: `a value that starts with ${first || '*'} means something else in YAML`, help: `write ${quoted(rest)}` }
    case 'BLOCK_AS_IMPLICIT_KEY': return hasSecondColon(line) ? { code: 'needs-quotes', message: 'a second colon stands in this line', help: helpForColon(line) }
      : { code: 'bad-indentation', message: 'the line below is indented under this one, which has a value already', help: 'keys of one block start in the same column' }
    case 'BAD_DQ_ESCAPE': return { code: 'bad-escape', message: 'a backslash in double quotes starts an escape that does not exist', help: "write it in single quotes: '…', or the backslash twice" }
    case 'MULTILINE_IMPLICIT_KEY': return { code: 'missing-colon', message: 'this key has no colon on its line', help: 'write key: value' }
    case 'TAG_RESOLVE_FAILED': return { code: 'needs-quotes', message: 'a value that starts with ! means something else in YAML', help: `write ${quoted(rest)}, or not in place of !` }
    case 'MISSING_CHAR':
      if (/quote/i.test(error.message)) return { code: 'unclosed-quote', message: 'this quote is never closed', help: 'close it, or leave both quotes out' }
      if (/[{[]|flow/i.test(error.message)) return { code: 'unclosed-brace', message: 'a brace or a bracket is not closed, or a comma is missing', help: 'close it, or write each key on a line of its own' }
      return { code: 'missing-colon', message: 'this line is no key with a value', help: 'write key: value' }
    case 'BAD_INDENT': if (/^Flow/i.test(error.message)) return { code: 'unclosed-brace', message: 'a brace or a bracket above this line is not closed', help: 'close it, or write each key on a line of its own' }
      return { code: 'bad-indentation', message: 'this line is indented to no level that is open above it', help: 'keys of one block start in the same column' }
    default: if (/^\s*(?:- )*(?:[^:]+:\s+)?[*&!]/.test(line)) return { code: 'needs-quotes', message: 'a value that starts with *, & or ! means something else in YAML', help: `write ${quoted(line.replace(/^\s*(?:- )*(?:[^:*&!]+:\s+)?/, ''))}` }
      return { code: 'yaml', message: plain(error.message), help: 'quote the value, or compare with an example: finalmile reference' }
  }
}

const plain = (message: string): string => (message.split('\n')[0] ?? '').replace(/[.:]$/, '').replace(/^./, (letter) => letter.toLowerCase())

/** Single quotes where double ones are inside. */
const quoted = (text: string): string => {
  const value = text.replace(/\s+#.*$/, '').trim()
  const cut = value.length > 60 ? `${value.slice(0, 60)}…` : value
  return cut.includes('"') ? `'${cut.replaceAll("'", "''")}'` : `"${cut}"`
}

const LINE = /^\s*(?:- )*([^:]+):\s+(.*)$/
/** Keys with names and values below them. */
const BLOCK = /^(headers|settings|options|auth|batch|ping|tables|capture|(field )?mapping|(response )?parsing|response codes|retry strategy|test settings)$/i
/** Of a key alone on its line the value is a raw answer below it. */
const hasSecondColon = (line: string): boolean => !/^[^:]*:\s*$/.test(line) && /:(?:\s|$)/.test((LINE.exec(line)?.[2] ?? ':').replace(/\{\{[^}]*\}\}|"[^"]*"|'[^']*'/g, ''))

const helpForColon = (line: string): string => {
  const [, key = '', value = ''] = LINE.exec(line) ?? []
  if (key === '') return 'quote the value'
  return `quote the value: ${key.trim()}: ${quoted(value)}${BLOCK.test(key.trim()) ? `; or, where ${key.trim()} is a block, put it on the line below, indented` : ''}`
}
