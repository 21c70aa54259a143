/** The digits of a phone number, without the North American country code before ten of them: what tells two spellings of one from two numbers. */
export const phoneDigits = (text: string): string => text.replace(/\D/g, '').replace(/^1(?=\d{10}$)/, '')
