import type { Place } from '../base/diagnostic.ts'
import type { Condition, ValuePath } from '../core/condition.ts'
import type { Again } from '../core/verdict.ts'
import type { StatusRange } from './values/status-range.ts'

/** What a row of `Response Codes` says. `status` null: any. First row that matches wins. */
export interface ResponseCodeRow {
  readonly status: StatusRange | null
  readonly when: Condition | null
  readonly means: 'success' | 'duplicate' | 'rejected' | 'error' | 'auth' | 'rate-limited' | 'server-error' | 'invalid-data' | 'retry'
  readonly retry: boolean | null
  /** `retry 5x`, `retry after 30 seconds`: in place of what the class has. */
  readonly again?: Again
  readonly pause: boolean
  readonly text: string
  readonly place: Place
}

/** What the body of an answer is read as. */
export type AnswerFormat = 'json' | 'xml' | 'html' | 'form' | 'text'

export interface ParsingDefinition {
  /** Overrides Content-Type; null: by Content-Type, else sniffed. */
  readonly format: AnswerFormat | null
  readonly success: Condition | null
  readonly rejected: Condition | null
  readonly duplicate: Condition | null
  readonly error: Condition | null
  readonly leadId: ValuePath | null
  readonly price: ValuePath | null
  readonly message: ValuePath | null
  readonly redirectUrl: ValuePath | null
  readonly capture: Readonly<Record<string, ValuePath>>
  /** Names that may be missing from an acceptance: `lead id`, `price`, or a capture's name; lower case. */
  readonly optional: readonly string[]
  /** Only in a ping's parsing. */
  readonly bid: ValuePath | null
  readonly pingId: ValuePath | null
  /** What every answer of this service holds: a 2xx without it is another page, and says neither yes nor no. Only types set it. */
  readonly proof?: ValuePath
  /** Where each was written, by key (`success`, `leadId` …), for messages. */
  readonly places: Readonly<Record<string, Place>>
}

/** A sample answer of the documentation; `check` says what it would mean. */
export interface SampleAnswer {
  /** A body, or a whole HTTP message (status line first). */
  readonly text: string
  readonly means: string | null
  readonly place: Place
}
