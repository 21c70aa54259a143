/** Schema keys ignore case, spaces, `_` and `-`: `Field Mapping` = `field_mapping` = `fieldMapping`. */
export const normalKey = (text: string): string => text.toLowerCase().replace(/[\s_-]+/g, '')

/**
 * A field's key as the buyer's nesting: `a.b.0.c` is nested; a key that starts or ends with a dot, or has two in a row, is only
 * itself. `ownerid@odata\.bind` has a dot in its name.
 */
export const dottedPath = (key: string): readonly string[] => {
  const parts = key.split(/(?<!\\)\./).map((each) => each.replaceAll('\\.', '.'))
  return parts.includes('') ? [key.replaceAll('\\.', '.')] : parts
}

/** A name that is one key whatever dots it has. */
export const undotted = (name: string): string => (dottedPath(name).length > 1 ? name.replaceAll('.', '\\.') : name)

/** Without what stands behind it in parentheses: `Client Errors (4xx)`. */
export const withoutRemark = (text: string): string => text.replace(/\s*\([^)]*\)\s*$/, '')
