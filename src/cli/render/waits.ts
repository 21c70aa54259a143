import type { RunEnd } from '../../engine/settings.ts'
import { earliest } from '../../base/time.ts'

/** Why a lead waits, but for when that ends: leads that wait for the same thing at different times are told together. */
export const withoutTime = (why: string): string => why.replace(/,? (?:which )?(?:until|opens|at|after) \d{4}-\d\d-\d\d[T ][\d:.]+(?:Z| UTC)?(?=$|;)/g, '')

/** Only a person can mend it, and whoever reads cron's mail alone hears of nothing else that waits. */
export const isToldNoFile = ({ why }: Pick<Waiting, 'why'>): boolean => why.startsWith('there is no recipient file of ')

type Waiting = RunEnd['waiting'][number]
/** `times`: at how many different ones they go on. */
export type Wait = Waiting & { readonly times: number }

/** What a run left waiting, the most first; what waits for one time says which. */
export const waitsOf = (waiting: readonly Waiting[]): readonly Wait[] =>
  [...Map.groupBy(waiting, ({ recipient, why }) => `${recipient ?? ''}\n${withoutTime(why)}`).values()].map((group) => {
    const [first, ...others] = group as [Waiting, ...Waiting[]]
    return others.reduce<Wait>((sum, each) => ({ ...sum, why: withoutTime(sum.why), count: sum.count + each.count, nextAt: earliest([sum.nextAt, each.nextAt]) }), { ...first, times: group.length })
  }).toSorted((a, b) => b.count - a.count)
