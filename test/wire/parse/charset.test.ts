import { describe, expect, it } from 'vitest'
import { decodeBody } from '../../../src/wire/parse/charset.ts'

const bytes = (...parts: readonly (string | readonly number[])[]): Buffer => Buffer.concat(parts.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : Buffer.from(each))))
const utf16 = Buffer.from('é€', 'utf16le')

describe('the text of a body', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['is UTF-8 where nothing is said', Buffer.from('é€'), '', 'é€'],
    ['loses the mark of UTF-8, which goes before the header', Buffer.from('\uFEFFé€'), 'text/plain; charset=iso-8859-1', 'é€'],
    ['is UTF-16 by its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'text/plain; charset=utf-8', 'é€'],
    ['is UTF-16 by its mark, the other way round', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), '', 'é€'],
    ['is what its header says', bytes('caf', [0xe9], ' ', [0x80]), 'text/plain; Charset="Windows-1252"', 'café €'],
    ['is what its header says before the XML', bytes('<?xml version="1.0" encoding="utf-16"?><a>', [0xe9], '</a>'), 'text/xml; charset=iso-8859-1', '<?xml version="1.0" encoding="utf-16"?><a>é</a>'],
    ['is what its XML says', bytes("<?xml version='1.0' encoding='iso-8859-2'?><a>", [0xb1], '</a>'), 'text/xml', "<?xml version='1.0' encoding='iso-8859-2'?><a>ą</a>"],
    ['is UTF-8 where XML of single bytes says that it is UTF-16', Buffer.from('<?xml version="1.0" encoding="utf-16"?><a>é</a>'), '', '<?xml version="1.0" encoding="utf-16"?><a>é</a>'],
    ['is UTF-8 where only an element has the word', Buffer.from('<a encoding="iso-8859-1">é</a>'), '', '<a encoding="iso-8859-1">é</a>'],
    ['is UTF-8 where nobody knows what the header says', Buffer.from('é'), 'text/plain; charset=nonsense', 'é'],
    ['is Windows-1252 where nothing is said and nothing of it can be UTF-8', bytes('caf', [0xe9]), '', 'café'],
    ['stays damaged where some of it is UTF-8', Buffer.concat([Buffer.from('é'), bytes([0xe9])]), '', 'é\uFFFD'],
    ['stays damaged where it says that it is UTF-8', bytes('caf', [0xe9]), 'text/plain; charset=utf-8', 'caf\uFFFD'],
  ])('%s', (_what, body, type, text) => expect(decodeBody(body, type)).toBe(text))
})
