/** The code that Node, a database or a library gives what it throws; empty where it gives none. */
export const errorCode = (error: unknown): string => (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '')

/** Whatever was thrown, as an error. */
export const errorOf = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

/** The words of whatever was thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
