import { startService, type Service } from './service.ts'

export interface VicidialOptions {
  readonly user?: string
  readonly pass?: string
  /** May add leads (modify_leads, level 8). */
  readonly permitted?: boolean
  readonly dnc?: readonly string[]
  /** Local hours are over: leads are added, and not to the hopper. */
  readonly afterHours?: boolean
}

export interface Vicidial extends Service { list(id: string): readonly string[] }

/** add_lead of VICIdial's non-agent API, as its program writes it, which is not how its manual prints it: several lines of text with status 200, whatever came of it. */
export const startVicidial = async (options: VicidialOptions = {}): Promise<Vicidial> => {
  const lists = new Map<string, string[]>([['101', []]])
  let lastId = 1_188_371
  const answer = (parameters: URLSearchParams): string => {
    const value = (name: string): string => parameters.get(name) ?? ''
    const [user, phone, id] = [value('user'), value('phone_number'), value('list_id')]
    // As it is: a wrong password is echoed.
    if (user !== (options.user ?? '6666') || value('pass') !== (options.pass ?? '1234')) return `ERROR: Invalid Username/Password: |${user}|${value('pass')}|BAD|`
    if (value('function') !== 'add_lead') return 'ERROR: NO FUNCTION SPECIFIED'
    if (options.permitted === false) return `ERROR: add_lead USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM: |${user}|0|`
    if (!/^\d{6,16}$/.test(phone)) return `ERROR: add_lead INVALID PHONE NUMBER LENGTH - ${phone}|${user}`
    const list = lists.get(id)
    if (!list) return `ERROR: add_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED - ${phone}|${id}`
    if (value('dnc_check') === 'Y' && options.dnc?.includes(phone)) return `ERROR: add_lead PHONE NUMBER IN DNC - ${phone}|${user}`
    if (value('duplicate_check') === 'DUPLIST' && list.includes(phone)) return `ERROR: add_lead DUPLICATE PHONE NUMBER IN LIST - ${phone}|${id}|${lastId}`
    list.push(phone)
    const leadId = ++lastId
    const hopper = value('add_to_hopper') !== 'Y' ? [] : [options.afterHours && value('hopper_local_call_time_check') === 'Y' ? `NOTICE: add_lead NOT ADDED TO HOPPER, OUTSIDE OF LOCAL TIME - ${phone}|${leadId}|-8|0|${user}` : `NOTICE: add_lead ADDED TO HOPPER - ${phone}|${leadId}|41190|${user}`]
    return [`SUCCESS: add_lead LEAD HAS BEEN ADDED - ${phone}|${id}|${leadId}|-8|${user}`, ...hopper].join('\n')
  }
  const service = await startService(({ path, parameters }) =>
    path === '/vicidial/non_agent_api.php' ? { status: 200, type: 'text/plain', body: `${answer(parameters)}\n` } : { status: 404, type: 'text/html', body: '<html>Not Found</html>' })
  return { ...service, list: (id) => lists.get(id) ?? [] }
}
