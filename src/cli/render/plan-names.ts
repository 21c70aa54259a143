import { nodeOf, recipientsOf, rootPath, type Plan } from '../../core/plan.ts'

/** Who stands at a place of a plan, for people: the recipients of a list that has no name of its own. Null where it is not known. */
export const namesIn = (plan: Plan | null) => (path: string): string | null => {
  const node = plan && nodeOf(plan, path)
  if (!plan || !node) return null
  if (node.kind === 'send') return node.recipient
  return path !== rootPath && plan.kind !== 'send' && node.pattern === plan.pattern ? recipientsOf(node).join(' and ') : node.pattern
}
