import { parse } from 'yaml'
import { errorText } from '../base/error.ts'

/** A YAML or JSON document that is no recipient file (an OpenAPI description) as plain values; a text that is neither is told. */
export const readPlainYaml = (text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string } => {
  try {
    return { ok: true, value: parse(text, { maxAliasCount: 100 }) }
  } catch (error) {
    return { ok: false, problem: errorText(error).split('\n')[0] ?? '' }
  }
}
