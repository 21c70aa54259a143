/** One word of a command that is shown to be copied: in quotes where a shell would take it apart. */
export const shellWord = (text: string): string => (/^[\p{L}\p{N}_./+@%:,-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`)
