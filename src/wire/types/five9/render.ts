import type { Report } from '../../../base/diagnostic.ts'
import type { Instant } from '../../../base/time.ts'
import { offsetText, twoDigits, wallText, wallTime } from '../../../base/zone.ts'
import { zonesOfWindow } from '../../../core/lead-zone.ts'
import { windowState } from '../../../core/window.ts'
import type { EndpointOf } from '../../../definitions/endpoint-definition.ts'
import type { Five9Settings } from '../../../definitions/type-settings.ts'
import { formOf } from '../../encode/form.ts'
import { addQuery } from '../../encode/url.ts'
import type { RenderInput, Renderer } from '../../endpoint.ts'
import { compileRenderer } from '../../render.ts'

/** A form post; with Schedule Calls it also tells the dialer when to call a lead that came outside its window. */
export const compileFive9 = (definition: EndpointOf<'five9.add_to_list'>, report: Report): Renderer => {
  const plain = compileRenderer(definition, report)
  const { calls } = definition.settings
  if (!calls) return plain
  return {
    ...plain,
    render: (input) => {
      const call = callTime(calls, input)
      if (call.kind === 'unknown') return { ok: false, reason: call.why }
      const made = plain.render(input)
      if (!made.ok || call.kind === 'now' || !('compression' in made.request)) return made
      const { request } = made
      const more = formOf([['F9TimeToCall', call.text], ['F9TimeFormat', FORMAT]], 'utf-8')
      return { ...made, request: request.body === null ? { ...request, url: addQuery(notNow(request.url), more) } : { ...request, body: `${notNow(String(request.body))}&${more}` } }
    },
  }
}

/** A call at a given time is none at once. */
const notNow = (form: string): string => form.replace(/&F9CallASAP=[^&#]*/, '')

/** Java's SimpleDateFormat, which Five9 reads; the offset keeps it clear of the domain's own zone. */
const FORMAT = 'yyyy-MM-dd HH:mm:ss Z'

type Call = { readonly kind: 'now' } | { readonly kind: 'at'; readonly text: string } | { readonly kind: 'unknown'; readonly why: string }

/** From the first attempt's time, so that a retry is the same request. */
const callTime = ({ window, zone }: NonNullable<Five9Settings['calls']>, { lead, now }: RenderInput): Call => {
  const zones = zonesOfWindow(lead, zone)
  const [first] = zones
  if (first === undefined) return { kind: 'unknown', why: "the lead's time zone is not known, so that its call window cannot be kept" }
  const state = windowState([window], zones, now)
  if (state.open) return { kind: 'now' }
  return state.until === null ? { kind: 'unknown', why: 'its call window never opens' } : { kind: 'at', text: inZone(state.until, first) }
}

/** `2026-11-27 09:00:00 -0800` */
const inZone = (at: Instant, zone: string): string => {
  const { second, offset } = wallTime(at, zone)
  return `${wallText(at, zone)}:${twoDigits(second)} ${offsetText(offset, '')}`
}
