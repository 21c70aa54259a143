import { stateCodeOf, stateNameOf } from '../../base/us-states.ts'

/** A state or province as its code or name; what is neither goes as it is. */
export const stateOf = (value: string, form: string): string => {
  const code = stateCodeOf(value)
  if (code === null) return value
  return form === 'name' ? stateNameOf(code) ?? value : code
}
