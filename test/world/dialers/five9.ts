import { startService, type Asked, type Said, type Service } from './service.ts'

export interface Five9Options {
  readonly domain?: string
  readonly lists?: readonly string[]
  /** `user:password`; null: the older open form. */
  readonly credentials?: string | null
  /** So many requests are answered with 715 first. */
  readonly busy?: number
  /** The domain has been switched off. */
  readonly disabled?: boolean
}

export interface Five9 extends Service {
  /** Numbers in a list, in order of joining. */
  inList(list: string): readonly string[]
  contacts(): ReadonlyMap<string, Readonly<Record<string, string>>>
}

/** Web2Campaign as its guide and public integrations show it: a page with status 200 in every case, all inputs echoed, the code in a hidden field. */
export const startFive9 = async (options: Five9Options = {}): Promise<Five9> => {
  const domain = options.domain ?? 'Acme Sales'
  const lists = new Map((options.lists ?? ['New Leads']).map((name): [string, string[]] => [name, []]))
  const contacts = new Map<string, Readonly<Record<string, string>>>()
  let busy = options.busy ?? 0

  const judge = ({ parameters }: Asked): number => {
    const value = (name: string): string => parameters.get(name) ?? ''
    if (value('F9domain') !== domain) return 718
    if (options.disabled) return 716
    if (busy > 0) { busy -= 1; return 715 }
    const list = lists.get(value('F9list'))
    if (!list || value('number1') === '') return 700
    const keys = parameters.getAll('F9key')
    if (keys.length === 0) return 709
    if (!keys.every((each) => parameters.has(each))) return 712
    if ([...['number1', 'number2', 'number3']].some((each) => value(each) !== '' && !/^\d{10,16}$/.test(value(each)))) return 714
    if (value('first_name').length > 100) return 713
    if (value('F9TimeToCall') !== '' && value('F9TimeFormat') === '') return 710
    if (value('F9TimeToCall') !== '' && !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/.test(value('F9TimeToCall'))) return 711
    const key = keys.map(value).join('|')
    const matches = [...contacts.keys()].filter((each) => each.split('#')[0] === key)
    if (matches.length > 1) return 708
    const known = matches.length === 1
    if (!known) contacts.set(key, Object.fromEntries([...parameters].filter(([name]) => !name.startsWith('F9'))))
    if (list.includes(key)) return 603
    list.push(key)
    return known ? 602 : 0
  }

  const service = await startService((asked) => {
    if (asked.path !== '/web2campaign/AddToList') return { status: 404, type: 'text/html', body: '<html><body>Not Found</body></html>' }
    if (options.credentials !== undefined && options.credentials !== null && asked.credentials !== options.credentials) return { status: 401, type: 'text/html', body: '<html><body>Unauthorized</body></html>' }
    return page(judge(asked), asked.parameters)
  })
  return { ...service, inList: (list) => lists.get(list) ?? [], contacts: () => contacts }
}

const page = (code: number, parameters: URLSearchParams): Said => {
  const inputs = [...parameters].filter(([name]) => !name.startsWith('F9err')).map(([name, value]) => input(name, value))
  const results = parameters.get('F9retResults') === '1' ? [input('F9errCode', String(code)), input('F9errDesc', DESCRIPTIONS[code] ?? 'Unknown error')] : []
  return { status: 200, type: 'text/html; charset=utf-8', body: `<html><head><title>WebToCampaign Response</title></head><body><form>\n${[...inputs, ...results].join('\n')}\n</form></body></html>\n` }
}

const input = (name: string, value: string): string => `<INPUT readonly id="${escape(name)}" name="${escape(name)}" value="${escape(value)}">`
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  0: 'The request was successfully processed', 602: 'The record existed and was added to the list', 603: 'The record is in the list already, it was not added',
  700: 'Required field is missing', 708: 'More than one record matches specified criteria', 709: 'No key field is specified', 710: 'Time format is missing',
  711: 'Time is invalid', 712: 'Key field is invalid', 713: 'Value is too long', 714: 'Value has a wrong format', 715: 'Too many requests', 716: 'Domain is disabled', 718: 'Domain is not found',
}
