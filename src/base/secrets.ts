/** What stands in the place of a secret wherever a person could read it (contract, section 1). */
export const MASK = '••••'

/** Of a store, for messages: what stands between user and host is a password. */
export const maskedAddress = (address: string): string => address.replace(/^([\w+.-]*:?\/*[^:@/]*):.*@/, `$1:${MASK}@`).replace(/((?:^|[?&\s])password\s*=\s*)[^&\s]*/gi, `$1${MASK}`)

/**
 * Replaces every secret in a text. Longer secrets go first, so that one secret inside another leaves no rest;
 * what formats make of each is masked too, and a Basic header that holds one. Secrets under 3 characters are left:
 * masking `a` would make every line unreadable.
 */
export const createMasker = (secrets: Iterable<string>): ((text: string) => string) => {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    for (const each of spellingsOf(secret)) if (each.length >= 3) spellings.add(each)
  }
  if (spellings.size === 0) return (text) => text
  const sorted = [...spellings].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(sorted.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')
  const maskPlain = (text: string): string => maskCut(text.replace(pattern, MASK), sorted)
  return (text) => maskPlain(text.includes('Basic ') ? text.replace(BASIC, (whole, basic: string, cut: string) => {
    const decoded = `${Buffer.from(basic, 'base64').toString('utf8')}${cut}`
    return maskPlain(decoded) === decoded ? whole : `Basic ${MASK}${cut}`
  }) : text)
}

/** A secret as it is, in a URL, a form, JSON, XML, CSV and base64, as the value of a header, and in words that were put on one line. */
const spellingsOf = (secret: string): readonly string[] => {
  const encoded = encodeURIComponent(secret)
  const escaped = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quoted = escaped.replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')
  const header = secret.replace(/[\u0000-\u001f\u007f]/g, ' ').trim()
  return [
    secret,
    encoded, encoded.replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
    escaped, quoted.replaceAll("'", '&apos;'), quoted.replaceAll("'", '&#39;'),
    secret.replaceAll('"', '""'),
    Buffer.from(secret).toString('base64'),
    header, Buffer.from(header, 'utf8').toString('latin1'), header.replace(/\s+/g, ' '),
  ]
}

/** User and password together, as one base64 text; a buyer may echo the header in the midst of its words. */
const BASIC = /\bBasic ([A-Za-z0-9+/]+=*)(…?)/g

/** Words that were cut short may end within a secret: its beginning goes too. */
const maskCut = (text: string, secrets: readonly string[]): string => {
  if (!text.endsWith('…')) return text
  const body = text.slice(0, -1)
  let longest = 0
  for (const each of secrets) {
    for (let length = Math.min(each.length - 1, body.length); length > longest && length >= 3; length--) {
      if (body.endsWith(each.slice(0, length))) longest = length
    }
  }
  return longest === 0 ? text : `${body.slice(0, -longest)}${MASK}…`
}
