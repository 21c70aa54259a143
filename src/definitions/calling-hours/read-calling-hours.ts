import { tellTo, type Diagnostic, type Place } from '../../base/diagnostic.ts'
import type { CallingHours, CallWindow } from '../../core/policy.ts'
import { STATE_ZONES } from '../../core/zones/us-zones.ts'
import { normalKey } from '../keys.ts'
import { suggest } from '../suggest.ts'
import { parseClockSpan } from '../values/clock-span.ts'
import { parsed, refused, type Parsed } from '../values/parsed.ts'
import { EVERY_DAY, parseWeekdays } from '../values/weekdays.ts'
import { readYaml, type YamlNode } from '../yaml-tree.ts'
import { DEFAULT_CALLING_HOURS } from './default-table.ts'
import type { FileText } from '../text.ts'

/** A file of this name among the recipients is a table of calling hours, and no recipient. */
export const isCallingHoursFile = (path: string): boolean => /(^|[\\/])calling[-_ ]hours\.ya?ml$/i.test(path)

/** What a user's file says goes before `under`, state by state. Mistakes are reported at their place, and what they stand at is left out. */
export const readCallingHours = (file: FileText, under: CallingHours | null): { readonly table: CallingHours; readonly diagnostics: readonly Diagnostic[] } => {
  const { root, diagnostics: broken } = readYaml(file)
  const diagnostics: Diagnostic[] = [...broken]
  const start: Place = { file: file.path, line: 1, col: 1 }
  const tell = tellTo((problem) => { diagnostics.push(problem) })
  const said = { source: '', asOf: '' }
  const byState = new Map(Object.entries(under?.byState ?? {}))
  let elsewhere = under?.elsewhere ?? []

  const readHours = (node: YamlNode): void => {
    if (node.kind !== 'map') return tell(node.place, 'wrong-shape', 'Hours has a line for each state', 'write FL: 8am-8pm on a line of its own, indented')
    for (const each of node.entries) {
      if (each.kind !== 'entry') continue
      const state = each.key.trim().toUpperCase()
      const other = /^(elsewhere|others?|default)$/i.test(each.key.trim())
      if (!other && !(state in STATE_ZONES)) { tell(each.keyPlace, 'unknown-state', `"${each.key}" is no US state`, 'write its two letters, such as FL, or Elsewhere for all others'); continue }
      const windows = windowsOf(each.value)
      if (!windows.ok) { diagnostics.push(windows.diagnostic); continue }
      if (other) elsewhere = windows.value
      else byState.set(state, windows.value)
    }
  }

  if (root?.kind !== 'map') { if (broken.length === 0) tell(start, 'wrong-shape', 'this file is a table of calling hours, and has no Hours', 'write Hours: and a line for each state; `finalmile reference` prints the built-in one') }
  else for (const each of root.entries) {
    if (each.kind !== 'entry') continue
    const key = normalKey(each.key)
    const text = each.value.kind === 'scalar' ? each.value.text.trim() : ''
    if (key === 'hours') readHours(each.value)
    else if (key === 'source') said.source = text
    else if (key === 'asof' || key === 'date') said.asOf = text
    else tell(each.keyPlace, 'unknown-key', `"${each.key}" is no key of calling hours`, suggest(each.key, ['Source', 'As Of', 'Hours']) ?? 'the keys are Source, As Of and Hours')
  }
  if (root?.kind === 'map' && said.source === '') tell(start, 'missing-key', 'these calling hours name no Source', 'write Source: and whose reading of the law this is')
  if (root?.kind === 'map' && !/^\d{4}-\d\d-\d\d$/.test(said.asOf)) tell(start, 'missing-key', 'these calling hours have no date', 'write As Of: and the day on which they were looked up, such as 2026-11-01')
  return { table: { ...said, byState: Object.fromEntries(byState), elsewhere }, diagnostics }
}

/** `8am-8pm`, `Mon-Sat 9am-9pm, Sun 12pm-9pm`, `Mon-Fri 9am-12pm, 1pm-6pm`, `none`; a list is as good. */
const windowsOf = (node: YamlNode): Parsed<readonly CallWindow[]> => {
  const texts = node.kind === 'list' ? node.items.flatMap((each) => (each.kind === 'scalar' ? [each] : [])) : node.kind === 'scalar' ? node.text.split(',').map((text) => ({ text: text.trim(), place: node.place })) : []
  const windows: CallWindow[] = []
  let before: readonly number[] | null = null
  for (const { text, place } of texts) {
    if (/^(none|never|closed)$/i.test(text.trim())) continue
    const [, named, hours] = /^([a-z][a-z –-]*?)[:]?\s+((?:\d|noon|midnight).*)$/i.exec(text.trim()) ?? [null, null, text]
    const days: Parsed<readonly number[]> = named === null || named === undefined ? parsed(before ?? EVERY_DAY) : parseWeekdays(named, place)
    if (!days.ok) return days
    // Together they are open whenever one of them is: the shorter hours of such a day would count for nothing.
    if (windows.some((each) => each.days.join() !== days.value.join() && each.days.some((day) => days.value.includes(day)))) return refused(place, 'bad-hours', `got "${text.trim()}" beside other hours that are of its days too`, 'write each day once: Mon-Sat 8am-8pm, Sun 1pm-6pm')
    before = days.value
    const span = parseClockSpan(hours ?? '', place)
    if (!span.ok) return span
    windows.push({ spans: [span.value], days: days.value })
  }
  return parsed(windows)
}

/** The built-in table, read when it is first asked for: most starts need none, and reading takes 20 ms. */
export const builtInCallingHours = (): CallingHours => (builtIn ??= readCallingHours({ path: 'calling-hours.yaml', text: DEFAULT_CALLING_HOURS }, null).table)
let builtIn: CallingHours | null = null
