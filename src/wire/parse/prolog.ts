/** Where the first tag or declaration of a text in markup begins, past white space, processing instructions and comments; -1 where there is none. */
export const firstTag = (text: string): number => {
  let at = 0
  for (;;) {
    at = text.indexOf('<', at)
    if (at < 0) return -1
    const end = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : null
    if (end === null) return at
    const closed = text.indexOf(end, at + 2)
    if (closed < 0) return -1
    at = closed + end.length
  }
}

const PAGE = /<(?:!doctype\s+html|html|head|body)\b/iy

export const isHtmlPage = (text: string): boolean => {
  PAGE.lastIndex = firstTag(text)
  return PAGE.lastIndex >= 0 && PAGE.test(text)
}
