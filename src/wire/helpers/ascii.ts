/** Accents fall, typographic marks become plain ones; what has no plain form becomes `missing`. */
export const ascii = (text: string, missing = ''): string => {
  if (/^[\x00-\x7f]*$/.test(text)) return text
  return [...text.normalize('NFKD').replace(/\p{M}+/gu, '')].map((each) => (each < '\u0080' ? each : PLAIN[each] ?? missing)).join('')
}

const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss', ẞ: 'SS', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D', þ: 'th', Þ: 'Th', ı: 'i',
  '‘': "'", '’': "'", '‚': "'", '“': '"', '”': '"', '„': '"', '«': '"', '»': '"', '–': '-', '—': '-', '‐': '-', '−': '-', '…': '...', '•': '*', '€': 'EUR', '£': 'GBP', '×': 'x',
}
