/** `85`, `"85"`, `"$1,012.50"`, `"1.012,50 €"` (two digits behind the only comma are cents, as in prices), `"12%"`; undefined for what is no number. */
export const toNumber = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return undefined
  const text = value.trim().replace(/^(-?)\s*[$€£¥]\s*/, '$1').replace(/\s*[%$€£¥]$/, '')
  const plain = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '')
    : /^[+-]?(\d+,\d\d|\d{1,3}(\.\d{3})+,\d+)$/.test(text) ? text.replaceAll('.', '').replace(',', '.')
    : text
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : undefined
}

export const toBoolean = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim().toLowerCase() : ''
  if (TRUE.has(text)) return true
  return FALSE.has(text) ? false : undefined
}

const TRUE = new Set(['true', 'yes', 'y', 't', 'on', '1'])
const FALSE = new Set(['false', 'no', 'n', 'f', 'off', '0', ''])
