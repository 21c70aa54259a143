import { stateCodeOf, stateNameOf } from '../../base/us-states.ts'
import { compareBoth, COMPARISONS } from '../template/compare.ts'
import { textOf } from '../template/text-of.ts'
import { ascii } from './ascii.ts'
import { toBoolean, toNumber } from './convert.ts'
import { ageOf, dateAdd, faultOfAmount, isUnit } from './dates.ts'
import { prepareFormat } from './format.ts'
import { prepareHash } from './hash.ts'
import type { Helper } from './helper.ts'
import { digitsWritten, firstOf, lastOf, sliceOf, titleCase, truncate } from './text.ts'

type Plain = Extract<Helper, { kind: 'plain' }>
const plain = (name: string, signature: string, example: string, gives: string, doc: string, min: number, max: number, run: Plain['run'], extra: Partial<Plain> = {}): Helper =>
  ({ kind: 'plain', name, signature, example, gives, doc, min, max, options: [], run, ...extra })
const textual = (name: string, example: string, gives: string, doc: string, change: (text: string) => unknown): Helper =>
  plain(name, `${name} value`, example, gives, doc, 1, 1, ([value]) => change(textOf(value)))
const count = (value: unknown, otherwise: number): number => { const n = toNumber(value); return n === undefined ? otherwise : Math.trunc(n) }

/** Every helper of the templates, in the order of the contract (section 2); the reference is generated from it. */
export const helperTable: readonly Helper[] = [
  { kind: 'prepared', name: 'format', signature: 'format value "pattern" tz="America/New_York"', example: '{{format lead.phone_1 "(###) ###-####"}}', gives: '(555) 555-1234', doc: 'Digits into a mask of # (+1########## is E.164), a date into tokens (YYYY-MM-DD HH:mm:ss Z, in UTC where no tz= is given; text in [brackets] stays), or a number into 0,0.00. A leading country code 1 that does not fit the mask is dropped, and so is an extension (x123, ext. 9). A value that does not fit goes as it is.', min: 2, max: 2, options: ['tz'], prepare: prepareFormat },
  plain('compare', 'compare a "op" b', '{{compare lead.score ">" 80}}', 'true', 'True or false; as a block, {{#compare a "op" b}}…{{else}}…{{/compare}}. Operators: == != > >= < <= contains starts-with ends-with.', 3, 3,
    ([a, op, b]) => { const sign = COMPARISONS[String(op)]; return sign !== undefined && compareBoth(a, sign, b) }, { takesMissing: true, faultOf: ([op]) => (op === undefined || COMPARISONS[String(op)] !== undefined ? null : `compare knows ${Object.keys(COMPARISONS).filter((each) => !/^(=|===|!==|<>)$/.test(each)).join(' ')}, got "${String(op)}"`) }),
  textual('upper', '{{upper lead.state}}', 'CA', 'Upper case.', (text) => text.toUpperCase()),
  textual('lower', '{{lower lead.email}}', 'ann@example.com', 'Lower case.', (text) => text.toLowerCase()),
  textual('trim', '{{trim lead.city}}', 'Reno', 'Without blanks at both ends.', (text) => text.trim()),
  textual('title', '{{title lead.last_name}}', "O'Brien", 'Each word with a capital.', titleCase),
  plain('truncate', 'truncate value length "ending"', '{{truncate lead.comments 100}}', 'the first 100 characters', 'At most so many characters, the ending included where one is given.', 2, 3,
    ([value, length, ending]) => truncate(textOf(value), count(length, Infinity), ending === undefined ? '' : textOf(ending))),
  textual('digits', '{{digits lead.phone_1}}', '5555551234', 'Only its digits, those of a country code among them, of an extension not; ten digits alone are {{format lead.phone_1 "##########"}}.', digitsWritten),
  plain('last', 'last value count', '{{last lead.ssn 4}}', '6789', 'The last characters (or items of a list); one where no count is given.', 1, 2, ([value, n]) => lastOf(value, count(n, 1))),
  plain('first', 'first value count', '{{first lead.postal_code 5}}', '90210', 'The first characters (or items of a list); one where no count is given.', 1, 2, ([value, n]) => firstOf(value, count(n, 1))),
  plain('slice', 'slice value from to', '{{slice (format lead.phone_1 "##########") 0 3}}', '555', 'From one position to before another; negative ones count from the end.', 2, 3, ([value, from, to]) => sliceOf(value, count(from, 0), to === undefined ? undefined : count(to, 0))),
  plain('replace', 'replace value "what" "by"', '{{replace lead.phone_1 "-" ""}}', '5555551234', 'Every occurrence of a text by another.', 3, 3,
    ([value, what, by]) => { const wanted = textOf(what ?? ''); return wanted === '' ? textOf(value) : textOf(value).replaceAll(wanted, () => textOf(by ?? '')) }),
  plain('default', 'default value otherwise', '{{default lead.country "US"}}', 'US', 'Another value where the first is missing or empty; several may follow.', 2, Infinity,
    (values) => values.find((each) => each !== undefined && each !== null && each !== ''), { takesMissing: true }),
  plain('concat', 'concat a b …', '{{concat lead.first_name " " lead.last_name}}', 'Ann Lee', 'All values in a row; missing ones leave nothing.', 1, Infinity,
    (values) => { const found = values.filter((each) => each !== undefined && each !== null); return found.length === 0 ? undefined : found.map(textOf).join('') }, { takesMissing: true }),
  plain('join', 'join list "separator"', '{{join lead.interests "; "}}', 'auto; home', 'The items of a list as one text; a comma and a blank where no separator is given.', 1, 2,
    ([value, separator]) => (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined && each !== null).map(textOf).join(separator === undefined ? ', ' : textOf(separator))),
  plain('split', 'split value "separator"', '{{split lead.interests ","}}', '["auto","home"]', 'A text as a list, blanks around its items removed.', 1, 2,
    ([value, separator]) => { const text = textOf(value); return text === '' ? [] : text.split(separator === undefined ? ',' : textOf(separator)).map((each) => each.trim()) }),
  plain('lookup', 'lookup value "table" otherwise', '{{lookup lead.state "regions" "other"}}', 'west', 'The entry of a table of the recipient (Tables:); missing where there is none and no other value is given.', 2, 3, () => undefined),
  plain('number', 'number value', '{{number lead.score}}', '85', 'A number ("$1,012.50" and "1.012,50 €" are 1012.5); missing where it is none.', 1, 1, ([value]) => toNumber(value)),
  plain('boolean', 'boolean value', '{{boolean lead.homeowner}}', 'true', 'yes, y, true, on and 1 are true; no, n, false, off, 0 and an empty text are false; anything else is missing.', 1, 1, ([value]) => toBoolean(value)),
  { kind: 'prepared', name: 'hash', signature: 'hash value "sha256"', example: '{{hash lead.email "sha256"}}', gives: '64 hexadecimal digits', doc: 'sha256 (where none is given) or md5 in lower-case hexadecimal, of the value trimmed and in lower case; of its digits only where it is a phone number; an empty text stays empty. as="text" or as="phone" decides which, raw=true hashes it as it is.', min: 1, max: 2, options: ['as', 'raw'], isWord: () => true, prepare: prepareHash },
  plain('state', 'state value "name"', '{{state lead.state "name"}}', 'California', 'A US state, territory or Canadian province as its name or its code ("code", where none is given); another text goes as it is.', 1, 2, ([value, form]) => stateOf(textOf(value), form === undefined ? 'code' : String(form)), { isWord: () => true, faultOf: ([form]) => (form === undefined || form === 'name' || form === 'code' ? null : `state gives "name" or "code", got "${String(form)}"`) }),
  plain('age', 'age date', '{{age lead.birth_date}}', '46', 'Full years from a date until now.', 1, 1, ([value], options, now) => ageOf(value, now, options['tz']), { options: ['tz'] }),
  plain('date_add', 'date_add date amount "unit"', '{{date_add now 3 "days"}}', '2026-05-04T09:00:00.000Z', 'A date moved by an amount, which may be negative: seconds, minutes, hours, days, weeks, months or years; also {{date_add now "3 days"}}, "24h".', 2, 3, ([value, amount, unit]) => dateAdd(value, amount, unit), { isWord: isUnit, faultOf: faultOfAmount }),
  // `now` is a name of the scope; it stands here so that the reference lists it.
  textual('ascii', '{{ascii lead.city}}', 'Sao Paulo', 'Accents and typographic marks as plain letters; what has no plain form is left out.', ascii),
  plain('json', 'json value', '{{json lead}}', '{"first_name":"Ann"}', 'The value as JSON text.', 1, 1, ([value]) => JSON.stringify(value)),
]

const byName = new Map(helperTable.map((each) => [each.name, each]))

export const helperNamed = (name: string): Helper | undefined => byName.get(name)

/** A state or province as its code or name; what is neither goes as it is. */
const stateOf = (value: string, form: string): string => {
  const code = stateCodeOf(value)
  if (code === null) return value
  return form === 'name' ? stateNameOf(code) ?? value : code
}
