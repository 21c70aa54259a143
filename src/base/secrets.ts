/** What stands in the place of a secret wherever a person could read it (contract, section 1). */
export const MASK = '••••'

/**
 * Replaces every secret in a text. Longer secrets go first, so that one secret inside another leaves no rest;
 * the percent-encoded, form-encoded, base64, JSON- and XML-escaped spellings of each are masked too, and a Basic header
 * that holds one. Secrets under 3 characters are left:
 * masking `a` would make every line unreadable.
 */
export const createMasker = (secrets: Iterable<string>): ((text: string) => string) => {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < 3) continue
    spellings.add(secret)
    spellings.add(encodeURIComponent(secret))
    spellings.add(encodeURIComponent(secret).replace(/[!'()~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+'))
    spellings.add(JSON.stringify(secret).slice(1, -1))
    spellings.add(secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
    spellings.add(Buffer.from(secret).toString('base64'))
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
