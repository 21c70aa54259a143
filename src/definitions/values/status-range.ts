export interface StatusRange { readonly from: number; readonly to: number }

/** `429`, `5xx`, `500-504`; words behind a single status are a remark (`400 Bad Request`). Null for anything else. */
export const parseStatusRange = (text: string): StatusRange | null => {
  const trimmed = text.trim()
  const family = /^([1-5])xx\b/i.exec(trimmed)
  if (family) return { from: Number(family[1]) * 100, to: Number(family[1]) * 100 + 99 }
  const range = /^([1-5]\d\d)\s*(?:-|to|–)\s*([1-5]\d\d)\b/i.exec(trimmed)
  if (range && Number(range[1]) <= Number(range[2])) return { from: Number(range[1]), to: Number(range[2]) }
  const single = /^([1-5]\d\d)(?!\d)/.exec(trimmed)
  return single && !range ? { from: Number(single[1]), to: Number(single[1]) } : null
}

/** `400, 422 + "zip" in body` is said of each status; what stands behind them keeps its column. */
export const eachStatus = (text: string): readonly string[] => {
  const list = STATUSES.exec(text)?.[0]
  return list === undefined ? [text] : list.split(/,|\/|\bor\b|\band\b/i).map((status) => `${status.trim().padStart(list.length)}${text.slice(list.length)}`)
}

const STATUSES = /^\s*[1-5](?:xx|\d\d)(?:\s*[-–]\s*[1-5]\d\d)?(?:\s*(?:,|\/|\bor\b|\band\b)\s*[1-5](?:xx|\d\d)(?:\s*[-–]\s*[1-5]\d\d)?)+(?!\w)/i
