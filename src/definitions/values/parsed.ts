import { diagnosticAt, type Diagnostic, type Place } from '../../base/diagnostic.ts'

/** A value that was read, or the one mistake that kept it from being read. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })

export const refused = (place: Place, code: string, message: string, help?: string): { readonly ok: false; readonly diagnostic: Diagnostic } =>
  ({ ok: false, diagnostic: diagnosticAt(place, code, message, help) })
