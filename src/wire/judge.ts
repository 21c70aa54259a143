import type { Condition, ValuePath } from '../core/condition.ts'
import type { Verdict } from '../core/verdict.ts'
import type { EndpointDefinition, ParsingDefinition, ResponseCodeRow } from '../definitions/types.ts'
import { classOfStatus, failureOfClass, statusText, verdictOfStatus } from './classify.ts'
import type { Told } from './classify.ts'
import type { Answer } from './parse/answer.ts'
import { pathsOf, pathText, readsBody } from './parse/path.ts'
import type { Probe, TextReader } from './parse/probe.ts'
import { classOfFault, soapFaultOf, type SoapFault } from './parse/soap-fault.ts'
import { compileId, compileMessage, compilePrice, compileProbe, compileStray, compileText } from './parse/probe.ts'
import { buyersWords } from './parse/words.ts'
import { retryAfterMs } from './retry-after.ts'

/** What one answer means; `at` is when it came. */
export type Judge = (answer: Answer, at: number) => Verdict

/**
 * The rules of one recipient's posts, compiled: `Response Codes` from the top, then Error, Duplicate, Rejected and
 * Success, then the default table. Acceptance needs every rule that could say no to be readable, and the Lead ID and
 * Price that are declared.
 */
export const createJudge = (definition: EndpointDefinition, hasPriceFallback: boolean): Judge => {
  const { parsing } = definition
  const isSoap = definition.format === 'soap'
  const rows = definition.responseCodes.map(compileRow)
  const tableDecides = rows.some((row) => row.means === 'success')
  const tableReadsBody = rows.some((row) => row.means === 'success' && row.readsBody)
  const before = compileNegatives(parsing)
  const success = parsing.success && compileProbe(parsing.success)
  const whyNot = parsing.success && compileWhyNot(parsing.success)
  const isStray = parsing.success && compileStray(parsing.success)
  const successReadsBody = parsing.success !== null && pathsOf(parsing.success).some(readsBody)
  const successNamesStatus = parsing.success !== null && namesStatus(parsing.success)
  const voice = createVoice(parsing)
  const accept = createAcceptance(definition, hasPriceFallback, voice)
  const excepted = createExceptions(definition)
  const proof = parsing.proof ? compileProbe({ kind: 'exists', path: parsing.proof }) : null

  const decide: Judge = (answer, at) => {
    const isOk = answer.status >= 200 && answer.status < 300
    if (proof && isOk && proof(answer) !== 'yes') return voice.unconfirmed(answer, answer.truncated || answer.isEmpty() ? whyUnreadable(answer) : `it has nothing at ${written(parsing.proof ?? null)}, which every answer of this service has`)
    let doubt = false
    let rowSaysSuccess = false
    for (const row of rows) {
      const sense = row.sense(answer, isOk)
      if (sense === 'no') continue
      if (sense === 'blind') doubt ||= !answer.isEmpty()
      else if (row.means === 'success') {
        rowSaysSuccess = true
        break
      } else return verdictOfRow(row.row, answer, voice, at)
    }
    for (const { kind, probe } of before) {
      const sense = probe(answer)
      if (sense === 'blind') doubt ||= !answer.isEmpty()
      else if (sense === 'yes') return negative(kind, answer, voice, at)
    }
    const fault = isSoap ? soapFaultOf(answer) : null
    if (fault) return verdictOfSoapFault(fault, answer, voice, at)
    if (!isOk && !rowSaysSuccess && !successNamesStatus) return byStatus(answer, voice, at)
    const table = rowSaysSuccess || !tableDecides
    const sense = success ? success(answer) : table ? 'yes' : doubt || (tableReadsBody && answer.isEmpty()) ? 'blind' : 'no'
    if (sense === 'yes') return doubt ? voice.unconfirmed(answer, whyUnreadable(answer)) : accept(answer)
    if (!isOk && !rowSaysSuccess) return byStatus(answer, voice, at)
    if (sense === 'blind' || (successReadsBody && answer.isEmpty()) || isStray?.(answer)) return voice.unconfirmed(answer, whyUnreadable(answer))
    return { kind: 'rejected', ...voice.say(answer, whyNot ? whyNot(answer) : 'it matches no row of Response Codes') }
  }

  const decorate = createExtras(parsing)
  // A signed webhook's endpoint that is gone has been switched off (Standard Webhooks): leads wait until a person looks.
  const goneIsOff = definition.auth?.kind === 'standard-webhooks'
  return (answer, at) => {
    const found = decide(answer, at)
    const verdict = goneIsOff && answer.status === 410 && found.kind === 'failed' ? { ...found, alert: true, pause: true } : found
    const final = excepted && (verdict.kind === 'rejected' || (verdict.kind === 'failed' && !verdict.retry)) ? excepted(verdict, answer, at) : verdict
    return decorate ? decorate(final, answer) : final
  }
}

/** How a recipient's answers are put into words. */
export interface Voice {
  /** The buyer's words, else ours. */
  say(answer: Answer, ours: string): Pick<Told, 'reason' | 'said'>
  unconfirmed(answer: Answer, why: string): Verdict
  /** Only what `Message` finds. */
  readonly message: TextReader | null
}

export const createVoice = (parsing: ParsingDefinition): Voice => {
  const message = compileMessage(parsing.message)
  const wordsIn = (answer: Answer): string | null => message?.(answer) ?? buyersWords(answer)
  return {
    message,
    say: (answer, ours) => {
      const said = wordsIn(answer)
      return said === null ? { reason: ours, said } : { reason: said }
    },
    unconfirmed: (answer, why) => {
      const said = wordsIn(answer)
      return { kind: 'unconfirmed', class: 'unreadable', reason: said === null ? why : `${why}; the buyer says: ${said}`, said }
    },
  }
}

type Negative = 'error' | 'duplicate' | 'rejected'

export const compileNegatives = (parsing: ParsingDefinition): readonly { readonly kind: Negative; readonly probe: Probe }[] =>
  (['error', 'duplicate', 'rejected'] as const).flatMap((kind) => {
    const condition = parsing[kind]
    return condition ? [{ kind, probe: compileProbe(condition) }] : []
  })

export const negative = (kind: Negative, answer: Answer, voice: Voice, at: number): Verdict => {
  switch (kind) {
    case 'duplicate': return { kind, class: 'duplicate', ...voice.say(answer, 'the buyer has it already') }
    case 'rejected': return { kind, ...voice.say(answer, 'the buyer does not want it') }
    case 'error': {
      const told = toldOf(answer, voice.say(answer, 'the buyer answered with an error'), at)
      return failureOfClass(classOfStatus(answer.status, told.retryAfterMs), answer.status, told)
    }
    default: return kind satisfies never
  }
}

export const byStatus = (answer: Answer, voice: Voice, at: number): Verdict => {
  const { status } = answer
  if (status < 200) return voice.unconfirmed(answer, `${statusText(status)} is no final answer`)
  const location = answer.headers['location']
  const ours = status >= 300 && status < 400 && location !== undefined ? `${statusText(status)}: it redirects to ${withoutQuery(location)}` : statusText(status)
  const words = status >= 300 && status < 400 ? { reason: ours, said: null } : voice.say(answer, ours)
  return verdictOfStatus(status, toldOf(answer, words, at))
}

/** A Fault means the same on 200 and 500; a status that says more (401, 409, 429, 503 …) goes before its code. */
const verdictOfSoapFault = (fault: SoapFault, answer: Answer, voice: Voice, at: number): Verdict => {
  const reason = voice.message?.(answer) ?? fault.words
  const told = toldOf(answer, reason === null ? { reason: `SOAP fault ${fault.codes.join('.')}`, said: null } : { reason }, at)
  const { status } = answer
  if ((status >= 200 && status < 300) || status === 400 || status === 500) {
    const failure = classOfFault(fault)
    return failureOfClass(failure, failure === 'server_error' ? 500 : status, told)
  }
  return verdictOfStatus(status, told)
}

/** A query may carry a lead or a session. */
const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//').slice(0, 200)

/** RateLimit headers stand in every answer of some services: only a 429 makes them a wait, a 503 needs Retry-After. */
const toldOf = (answer: Answer, words: Pick<Told, 'reason' | 'said'>, at: number): Told => {
  const asks = answer.status === 429 || answer.headers['retry-after'] !== undefined
  return { ...words, retryAfterMs: asks ? retryAfterMs(answer.headers, at) : null }
}

interface CompiledRow {
  readonly row: ResponseCodeRow
  readonly means: ResponseCodeRow['means']
  readonly readsBody: boolean
  sense(answer: Answer, isOk: boolean): 'yes' | 'no' | 'blind'
}

const compileRow = (row: ResponseCodeRow): CompiledRow => {
  const probe = row.when && compileProbe(row.when)
  // Success where no status is named means a 2xx: words in an error page sell nothing.
  const onlyOk = row.means === 'success' && row.status === null && !(row.when && namesStatus(row.when))
  const { status } = row
  return {
    row,
    means: row.means,
    readsBody: row.when !== null && pathsOf(row.when).some(readsBody),
    sense: (answer, isOk) => {
      if (status && (answer.status < status.from || answer.status > status.to)) return 'no'
      if (onlyOk && !isOk) return 'no'
      return probe ? probe(answer) : 'yes'
    },
  }
}

const verdictOfRow = (row: ResponseCodeRow, answer: Answer, voice: Voice, at: number): Verdict => {
  const words = voice.say(answer, `${statusText(answer.status)}: ${row.text}`)
  if (row.means === 'duplicate') return { kind: 'duplicate', class: 'duplicate', ...words }
  if (row.means === 'rejected') return { kind: 'rejected', ...words }
  const told = toldOf(answer, words, at)
  const failure = ROW_CLASS[row.means] ?? classOfStatus(answer.status, told.retryAfterMs)
  const failed = failureOfClass(failure, answer.status, told)
  const retry = row.retry ?? (row.means === 'retry' || row.means === 'server-error' ? true : failed.retry)
  const { pause: _pause, ...rest } = failed
  const pause = row.pause || (failure === 'auth' && !retry)
  return { ...rest, retry, ...(row.again && retry ? { again: row.again } : {}), ...(told.retryAfterMs !== null && retry ? { retryAfterMs: told.retryAfterMs } : {}), ...(pause ? { pause, alert: true } : {}) }
}

const ROW_CLASS: Readonly<Partial<Record<ResponseCodeRow['means'], 'auth' | 'rate_limited' | 'server_error' | 'invalid_data'>>> = {
  auth: 'auth', 'rate-limited': 'rate_limited', 'server-error': 'server_error', 'invalid-data': 'invalid_data',
}

const createAcceptance = (definition: EndpointDefinition, hasPriceFallback: boolean, voice: Voice): ((answer: Answer) => Verdict) => {
  const { parsing } = definition
  const leadId = compileId(parsing.leadId)
  const price = compilePrice(parsing.price, definition.currency)
  const needsId = !isOptional(parsing, 'lead id')
  const needsPrice = !isOptional(parsing, 'price') && !isOptional(parsing, 'revenue')
  return (answer) => {
    answer.blind = false
    const reason = voice.message?.(answer) ?? null
    const buyerLeadId = leadId?.(answer) ?? null
    if (leadId && needsId && buyerLeadId === null) return voice.unconfirmed(answer, `it has no lead id at ${written(parsing.leadId)}`)
    if (!price) return { kind: 'accepted', reason, buyerLeadId, price: null }
    answer.blind = false
    const found = price(answer)
    if (found.kind === 'price') return { kind: 'accepted', reason, buyerLeadId, price: found.price }
    if (needsPrice && answer.blind && !answer.isEmpty()) return voice.unconfirmed(answer, whyUnreadable(answer))
    const what = `${found.kind === 'none' ? 'it has no price' : `its price cannot be read ("${found.text}")`} at ${written(parsing.price)}`
    if (needsPrice && !hasPriceFallback) return { ...voice.unconfirmed(answer, what), buyerLeadId }
    // The agreed price counts; that the buyer named one, perhaps another, is told.
    return { kind: 'accepted', reason: found.kind === 'none' ? reason : [reason, what].filter((each) => each !== null).join('; '), buyerLeadId, price: null }
  }
}

const written = (path: ValuePath | null): string => (path ? pathText(path) : '')

export const isOptional = (parsing: ParsingDefinition, name: string): boolean =>
  parsing.optional.some((each) => each.toLowerCase().replace(/[\s_-]/g, '') === name.replace(/[\s_-]/g, ''))

/** `Retry On`: what would end the lead here is tried again instead. */
const createExceptions = (definition: EndpointDefinition): ((verdict: Verdict, answer: Answer, at: number) => Verdict) | null => {
  if (definition.retryOn.length === 0) return null
  const exceptions = definition.retryOn.map(({ status, when }) => ({ status, probe: when && compileProbe(when) }))
  return (verdict, answer, at) => {
    const isExcepted = exceptions.some(({ status, probe }) =>
      (!status || (answer.status >= status.from && answer.status <= status.to)) && (!probe || probe(answer) === 'yes'))
    if (!isExcepted) return verdict
    const told = toldOf(answer, { reason: verdict.reason ?? statusText(answer.status), ...('said' in verdict ? { said: verdict.said ?? null } : {}) }, at)
    const usual = classOfStatus(answer.status, told.retryAfterMs)
    // A 403 that passes (Salesforce's REQUEST_LIMIT_EXCEEDED) is no trouble with credentials: nothing is paused.
    const failure = usual === 'auth' ? 'server_error' : usual
    return { ...failureOfClass(failure, answer.status, told), retry: true, ...(told.retryAfterMs === null ? {} : { retryAfterMs: told.retryAfterMs }) }
  }
}

/** Captures and the redirect URL; null where the recipient declares none. */
export const createExtras = (parsing: ParsingDefinition): ((verdict: Verdict, answer: Answer) => Verdict) | null => {
  const captures = Object.entries(parsing.capture).map(([name, path]) => ({ name, read: compileText(path, 1_000) }))
  const redirect = compileText(parsing.redirectUrl, 2_000)
  if (captures.length === 0 && !redirect) return null
  return (verdict, answer) => {
    const found = captures.flatMap(({ name, read }) => {
      const value = read?.(answer) ?? null
      return value === null ? [] : [[name, value] as const]
    })
    const url = redirect?.(answer) ?? null
    return {
      ...verdict,
      ...(found.length > 0 ? { captured: Object.fromEntries(found) } : {}),
      // Only a web address: a person may be sent there.
      ...(url !== null && /^https?:\/\//i.test(url) ? { redirectUrl: url } : {}),
    }
  }
}

export const namesStatus = (condition: Condition): boolean => pathsOf(condition).some((path) => path.kind === 'path' && path.text.trim() === 'http.status')

export const whyUnreadable = (answer: Answer): string =>
  answer.truncated ? 'it is longer than Maximum Response, so that it could not be read whole'
  : answer.isEmpty() ? `${statusText(answer.status)} with an empty body says neither yes nor no`
  : 'it cannot be read in the way that Response Parsing asks for'

/** Why an answer is none: what stands where the rule looks, as `ACCEPTED` for `accepted`, a 1 for true; of all words there are too many. */
export const compileWhyNot = (success: Condition): ((answer: Answer) => string) => {
  const asked = [...new Map(pathsOf(success).map((path) => [pathText(path), path.kind === 'path' && path.text.trim() === 'body' ? null : compileText(path, 60)]))]
  return (answer) => `Success does not hold (${asked.map(([name, read]) => {
    const found = read?.(answer) ?? null
    return read === null ? `it looks at ${name}` : found === null ? `it has no ${name}` : `${name} is "${found}"`
  }).join(', ')})`
}
