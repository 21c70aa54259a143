/** The digits of a phone number, without the North American country code before ten of them: what tells two spellings of one from two numbers. */
export const phoneDigits = (text: string): string => barePhone(text).replace(/\D/g, '').replace(/^1(?=\d{10}$)/, '')

/**
 * A phone number without what is not dialled as a part of it: the mark of Facebook's files and of links (`p:`, `tel:`), an
 * extension (`x123`, `ext. 9`, `;ext=5`, `#22`), and the `.0` of a table that took it for a number.
 */
export const barePhone = (text: string): string => (DIGITS_ALONE.test(text) ? text : text.replace(MARK, '').replace(NOT_DIALLED, ''))

const DIGITS_ALONE = /^\d*$/
const MARK = /^\s*(?:p|tel):/i
const NOT_DIALLED = /(?<=\d)(?:[\s,;.]*(?:x|ext|extension|#)[\s.:=#]*\d{1,6}|(?<=^\s*\d{5,})\.0)\s*$/i
