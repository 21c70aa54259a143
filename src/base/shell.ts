/** One word of a command that is shown to be copied: in quotes where a shell would take it apart, or the command for an option. */
export const shellWord = (text: string): string => (/^[\p{L}\p{N}_./+@%:,][\p{L}\p{N}_./+@%:,-]*$/u.test(text) ? text : inQuotes(text))

export const inQuotes = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
