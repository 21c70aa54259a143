import { expect, it } from 'vitest'
import { createMasker, MASK } from '../../src/base/secrets.ts'

const secret = `p&s's w"<d>/1`
const mask = createMasker([secret, 'ab'])

it.each([
  ['as it is', `key ${secret}!`, `key ${MASK}!`],
  ['in a URL', `https://x/?k=${encodeURIComponent(secret)}&b=1`, `https://x/?k=${MASK}&b=1`],
  ['in a form', `k=${encodeURIComponent(secret).replaceAll("'", '%27').replaceAll('%20', '+')}&b=1`, `k=${MASK}&b=1`],
  ['in JSON', JSON.stringify({ k: secret }), `{"k":"${MASK}"}`],
  ['in XML', `<k>p&amp;s's w"&lt;d&gt;/1</k>`, `<k>${MASK}</k>`],
  ['in an attribute of XML', `<k a="p&amp;s&apos;s w&quot;&lt;d&gt;/1"/>`, `<k a="${MASK}"/>`],
  ['in CSV', `1,"p&s's w""<d>/1"`, `1,"${MASK}"`],
  ['in base64', Buffer.from(secret).toString('base64'), MASK],
  ['in a Basic header', `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`, `Basic ${MASK}`],
  ['in a Basic header that a buyer echoes', `bad {"authorization":"Basic ${Buffer.from(`user:${secret}`).toString('base64')}"}`, `bad {"authorization":"Basic ${MASK}"}`],
  ['where its echo was cut short', `bad key ${secret.slice(0, 6)}…`, `bad key ${MASK}…`],
  ['but for its last character', `bad key ${secret.slice(0, -1)}…`, `bad key ${MASK}…`],
  ['of which three characters are left', `bad key ${secret.slice(0, 3)}…`, `bad key ${MASK}…`],
  ['where its echo in a Basic header was cut short', `bad Basic ${Buffer.from(`user:${secret}`).toString('base64').slice(0, 16)}…`, `bad Basic ${MASK}…`],
])('a secret is masked %s', (_, text, masked) => { expect(mask(text)).toBe(masked) })

it.each([
  ['beyond ASCII', 'pässwört', 'pÃ¤sswÃ¶rt'],
  ['of several lines', 'one\ntwo\r\nthree', 'one two  three'],
  ['with blanks around it', ' padded ', 'padded'],
])('a secret %s is masked in a header', (_, kept, shown) => {
  expect(createMasker([kept])(`X-Key: ${shown}`)).toBe(`X-Key: ${MASK}`)
})

it('a secret of several lines is masked where a buyer echoes it on one', () => { expect(createMasker(['one\r\ntwo'])('bad key one two')).toBe(`bad key ${MASK}`) })

it.each(['nothing here', 'Basic facts and p…', `Basic ${Buffer.from('user:open').toString('base64')}`, `ends with ${secret.slice(0, 6)}`, 'cab'])('what holds none stays: %s', (text) => { expect(mask(text)).toBe(text) })
