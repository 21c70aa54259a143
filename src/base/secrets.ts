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
  const maskPlain = (text: string): string => text.replace(pattern, MASK)
  return (text) => {
    const basic = BASIC.exec(text)?.[1]
    if (basic === undefined) return maskPlain(text)
    const decoded = Buffer.from(basic, 'base64').toString('utf8')
    return maskPlain(decoded) === decoded ? text : `Basic ${MASK}`
  }
}

/** User and password together, as one base64 text. */
const BASIC = /^Basic ([A-Za-z0-9+/]+=*)$/
