import { startService, type Said, type Service } from './service.ts'

const json = (status: number, value: unknown): Said => ({ status, type: 'application/json', body: JSON.stringify(value) })

/** Convoso's leads/insert: a success flag, mostly with status 200; no nested values. */
export const startConvoso = (options: { readonly token?: string; readonly dnc?: readonly string[] } = {}): Promise<Service> => {
  const seen = new Set<string>()
  return startService(({ parameters, body }) => {
    const phone = parameters.get('phone_number') ?? ''
    if (parameters.get('auth_token') !== (options.token ?? 'c-token')) return json(401, { success: false, text: 'Invalid auth_token' })
    if (/%5B|\[/.test(body)) return json(200, { success: false, text: 'nested values are not taken' })
    if (!/^\d{10,11}$/.test(phone)) return json(200, { success: false, code: 6007, text: 'Invalid phone number' })
    if (options.dnc?.includes(phone)) return json(200, { success: false, code: 6008, text: 'The phone number exists on the DNC API' })
    if (parameters.get('check_dup') !== '0' && seen.has(phone)) return json(200, { success: false, text: 'Duplicate lead' })
    seen.add(phone)
    return json(200, { success: true, data: { lead_id: 8_841_206 + seen.size } })
  })
}

/** Noojee's insertLead: what is no OK comes with 400, and 109 is a 400 that passes. */
export const startNoojee = (options: { readonly busy?: number; readonly dnc?: readonly string[] } = {}): Promise<Service> => {
  const seen = new Set<string>()
  let busy = options.busy ?? 0
  return startService(({ body, headers }) => {
    if (headers['x-api-key'] !== 'n-key') return json(401, { code: 101, message: 'unknown key' })
    if (busy > 0) { busy -= 1; return json(400, { code: 109, message: 'too many concurrent requests' }) }
    const { Phone: phone } = JSON.parse(body) as { Phone: string }
    if (options.dnc?.includes(phone)) return json(400, { code: 104, message: 'DNC' })
    if (seen.has(phone)) return json(400, { code: 105, message: 'DUPLICATE' })
    seen.add(phone)
    return json(200, { code: 0, message: 'OK' })
  })
}
