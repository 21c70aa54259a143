import { childrenOf, recipientsOf, rootPath, type Plan } from '../core/plan.ts'
import type { TestSettings } from './endpoint-definition.ts'
import { TYPE_KINDS } from './endpoint-type.ts'
import type { Recipient } from './recipient.ts'

type Pattern = Extract<Recipient, { kind: 'pattern' }>

/**
 * A pattern's Test Settings are those of its recipients that have none of their own; of several patterns, those of the one that
 * names the fewest: an inner one goes before what holds it. Of patterns that are no part of what the leads go to none count;
 * `to` null: they go to all.
 */
export const withPatternTests = (recipients: ReadonlyMap<string, Recipient>, to: Recipient | null): ReadonlyMap<string, Recipient> => {
  const parts = to?.kind === 'pattern' ? new Set([to.name, ...patternsIn(to.plan)]) : null
  const patterns = [...recipients.values()].filter((each): each is Pattern => each.kind === 'pattern' && each.test !== null && (to === null || parts?.has(each.name) === true))
  if (patterns.length === 0) return recipients
  const settings = new Map<string, TestSettings>()
  for (const { plan, test } of patterns.toSorted((a, b) => recipientsOf(a.plan).length - recipientsOf(b.plan).length)) {
    for (const id of recipientsOf(plan)) if (test && !settings.has(id)) settings.set(id, test)
  }
  return new Map([...recipients].map(([id, each]) => [id, tested(each, settings.get(id))]))
}

const patternsIn = (plan: Plan): readonly string[] =>
  plan.kind === 'send' ? [] : [plan.pattern, ...childrenOf(plan, rootPath).flatMap((each) => patternsIn(each.plan))]

const tested = (recipient: Recipient, test: TestSettings | undefined): Recipient => {
  if (recipient.kind !== 'endpoint' || test === undefined || recipient.definition.test !== null) return recipient
  const { definition } = recipient
  // One sandbox is not the host of a service, nor a mail server or a folder.
  return { ...recipient, definition: { ...definition, test: { ...test, endpoint: TYPE_KINDS[definition.type] === 'plain' ? test.endpoint : null } } }
}
