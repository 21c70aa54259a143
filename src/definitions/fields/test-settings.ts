import type { TestSettings } from '../endpoint-definition.ts'
import type { Field, Kind } from './field.ts'
import { PROSE, TEXT, oneOf } from './plain.ts'
import { block } from './section.ts'
import { DURATION, SHARE } from './values.ts'

const RESPONSES = {
  'Simulated success/failure': 'simulated', Simulated: 'simulated', 'Simulated success': 'simulated success', 'Simulated failure': 'simulated failure',
} as const

export const TEST_SECTION = {
  endpoint: { key: 'Endpoint', aliases: ['URL'], kind: TEXT, doc: "The buyer's own sandbox, used instead of ours", example: 'https://sandbox.buyer.example/leads' },
  responses: { key: 'Responses', kind: oneOf('answers', RESPONSES), doc: 'How the built-in sandbox answers', example: 'Simulated success/failure' },
  acceptRate: { key: 'Accept Rate', aliases: ['Acceptance Rate'], kind: SHARE, doc: 'How many leads it accepts', example: '60%', default: '50%; 100% with Simulated success' },
  latency: { key: 'Latency', kind: DURATION, doc: 'How long it takes to answer', example: '150ms', default: 'none' },
  mode: { key: 'Mode', kind: PROSE, doc: 'A remark: test mode is `deliver --test`', example: 'Test/Sandbox' },
  revenue: { key: 'Revenue', kind: PROSE, doc: 'A remark: revenue is never recorded in test mode', example: 'Not recorded' },
} as const satisfies Readonly<Record<string, Field<unknown>>>

export const TEST_SETTINGS: Kind<TestSettings> = block('Test Settings', TEST_SECTION, ({ values }) => ({
  endpoint: values.endpoint ?? null, responses: values.responses ?? null, acceptRate: values.acceptRate ?? null, latencyMs: values.latency ?? null,
}))
