import { startService, type Said, type Service } from './service.ts'

const json = (status: number, value: unknown): Said => ({ status, type: 'application/json', body: JSON.stringify(value) })

/** Convoso's leads/insert: a success flag, mostly with status 200; no nested values. */
export const startConvoso = (options: { readonly token?: string; readonly dnc?: readonly string[] } = {}): Promise<Service> => {
  const seen = new Set<string>()
  return startService(({ parameters, body }) => {
    const phone = parameters.get('phone_number') ?? ''
    if (parameters.get('auth_token') !== (options.token ?? 'c-token')) return json(401, { success: false, text: 'Invalid auth_token' })
    if (/%5B|\[/.test(body)) return json(200, { success: false, text: 'nested values are not taken' })
    if (!/^\d{10,11}$/.test(phone)) return json(200, { success: false, code: 6008, text: 'The phone number is invalid' })
    if (options.dnc?.includes(phone)) return json(200, { success: false, code: 6008, text: 'The phone number exists on the DNC list' })
    if (parameters.get('check_dup') !== '0' && seen.has(phone)) return json(200, { success: false, code: 6009, text: 'The phone number already exists' })
    seen.add(phone)
    return json(200, { success: true, data: { lead_id: String(8_841_206 + seen.size) } })
  })
}

/** Noojee's insertLeadFast: its ids and key in the URL; what is no OK comes with 400, and 109 is a 400 that passes. */
export const startNoojee = (options: { readonly busy?: number; readonly dnc?: readonly string[] } = {}): Promise<Service> => {
  const seen = new Set<string>()
  let busy = options.busy ?? 0
  return startService(({ body, parameters }) => {
    if (parameters.get('apiKey') !== 'n-key') return json(401, { code: 101, message: 'unknown key' })
    if (['fTemplateId', 'fCampaignId', 'fAllocationId'].some((name) => !parameters.has(name))) return json(400, { code: 103, message: 'EXCEPTION' })
    if (busy > 0) { busy -= 1; return json(400, { code: 109, message: 'TIMEOUT_TOO_MANY_CONCURRENT_REQUESTS' }) }
    const { FirstPhone: phone } = JSON.parse(body) as { FirstPhone: string }
    if (options.dnc?.includes(phone)) return json(400, { code: 104, message: 'DNC' })
    if (seen.has(phone)) return json(400, { code: 105, message: 'DUPLICATE' })
    seen.add(phone)
    return json(200, { code: 0, message: 'OK' })
  })
}
