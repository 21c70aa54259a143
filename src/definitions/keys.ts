/** Schema keys ignore case, spaces, `_` and `-`: `Field Mapping` = `field_mapping` = `fieldMapping`. */
export const normalKey = (text: string): string => text.toLowerCase().replace(/[\s_-]+/g, '')
