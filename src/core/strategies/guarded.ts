import { holdsFor } from '../lead-path.ts'
import type { PatternGuard } from '../plan.ts'
import type { Context, Floor, NodeStep } from '../step.ts'
import { pass } from '../step.ts'

/** Asks a pattern's own conditions before its recipients: a step that ends it, or the context for its children. */
export const guarded = (
  pattern: string,
  guard: PatternGuard,
  path: string,
  context: Context,
): { readonly kind: 'step'; readonly step: NodeStep } | { readonly kind: 'go'; readonly context: Context } => {
  if (guard.acceptWhen && !holdsFor(guard.acceptWhen.condition, context)) {
    return { kind: 'step', step: pass(path, null, `${pattern} accepts only leads where ${guard.acceptWhen.text}`) }
  }
  const floors: Floor[] = []
  if (guard.minimumPrice) floors.push({ pattern, kind: 'price', amount: guard.minimumPrice })
  if (guard.minimumMargin) floors.push({ pattern, kind: 'margin', amount: guard.minimumMargin })
  const costs = guard.cost !== null && context.patternCost == null
  return { kind: 'go', context: floors.length === 0 && !costs ? context : { ...context, floors: [...context.floors, ...floors], patternCost: context.patternCost ?? guard.cost } }
}
