/** What stands in the place of a secret wherever a person could read it (contract, section 1). */
export const MASK = '••••'

/**
 * Replaces every secret in a text. Longer secrets go first, so that one secret inside another leaves no rest;
 * the percent-encoded, base64 and JSON-escaped spellings of each are masked too. Secrets under 3 characters are left:
 * masking `a` would make every line unreadable.
 */
export const createMasker = (secrets: Iterable<string>): ((text: string) => string) => {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < 3) continue
    spellings.add(secret)
    spellings.add(encodeURIComponent(secret))
    spellings.add(JSON.stringify(secret).slice(1, -1))
    spellings.add(Buffer.from(secret).toString('base64'))
  }
  if (spellings.size === 0) return (text) => text
  const sorted = [...spellings].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(sorted.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')
  return (text) => text.replace(pattern, MASK)
}
