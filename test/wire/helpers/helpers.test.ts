import { describe, expect, it } from 'vitest'
import { helperTable } from '../../../src/wire/helpers/table.ts'
import { compileTemplate, templateOptions } from '../../../src/wire/template/template.ts'
import { inputOf } from '../render/input.ts'
import { place } from '../build-definition.ts'

const lead = {
  phone: '+1 (555) 555-1234', bare: '5555551234', short: '123', name: " o'brien-SMITH ", dob: '1980-05-02', at: '2026-01-15T23:30:00Z', us: '7/4/1999 1:05 PM',
  epoch: 1767225600, amount: '$1,012.505', n: 7, list: ['a', 'b'], csv: 'a, b,c', empty: '', nothing: null, email: ' Ann@Example.COM ', state: 'CA', full: 'new  york', city: 'São “Paulo” ß 😀', yes: 'Yes', no: '0', odd: 'maybe', end: '2026-01-31', zone: 'Central', ip: '192.168.100.100',
}
const show = (text: string): unknown => {
  const problems: string[] = []
  const template = compileTemplate({ text, place }, templateOptions({ recipient: { id: 'r', name: 'R' }, tables: { regions: { CA: 'west', NY: 'east', N: 1 } }, captures: null }, (each) => problems.push(each.message)))
  if (problems.length > 0) throw new Error(problems.join('; '))
  return template.kind === 'constant' ? template.value : template.read(inputOf(lead))
}

describe('helpers', () => {
  it.each<[string, unknown]>([
    ['{{format lead.phone "(###) ###-####"}}', '(555) 555-1234'], ['{{format lead.bare "##########"}}', '5555551234'], ['{{format lead.short "(###) ###-####"}}', '123'], ['{{format lead.missing "###"}}', undefined],
    ['{{format "415.555.0101 x123" "(###) ###-####"}}', '(415) 555-0101'], ['{{format "p:+14155550101" "+1##########"}}', '+14155550101'], ['{{format "4155550101.0" "##########"}}', '4155550101'], ['{{format "555-0101 x123" "##########"}}', '555-0101 x123'],
    ['{{format "+49 30 123456" "(###) ###-####"}}', '+49 30 123456'], ['{{format "+1 415 555 010" "##########"}}', '+1 415 555 010'], ['{{format "+4155550101" "##########"}}', '4155550101'], ['{{format "+49 30 123456" "+1##########"}}', '+49 30 123456'], ['{{format "+4155550101" "+1##########"}}', '+14155550101'], ['{{format "+4930123456" "+##########"}}', '+4930123456'], ['{{format "+4930123456" "+## ########"}}', '+49 30123456'],
    ['{{format lead.at "YYYY-MM-DD HH:mm:ss Z"}}', '2026-01-15 23:30:00 +00:00'], ['{{format lead.at "YYYY-MM-DD HH:mm Z" tz="Asia/Kolkata"}}', '2026-01-16 05:00 +05:30'],
    ['{{format lead.at "HH:mm" tz="PST"}}', '15:30'], ['{{format lead.at "HH:mm" tz=lead.zone}}', '17:30'], ['{{format lead.at "MM/DD/YYYY hh:mm A EST" tz="America/New_York"}}', '01/15/2026 06:30 PM EST'], ['{{format lead.at "HH:mm PT" tz="PST"}}', '15:30 PT'],
    ['{{format lead.at "M/D/YY h:mm A ZZ" tz="America/New_York"}}', '1/15/26 6:30 PM -0500'], ['{{format lead.dob "DD/MM/YYYY" tz="America/New_York"}}', '02/05/1980'],
    ['{{format lead.us "YYYY-MM-DDTHH:mm:ss"}}', '1999-07-04T13:05:00'], ['{{format lead.at "YYYYMMDDHHmmss UTC"}}', '20260115233000 UTC'], ['{{format lead.at "mm:ss"}}', '30:00'], ['{{format lead.epoch "YYYY-MM-DD"}}', '2026-01-01'], ['{{format lead.name "YYYY"}}', " o'brien-SMITH "], ['{{format now "dddd [the] D MMM"}}', 'Friday the 1 May'], ['{{format now "dddd"}}', 'Friday'],
    ['{{format "45,00" "0.00"}}', '45,00'], ['{{format "€1,5" "0"}}', '€1,5'], ['{{format "1,00,000" "0,0"}}', '100,000'], ['{{format "1,234,567.5" "0"}}', '1234568'], ['{{format ",5" "0"}}', ',5'],
    ['{{format lead.amount "0,0.00"}}', '1,012.51'], ['{{format lead.n "0.00"}}', '7.00'], ['{{format lead.n "00000"}}', '00007'], ['{{format 1234567.891 "$0,0"}}', '$1,234,568'], ['{{format lead.amount "$0,0.00 USD"}}', '$1,012.51 USD'], ['{{format lead.n "0.0 MB/s"}}', '7.0 MB/s'], ['{{format lead.at "YYYY-MM-DDTHH:mm:ss.000Z"}}', '2026-01-15T23:30:00.000+00:00'], ['{{format lead.state "0.0"}}', 'CA'],
    ['{{compare lead.n ">" 5}}', true], ['{{compare lead.state "==" "ca"}}', false], ['{{compare lead.missing "!=" "x"}}', false],
    ['{{upper lead.name}}', " O'BRIEN-SMITH "], ['{{title (trim lead.name)}}', "O'Brien-Smith"], ['{{title "mary-ann jose\'s"}}', "Mary-Ann Jose's"], ['{{lower lead.state}}', 'ca'], ['{{trim lead.email}}', 'Ann@Example.COM'],
    ['{{truncate "abcdef" 3}}', 'abc'], ['{{truncate "abcdef" 4 "…"}}', 'abc…'], ['{{truncate "ab" 4}}', 'ab'], ['{{digits lead.phone}}', '15555551234'], ['{{digits "(415) 555-0101 x123"}}', '4155550101'], ['{{digits "5125550101.0"}}', '5125550101'], ['{{digits "78701.0"}}', '78701'], ['{{digits "PX100X200"}}', '100200'], ['{{digits "Apt 12 #34"}}', '1234'], ['{{digits "$1,250.50"}}', '125050'], ['{{last lead.bare 4}}', '1234'], ['{{first lead.bare 3}}', '555'], ['{{first lead.list}}', 'a'], ['{{slice lead.bare 3 6}}', '555'], ['{{first "😀Ann"}}', '😀'], ['{{last "Ann😀" 2}}', 'n😀'], ['{{replace lead.csv "," ";"}}', 'a; b;c'], ['{{replace "a$&b" "$&" "$1"}}', 'a$1b'],
    ['{{default lead.missing "x"}}', 'x'], ['{{default lead.empty lead.nothing 5}}', 5], ['{{default lead.state "x"}}', 'CA'], ['{{concat lead.state "-" lead.n}}', 'CA-7'], ['{{concat lead.missing lead.nothing}}', undefined],
    ['{{join lead.list "; "}}', 'a; b'], ['{{split lead.csv ","}}', ['a', 'b', 'c']], ['{{join (split lead.csv) "|"}}', 'a|b|c'],
    ['{{lookup lead.state "regions"}}', 'west'], ['{{lookup "regions" lead.state}}', 'west'], ['{{lookup regions lead.state}}', 'west'], ['{{lookup lead.n "regions" "none"}}', 'none'], ['{{lookup lead.n "regions"}}', undefined], ['{{lookup "constructor" "regions"}}', undefined],
    ['{{number lead.amount}}', 1012.505], ['{{number lead.state}}', undefined], ['{{number "1.234,50"}}', 1234.5], ['{{number "-1.234.567,5 €"}}', -1234567.5], ['{{number "12,50"}}', 12.5], ['{{number "€ 12"}}', 12], ['{{number "1.234"}}', 1.234], ['{{number "12,5"}}', undefined], ['{{number "1,2,3"}}', undefined], ['{{number "1.23,50"}}', undefined], ['{{boolean lead.yes}}', true], ['{{boolean lead.no}}', false], ['{{boolean lead.odd}}', undefined],
    ['{{hash lead.email}}', expect.stringMatching(/^[0-9a-f]{64}$/)], ['{{compare (hash lead.email "md5") "==" (hash "ann@example.com" "md5")}}', true], ['{{compare (hash lead.phone) "==" (hash "15555551234")}}', true], ['{{compare (hash "p:+15555551234") "==" (hash "+1 555-555-1234 ext 9")}}', true], ['{{compare (hash lead.dob) "==" (hash "19800502")}}', false], ['{{hash "a" "md5"}}', '0cc175b9c0f1b6a831c399e269772661'], ['{{compare (hash "sha256" bare) "==" (hash lead.bare sha256)}}', true], ['{{hash (lower "A") md5}}', '0cc175b9c0f1b6a831c399e269772661'], ['{{compare (hash lead.bare as=text) "==" (hash lead.bare as="text")}}', true], ['{{hash lead.empty "md5"}}', ''], ['{{hash "  " raw=true}}', ''],
    ['{{state lead.state "name"}}', 'California'], ['{{state lead.state name}}', 'California'], ['{{state lead.full}}', 'NY'], ['{{state "Bavaria" "name"}}', 'Bavaria'],
    ['{{age lead.dob}}', 45], ['{{age "1980-05-01"}}', 46], ['{{age lead.dob tz="PST"}}', 45], ['{{age lead.state}}', undefined], ['{{date_add lead.end 1 "month"}}', '2026-02-28'], ['{{date_add now "-3 days"}}', '2026-04-28T09:00:00.000Z'], ['{{date_add lead.end 1 month}}', '2026-02-28'], ['{{date_add lead.state 1}}', undefined], ['{{date_add now "24h"}}', '2026-05-02T09:00:00.000Z'], ['{{date_add now "1.5 days"}}', '2026-05-02T21:00:00.000Z'], ['{{date_add now -90 "s"}}', '2026-05-01T08:58:30.000Z'], ['{{date_add now lead.state}}', undefined], ['{{date_add now lead.n}}', '2026-05-08T09:00:00.000Z'],
    ['{{date_add lead.end 99999999 "months"}}', undefined], ['{{date_add "9999-12-31" 1}}', undefined], ['{{date_add "9999-12-31T23:59:59Z" 0}}', '9999-12-31T23:59:59.000Z'], ['{{date_add "0001-01-01" -3 "years"}}', undefined], ['{{date_add "2024-02-29" -1 "year"}}', '2023-02-28'],
    ['{{ascii lead.city}}', 'Sao "Paulo" ss '], ['{{json lead.list}}', '["a","b"]'],
  ])('%s', (text, gives) => { expect(show(text)).toEqual(gives) })

  it.each([
    ['{{formt lead.x "#"}}', /no helper "formt"/], ['{{upper lead.x lead.y}}', /takes one value, got 2/], ['{{format lead.x "zz"}}', /needs a pattern/],
    ['{{format lead.x "MM/dd/yyyy"}}', /"dd", which stands for nothing/], ['{{format lead.x "yyyy-MM-dd"}}', /has "yyyy"/], ['{{format lead.x "(xxx) xxx-xxxx"}}', /a digit of a phone is #/], ['{{format lead.x "%Y-%m-%d"}}', /has "Y"/], ['{{format lead.x "ISO"}}', /has "ISO".*YYYY-MM-DD HH:mm:ss/], ['{{format lead.x "MMMM Do"}}', /has "o"/], ['{{format lead.x "h:mm A at D"}}', /has "t"/],
    ['{{format lead.x "YYYY-MM-DD HH:MM"}}', /minutes are mm/], ['{{format lead.x "mm/DD/YYYY"}}', /months are MM/], ['{{format lead.x "YYYY" tz="Mars/One"}}', /time zone/], ['{{format lead.x "YYYY" tz="BST"}}', /time zone/],
    ['{{date_add now "3 constructor"}}', /counts in seconds.*got "3 constructor"/], ['{{date_add now "3m"}}', /got "3m"/], ['{{date_add now "soon"}}', /takes a number/], ['{{date_add now lead.n "fortnights"}}', /got "fortnights"/],
    ['{{upper lead.x tz="UTC"}}', /no option "tz"/], ['{{lookup lead.x "region"}}', /no table "region"/], ['{{hash lead.x "sha1"}}', /sha256 and md5/], ['{{hash lead.x sha1}}', /sha256 and md5, got "sha1"/], ['{{state lead.x abbr}}', /"name" or "code", got "abbr"/], ['{{run.number}}', /run has no "number"/], ['{{default lead.x “US”}}', /“US” is read as the name of a field/], ['{{concat lead.x ‘ - ’ lead.y}}', /typographic quote/], ['{{@root.lead}}', /not a field/],
  ])('%s is a mistake', (text, message) => { expect(() => show(text)).toThrow(message) })

  it('a field may have a typographic quote in its name', () => { expect(show('{{default lead.[Applicant’s Name] "x"}}')).toBe('x') })
  it('a word alone is a field, even where a helper has its name', () => { expect(show('{{state}}')).toBe('CA') })
  it('every helper has a signature, an example and words', () => {
    for (const each of helperTable) expect([each.signature.startsWith(each.name), each.example.includes(each.name), each.doc.length > 0]).toEqual([true, true, true])
  })
})
