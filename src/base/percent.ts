/** Percent-encoding undone; a lone percent sign is meant as one. */
export const unescape = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
