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

/** What proxies and frameworks say is often a mere fragment; none of these names is one that a buyer's XML begins with, unless as a prefix (`<p:Result>`). */
const PAGE = /<(?:!doctype\s+html|html|head|body|p|div|center|h[1-6]|span|pre|font|script|style)(?![\w:.-])/iy

/** A page for people, or a piece of one. */
export const isHtmlPage = (text: string): boolean => {
  PAGE.lastIndex = firstTag(text)
  return PAGE.lastIndex >= 0 && PAGE.test(text)
}
