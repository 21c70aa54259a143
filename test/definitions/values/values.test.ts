import { describe, expect, it } from 'vitest'
import { money } from '../../../src/base/money.ts'
import { BASE, endpoint, load } from '../loading.ts'

const policy = (lines: string) => endpoint(`${BASE}${lines}`).policy
const transport = (lines: string) => endpoint(`${BASE}${lines}`).definition.transport
const errorOf = (lines: string): string | undefined => load({ r: `${BASE}${lines}` }).said.find((each) => each.includes(' error '))
const span = (from: number, to: number) => ({ fromMinute: from * 60, toMinute: to * 60 })

describe('numbers with units', () => {
  it.each([
    ['Timeout: 10 seconds', { timeoutMs: 10_000 }], ['Timeout: 1s', { timeoutMs: 1_000 }], ['Timeout: 100ms', { timeoutMs: 100 }], ['Connect Timeout: 2s', { connectTimeoutMs: 2_000 }],
    ['Connections: 10 connections', { connections: 10 }], ['Connections: 3', { connections: 3 }], ['Keep Alive: 300 seconds', { keepAliveMs: 300_000 }], ['Keep Alive: yes', { keepAliveMs: 300_000 }],
    ['Keep Alive: no', { keepAliveMs: 0 }], ['Keep Alive: no\nReuse For: 5s', { keepAliveMs: 0 }], ['Maximum Response: 1 MB', { maximumResponse: 1_048_576 }], ['Maximum Response: 500KB', { maximumResponse: 512_000 }],
    ['Rate: 50 per second', { rate: { count: 50, perMs: 1_000 } }], ['Rate: 1,000/hour', { rate: { count: 1_000, perMs: 3_600_000 } }], ['Follow Redirects: on', { followRedirects: true }],
    ['TLS: {CA: a.pem}', { tls: { ca: 'a.pem', certificate: null, key: null } }], ['Concurrency: 5', { concurrency: 5 }],
  ])('%s', (line, expected) => expect(transport(line)).toMatchObject(expected))

  it('one lead at a time where a cap in money waits for a price that only the answer to the post tells', () => {
    const blind = 'Caps: $100 per day\nResponse Parsing: {Price: price}'
    const ping = 'Ping: {Fields: zip, Response Parsing: {Bid: price}}'
    expect([blind, `${blind}\nPrice: $5`, `${blind}\n${ping}`, `${blind}\nConcurrency: 7`].map((lines) => transport(lines).concurrency)).toEqual([1, null, null, 7])
  })
  it('a bid is waited for as long as its ping says, else as long as an answer', () => {
    expect(['Ping: {Fields: zip, Timeout: 250ms, Response Parsing: {Bid: price}}', 'Ping: {Fields: zip, Response Parsing: {Bid: price}}', ''].map((lines) => policy(lines).pingTimeoutMs)).toEqual([250, null, null])
  })
  it.each([['Fields: zip', true], ['Fields: zip, Parsing: {Success: ok = 1}', true], ['Fields: zip, Parsing: {Bid: b}', false], ['Fields: zip, Parsing: {Price: p}', false]])('Ping: {%s} names no bid: %s', (ping, told) => {
    expect(load({ r: `${BASE}Ping: {${ping}}` }).said.some((each) => each.includes('has no Bid'))).toBe(told)
  })
  it("a ping's Fields may be a mapping", () => {
    expect(endpoint(`${BASE}Ping: {Fields: {State: "{{lead.state}}"}, Parsing: {Bid: b}}`).definition.ping?.mapping).toMatchObject({ entries: [{ key: 'State', value: { text: '{{lead.state}}' } }] })
  })
  it('a cap of one sale holds it', () => {
    const warned = (cap: string) => load({ r: `${BASE}Price: $45\nCaps: ${cap} per day` }).said.some((each) => each.includes('cap-below-price'))
    expect([warned('$44.99'), warned('$45')]).toEqual([true, false])
  })

  it.each([['Timeout: 10', 'write 10s'], ['Maximum Response: 2', '2 MB'], ['Rate: 50', '50 per second'], ['Rate: 1,5 per second', '50 per second'], ['Connections: 1,5', 'whole number'], ['Alert When: error rate > 0.2', 'write error rate > 20%'], ['Alert When: success rate < 80', 'write success rate < 80%'], ['Alert When: success rate < high', 'write success rate < 90%'], ['Timeout: soon', '10 seconds'], ['Connections: 0', 'whole number'], ['Connections: 10 minutes', 'whole number']])('%s is an error that says what to write', (line, help) => {
    expect(errorOf(line)).toContain(help)
  })
})

describe('money', () => {
  it.each([['Price: $45.00', money(450_000)], ['Price: 45', money(450_000)], ['Price: 45 EUR', money(450_000, 'EUR')], ['Price: "€45"', money(450_000, 'EUR')], ['Price: 45\nCurrency: eur', money(450_000, 'EUR')], ['Price: $45\nCurrency: EUR', money(450_000)], ['Price: $0', money(0)]])('%s', (line, expected) => {
    expect(policy(line).price).toEqual(expected)
  })
  it('is nothing where it is not written', () => expect(policy('').price).toBeNull())
  it.each(['Price: -5', 'Price: 1,2,3', 'Price: much'])('%s is an error', (line) => expect(errorOf(line)).toContain('$45.00'))
})

describe('call windows', () => {
  it.each([
    ['Call Window: 9am-8pm', [span(9, 20)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 09:00-20:00', [span(9, 20)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 9:30am - 5pm', [span(9.5, 17)], [1, 2, 3, 4, 5, 6, 7]],
    ['Call Window: 9-17', [span(9, 17)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 9-13', [span(9, 13)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 9-5pm', [span(9, 17)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 1-5pm', [span(13, 17)], [1, 2, 3, 4, 5, 6, 7]],
    ['Call Window: 8pm-2am', [span(20, 2)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 22-6', [span(22, 6)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 22-06', [span(22, 6)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 06:00-02:00', [span(6, 2)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 8am-11', [span(8, 11)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 00:00-24:00', [span(0, 24)], [1, 2, 3, 4, 5, 6, 7]], ['Call Window: 9am-12pm, 1pm-5pm', [span(9, 12), span(13, 17)], [1, 2, 3, 4, 5, 6, 7]],
    ['Call Window: Mon-Fri 9am-5pm', [span(9, 17)], [1, 2, 3, 4, 5]], ['Call Window: Mon-Fri 9am-5pm\nDays: weekdays', [span(9, 17)], [1, 2, 3, 4, 5]], ['Call Window: Fri-Mon 9am-5pm\nDays: Fri-Mon', [span(9, 17)], [1, 5, 6, 7]], ['Call Window: Mon-Fri 9am-12pm, 1pm-5pm', [span(9, 12), span(13, 17)], [1, 2, 3, 4, 5]], ['Call Window: 9am to 5pm\nDays: Mon, Wed, Fri', [span(9, 17)], [1, 3, 5]], ['Days: Sat-Mon', [span(0, 24)], [1, 6, 7]], ['Days: [Monday, tuesdays]', [span(0, 24)], [1, 2]], ['Days: weekends', [span(0, 24)], [6, 7]],
  ] as const)('%s', (line, spans, days) => expect(policy(line).window).toEqual({ spans, days }))
  it('is always open where none is written', () => expect(policy('').window).toBeNull())
  it.each(['Call Window: Mon-Fri 9am-5pm\nDays: Sat', 'Call Window: 9-5', 'Call Window: 25:00-26:00', 'Call Window: 13pm-14pm', 'Call Window: all day', 'Call Window: Funday 9am-5pm', 'Days: Funday', 'Call Window: 9am-9am', 'Call Window: Mon 9am-5pm, Tue 9am-6pm', 'Call Window: 9am-5pm, Sat 10am-2pm'])('%s is an error', (line) => expect(errorOf(line)).toBeDefined())
  it.each([['9-5', '9am-5pm'], ['8am-5', '8am-5pm, or 8am-5am'], ['9:00-5:00', '9:00am-5:00pm'], ['noon-5:30', 'noon-5:30pm'], ['08-05', '08am-05pm'], ['8pm-2', '8pm-2am']])('an end that may be by day or by night is asked for: %s', (hours, help) => {
    expect(errorOf(`Call Window: ${hours}`)).toContain(help)
  })

  it.each([['America/New_York', { kind: 'zone', name: 'America/New_York' }], ['lead', { kind: 'lead' }], ['{{lead.timezone}}', { kind: 'field', path: 'timezone' }]])('Timezone: %s', (zone, expected) => expect(policy(`Timezone: ${zone}`).zone).toEqual(expected))
  it.each(['EST', 'Eastern', 'AST', 'BST', 'Mars/Olympus', '{{upper lead.zone}}'])('Timezone: %s is an error', (zone) => expect(errorOf(`Timezone: ${zone}`)).toContain('bad-timezone'))
})

describe('caps and checks', () => {
  it('reads counts and sums by period', () => {
    const caps = [{ period: 'day', limit: { kind: 'leads', count: 100 } }, { period: 'hour', limit: { kind: 'leads', count: 20 } }, { period: 'month', limit: { kind: 'revenue', amount: money(50_000_000) } }]
    for (const line of ['Caps: 100 per day, 20 per hour, $5,000 per month', 'Caps: 100/day, 20/hour, $5,000/month', 'Caps:\n  - 100 leads a day\n  - 20 hourly\n  - $5,000 per month']) expect(policy(line).caps).toEqual(caps)
    expect(policy('Caps: 1,000 per week, 1 per hour').caps).toEqual([{ period: 'week', limit: { kind: 'leads', count: 1_000 } }, { period: 'hour', limit: { kind: 'leads', count: 1 } }])
    expect(policy('').caps).toEqual([])
  })
  it.each(['0 per day', '$0 per day', '-5 per day', '100 per day per agent', '100 per lead'])('Caps: %s is an error', (cap) => expect(errorOf(`Caps: ${cap}`)).toContain('bad-cap'))
  it.each([['Duplicate Check: phone_1 within 30 days', { field: 'phone_1', withinMs: 30 * 86_400_000 }], ['Duplicate Check: lead.email in the last 24h', { field: 'email', withinMs: 86_400_000 }], ['Duplicate Check: lead.[Phone Number] within 1 day', { field: '[Phone Number]', withinMs: 86_400_000 }], ['Duplicate Check: no', null]])('%s', (line, expected) => expect(policy(line).duplicateCheck).toEqual(expected))
  it('a check without a field is told to keep nothing back, but where Salesforce knows what a duplicate is', () => {
    const told = (text: string) => load({ r: `${BASE}Price: $1\nResponse Parsing: {Success: ok = 1}\n${text}` }).said
    expect(told('Duplicate Check: yes')).toEqual(['r.yaml:5:18 warning not-enforced: this Duplicate Check names no field, and keeps no lead back -> write Duplicate Check: phone_1 within 30 days'])
    expect(told('Duplicate Check: no')).toEqual([])
    expect(told('Type: salesforce\nDuplicate Check: yes').join()).not.toContain('not-enforced')
  })
  it('says which unit a check needs', () => expect(errorOf('Duplicate Check: phone_1 within 30')).toContain('write phone_1 within 30 days'))

  it.each([
    ['phone is mobile-capable', { kind: 'mobile-phone', field: 'phone' }], ['Phone must be mobile', { kind: 'mobile-phone', field: 'phone' }], ['phone_2 is mobile', { kind: 'mobile-phone', field: 'phone_2' }], ['Lead.phone_2 is mobile', { kind: 'mobile-phone', field: 'phone_2' }],
    ['Include TrustedForm', { kind: 'trusted-form' }], ['Include Jornaya LeadiD', { kind: 'jornaya' }], ['requires a LeadiD token', { kind: 'jornaya' }], ['TrustedForm certificate required', { kind: 'trusted-form' }], ['Jornaya LeadiD is mandatory', { kind: 'jornaya' }], ['Mobile only', { kind: 'mobile-phone', field: 'phone' }], ['Business hours only', { kind: 'business-hours' }], ['lead.age >= 18', { kind: 'condition' }], ['lead["Loan Amount"] > 5000', { kind: 'condition' }], ['lead.[Loan Amount] > 5000', { kind: 'condition' }], ['tags[0] = "a"', { kind: 'condition' }], ['lead.state in (CA, NV)', { kind: 'condition' }], ['email exists', { kind: 'condition' }],
  ] as const)('requirement: %s', (text, check) => {
    const { policy: made, definition } = endpoint(`${BASE}Requirements:\n  - ${text}\n`)
    expect(made.requirements).toMatchObject([{ reason: text, check }])
    expect(definition.about.requirements).toEqual([])
  })
  it.each(['lead.state not in (CA, NV)', 'state not in (CA)', 'lead.dnc not exists', 'lead.zip starts with 941', 'zip starts with 941', 'email ends with "@a.example"', 'not state contains "A"'])('"%s" is enforced', (text) => {
    expect(endpoint(`${BASE}Requirements:\n  - '${text}'\n`).policy.requirements).toMatchObject([{ reason: text, check: { kind: 'condition' } }])
  })
  it.each(['Name starts with a capital', 'a lead exists', 'Call before noon', 'No incentivised traffic', 'Ask for Ann in case of doubt', 'Leads with a working phone'])('"%s" is documentation', (text) => {
    const { policy: made, definition } = endpoint(`${BASE}Special Requirements:\n  - ${text}\n`)
    expect(made.requirements).toEqual([])
    expect(definition.about.requirements).toEqual([text])
  })
  it('and one that reads as a condition is told that it is', () => {
    const lines = ['loan amount > 5000', 'State in CA, NV', 'age between 18 and 65', 'A fresh TrustedForm certificate', 'phone must be a valid mobile', 'No duplicates within 30 days', 'lead.state is CA', 'lead.age at least 18', 'Business hours only (9am-5pm ET)', 'Monday to Friday only', 'No weekend leads', 'Call between 9am and 5pm', 'Call before noon', 'Leads in good faith', 'Answer within reason']
    const told = load({ r: `${BASE}Requirements:\n${lines.map((each) => `  - ${each}\n`).join('')}` }).said.filter((each) => each.includes('not-enforced'))
    expect(lines.map((each) => told.some((one) => one.includes(`"${each}" is taken as documentation`)))).toEqual([...Array<boolean>(12).fill(true), false, false, false])
  })
  it('and one that is nearly a check is told which', () => {
    const told = load({ r: `${BASE}Requirements:\n  - phone is moble-capable\n  - Include TrustedFrom\n  - Include Jornya\n  - Business hour only\n` }).said.filter((each) => each.includes('not-enforced'))
    expect(told.map((each) => /did you mean "(.*)"/.exec(each)?.[1])).toEqual(['phone is mobile-capable', 'Include TrustedForm', 'Include Jornaya', 'Business hours only'])
  })
  it('one with its field in braces is a condition too', () => expect(errorOf('Requirements:\n  - {{lead.age}} >= 18')).toContain('a path stands without braces here'))
  it('a template in a table is told, since the buyer would get it as it stands', () => expect(errorOf('Tables:\n  t: {CA: "{{lead.x}}"}')).toContain('template-in-table'))
  it('a header that carries a token or a signature has a name that headers can have', () => expect(errorOf('Auth: {Type: HMAC, Secret: secret, Header: "X Signature"}')).toContain('"X Signature" cannot be the name of a header'))
  it('a requirement that is meant as a condition is not documentation by mistake', () => expect(errorOf('Requirements:\n  - lead.age >=')).toContain('bad-condition'))
})

describe('retries', () => {
  it('has the table of the contract', () => {
    const steps = { retries: 3, backoff: { kind: 'steps', ms: [1_000, 2_000, 4_000] }, growTimeout: false, maxWaitMs: 300_000, alertIfAllFail: false }
    const exponential = { ...steps, backoff: { kind: 'exponential', firstMs: 1_000 } }
    expect(policy('').retry).toEqual({ network: steps, proxy: steps, timeout: { ...steps, growTimeout: true }, rate_limited: { ...exponential, retries: 10 }, server_error: { ...exponential, alertIfAllFail: true } })
  })
  it.each([
    ['Timeout Errors: {Increase Timeout: no}', 'timeout', { retries: 3, growTimeout: false }], ['Server Errors:\n    Backoff: exponential\n    Increase timeout each retry', 'server_error', { retries: 3, growTimeout: true }], ['Server Errors:\n    Increase timeout each retry', 'server_error', { retries: 3, growTimeout: true }],
    ['Rate Limit: {Max Wait: 1h}', 'rate_limited', { retries: 10, maxWaitMs: 3_600_000 }], ['Server Errors: {Alert: no}', 'server_error', { alertIfAllFail: false }], ['Network Errors: {Alert: If all fail}', 'proxy', { alertIfAllFail: true }],
    ['Network Errors: {Retry: 2 times, Backoff: "2s, 3s"}', 'network', { retries: 2, backoff: { kind: 'steps', ms: [2_000, 3_000] } }], ['Timeout Errors: {Backoff: exponential from 2s}', 'timeout', { retries: 3, growTimeout: true, backoff: { kind: 'exponential', firstMs: 2_000 } }],
  ] as const)('Retry Strategy says otherwise for one class: %s', (line, name, expected) => {
    const { retry } = policy(`Retry Strategy:\n  ${line}`)
    expect(retry[name]).toMatchObject(expected)
    expect(Object.keys(retry)).toEqual(['network', 'proxy', 'timeout', 'rate_limited', 'server_error'])
  })
  it.each([['Timeout', 'timeout'], ['Timeouts', 'timeout'], ['Timeout Error', 'timeout'], ['Rate Limits', 'rate_limited'], ['Rate Limited (429)', 'rate_limited'], ['Network', 'network'], ['Server Error', 'server_error']] as const)('%s is one of its classes', (key, name) => {
    expect(policy(`Retry Strategy:\n  ${key}: {Retry: 7 times}`).retry[name]?.retries).toBe(7)
  })
  it.each(['none', '{Retry: 0}', '{Retry: never}'])('Server Errors: %s is about that class alone', (rule) => expect(Object.values(policy(`Retry Strategy:\n  Server Errors: ${rule}`).retry).map((each) => each.retries)).toEqual([3, 3, 3, 10, 0]))
  it.each(['Retries: 0', 'Retries: none', 'Retries: off'])('%s is none', (line) => expect(Object.values(policy(line).retry).map((each) => each.retries)).toEqual([0, 0, 0, 0, 0]))
  it('Retries is about every class', () => {
    expect(Object.values(policy('Retries: 5').retry).map((each) => each.retries)).toEqual([5, 5, 5, 5, 5])
    for (const same of ['Retries: 2 with backoff', 'Retries: 2']) expect(policy(same).retry).toEqual(policy('Retries: 2').retry)
    expect(policy('Retries: 2 with exponential backoff and jitter').retry).toEqual(policy('Retries: 2 with exponential backoff').retry)
    expect(Object.values(policy('Retries: 2 with exponential backoff').retry).map((each) => each.backoff.kind)).toEqual(Array(5).fill('exponential'))
    expect(policy('Retries: 2 every 5s').retry.network?.backoff).toEqual({ kind: 'steps', ms: [5_000] })
    expect(policy('Retries: 2 with backoff 5s, 9s').retry.network?.backoff).toEqual({ kind: 'steps', ms: [5_000, 9_000] })
    expect(policy('Retries: 2 times').retry.timeout).toMatchObject({ retries: 2, growTimeout: true })
  })
  it('Retry Strategy is about one, after Retries', () => {
    const { retry } = policy('Retries: 1\nRetry Strategy:\n  Server Errors:\n    Retry: 4 times\n    Backoff: 2s, 8s\n    Alert: no\n  Network Errors: none\n')
    expect(retry.server_error).toMatchObject({ retries: 4, backoff: { kind: 'steps', ms: [2_000, 8_000] }, alertIfAllFail: false })
    expect(retry.network?.retries).toBe(0)
    expect(retry.timeout?.retries).toBe(1)
  })
  it('what is not tried again may be told all the same, and a rule about who is told brings no tries', () => {
    expect(policy('Retries: none').retry.server_error).toMatchObject({ retries: 0, alertIfAllFail: true })
    expect(policy('Retry Strategy:\n  Timeout Errors: {Retry: none, Alert: If all fail}').retry.timeout).toMatchObject({ retries: 0, alertIfAllFail: true })
    const { retry } = policy('Retries: none\nRetry Strategy:\n  Network Errors: {Alert: If all fail}\n  Server Errors: {Backoff: 2s}\n')
    expect(retry.network).toMatchObject({ retries: 0, alertIfAllFail: true })
    expect(retry.server_error?.retries).toBe(3)
  })
  it.each([
    ['Retry On: 400 where errorCode = "UNABLE_TO_LOCK_ROW"', [{ status: { from: 400, to: 400 }, when: { kind: 'compare' } }]],
    ['Retry On: where code in (1, 2)', [{ status: null, when: { kind: 'in' } }]], ['Retry On: [code = 109, if x exists]', [{ status: null, when: { op: '=', value: 109 } }, { status: null, when: { kind: 'exists' } }]],
    ['Retry Strategy:\n  Retry On: 403 where code in (1, 2)', [{ status: { from: 403, to: 403 }, when: { kind: 'in' } }]],
    ['Retry On: [409, 4xx where body contains "busy"]', [{ status: { from: 409, to: 409 }, when: null }, { status: { from: 400, to: 499 }, when: { op: 'contains' } }]],
    ['Retry Strategy:\n  Client Errors:\n    404 Not Found: Retry\n    400: Don\'t retry', [{ status: { from: 404, to: 404 }, when: null }]],
    ['Retry On: 400, 409 where code in (1, 2)', [{ status: { from: 400, to: 400 }, when: { kind: 'in' } }, { status: { from: 409, to: 409 }, when: { kind: 'in' } }]], ['Retry On: 404/410', [{ status: { from: 404, to: 404 }, when: null }, { status: { from: 410, to: 410 }, when: null }]],
    ['Retry Strategy:\n  Client Errors:\n    400 Bad Request: Retry 2 times\n    423: Retry once after 30 seconds', [{ status: { from: 400, to: 400 }, again: { times: 2 } }, { status: { from: 423, to: 423 }, again: { times: 1, waitMs: 30_000 } }]],
  ])('%s', (line, expected) => expect(endpoint(`${BASE}${line}`).definition.retryOn).toMatchObject(expected))
  it('Client Errors takes a rule as the others do, and statuses beside it', () => {
    const read = (lines: string) => { const { definition, policy: { retry } } = endpoint(`${BASE}Retry Strategy:\n  Client Errors:\n${lines.split('; ').map((each) => `    ${each}\n`).join('')}`); return { rule: retry.invalid_data, statuses: definition.retryOn.map(({ status }) => (status?.from === status?.to ? status?.from : `${status?.from}-${status?.to}`)) } }
    expect(read('Retry: 2 times; Backoff: 1s, 2s')).toMatchObject({ rule: { retries: 2, backoff: { kind: 'steps', ms: [1_000, 2_000] } }, statuses: ['400-400', '402-402', '404-406', '410-424', '426-428', '430-499'].map((each) => { const [from, to] = each.split('-'); return from === to ? Number(from) : each }) })
    expect(read("Retry: 2 times; 400: Don't retry").statuses).not.toContain(400)
    expect(read('404 Not Found: Retry; Backoff: 500ms')).toMatchObject({ rule: { retries: 3, backoff: { ms: [500] } }, statuses: [404] })
    expect(read('Retry: none')).toEqual({ rule: undefined, statuses: [] })
    const busy = 'Retry On: 400 where errorCode = "BUSY"'
    expect(read(`Retry: none; ${busy}`)).toMatchObject({ rule: { retries: 3 }, statuses: [400] })
    expect(read(`Retry: 5 times; ${busy}; 404: Retry`)).toMatchObject({ rule: { retries: 5 }, statuses: [400, 404] })
    expect(read('Retry: none; 404: Retry')).toMatchObject({ rule: { retries: 3 }, statuses: [404] })
  })
  it.each(['Retries: 3s', 'Retry Strategy:\n  Server Errors:\n    Backoff: 1, 2', 'Retry Strategy:\n  Sever Errors:\n    Retry: 3', 'Retry On: soon', 'Retry On: where', 'Retry On: 400 if x', 'Retry Strategy:\n  Client Errors:\n    500: Retry'])('%s is an error', (line) => expect(errorOf(line)).toBeDefined())
})

describe('response codes', () => {
  it.each([
    ['200 + "OK" in body', 'Success', { status: { from: 200, to: 200 }, means: 'success', when: { op: 'contains', value: 'OK' } }], ['5xx', 'Server error (retry 3x)', { status: { from: 500, to: 599 }, means: 'server-error', retry: true }],
    ['401', 'Auth failed (pause delivery)', { means: 'auth', pause: true, retry: null }], ['404 Not Found', 'Invalid data', { status: { from: 404, to: 404 }, means: 'invalid-data' }], ['500-503', 'Retry', { status: { from: 500, to: 503 }, means: 'retry', retry: null }],
    ['422', "Rejected (don't retry)", { means: 'rejected', retry: false }], ['5xx', 'Server error, no retries', { retry: false }], ['500', 'Server error (not retried)', { retry: false }], ['400', 'Invalid data (must not be retried)', { retry: false }], ['400', "Invalid data (can't retry)", { retry: false }], ['400', 'Invalid data (retries will not help)', { retry: false }], ['500', 'Error, no more retries', { retry: false }], ['500', "Error (don't try again)", { retry: false }], ['500', 'Error (not now, retry later)', { retry: true, pause: false }], ['500', 'Error (retry, do not pause)', { retry: true, pause: false }], ['500', 'Error (retry, then pause)', { retry: true, pause: true }], ['500', 'Error (retry not more than 3 times)', { retry: true, again: { times: 3 } }], ['409', 'Error (retries)', { retry: true }], ["'\"NO\" in body'", 'Rejected', { status: null, means: 'rejected', when: { value: 'NO' } }], ['200 where status = "dup"', 'Duplicate', { means: 'duplicate', when: { path: { text: 'status' } } }],
  ])('%s: %s', (key, means, expected) => expect(endpoint(`${BASE}Response Codes:\n  ${key}: ${means}`).definition.responseCodes).toMatchObject([expected]))
})

describe('the names that HTTP gives to statuses', () => {
  it.each([
    ['200: OK', 'success'], ['201: Created', 'success'], ['204: No Content', 'success'], ['400: Bad Request', 'invalid-data'], ['401: Unauthorized', 'auth'], ['403: Forbidden', 'auth'], ['404: Not Found', 'invalid-data'], ['405: Method Not Allowed', 'invalid-data'], ['408: Request Timeout', 'server-error'],
    ['409: Conflict - duplicate lead', 'duplicate'], ['415: Unsupported Media Type', 'invalid-data'], ['422: Unprocessable Entity', 'invalid-data'], ['429: Too Many Requests', 'rate-limited'], ['500: Internal Server Error', 'server-error'], ['502: Bad Gateway', 'server-error'], ['503: Service Unavailable', 'server-error'], ['504: Gateway Timeout', 'server-error'],
  ])('%s is %s', (row, means) => expect(endpoint(`${BASE}Response Codes:\n  ${row}`).definition.responseCodes).toMatchObject([{ means }]))
})

describe('credentials that are refused are no fault of the lead', () => {
  it.each(['Invalid API key', 'Invalid token', 'Missing API-Key header', 'Wrong credentials', 'Bad username or password', 'Expired access token', 'Invalid authentication'])('%s', (means) => expect(endpoint(`${BASE}Response Codes:\n  401: ${means}`).definition.responseCodes).toMatchObject([{ means: 'auth' }]))
  it.each(['Invalid data', 'Missing zip code', 'Invalid phone', 'Bad request', 'Invalid keyword', 'Missing user data', 'Invalid user email', 'Missing key fields'])('%s is', (means) => expect(endpoint(`${BASE}Response Codes:\n  400: ${means}`).definition.responseCodes).toMatchObject([{ means: 'invalid-data' }]))
})

it('a service that does not reach as far is no failure that passes', () => {
  expect(() => endpoint(`${BASE}Response Codes:\n  422: Service not available in this state`)).toThrow('bad-response-code')
  expect(() => endpoint(`${BASE}Response Codes:\n  200 + "sold" in status: Success ($45.00)`)).toThrow(/price-in-row.*write Price: \$45\.00 at the top level/)
  expect(endpoint(`${BASE}Response Codes:\n  200 + "low" in body: Rejected (below $20)`).definition.responseCodes).toMatchObject([{ means: 'rejected' }])
})

describe('how often a row of the table says to retry', () => {
  it.each([
    ['Server error (retry 5x)', { times: 5 }], ['Server error, up to 2 retries', { times: 2 }], ['Error (retry once)', { times: 1 }], ['Error (retry once after 1s)', { times: 1, waitMs: 1_000 }], ['Error (retry twice, then give up)', { times: 2 }], ['Retry twice', { times: 2 }], ['Error (retry 3 times every 10 min)', { times: 3, waitMs: 600_000 }],
    ['Rate limited (retry after 60 seconds)', { waitMs: 60_000 }], ['Rate limited (retry with backoff)', undefined], ['Rate limited (retry after specified time)', undefined], ['Error (retry once it is back)', undefined], ['Rate limited (retry, 100 times per hour)', undefined], ['Error (retry 3 times and pause)', { times: 3 }], ['Server error (retry 0x)', undefined],
  ])('%s', (means, again) => {
    const [row] = endpoint(`${BASE}Response Codes:\n  500: ${means}`).definition.responseCodes
    expect(row?.again).toEqual(again)
    expect(row?.retry).toBe(means.startsWith('Retry') ? null : !means.includes('0x'))
  })
})

describe('a recipient that counts in another dollar', () => {
  it('means its own by the sign, in prices, costs and caps', () => {
    expect(policy('Currency: CAD\nPrice: $45\nCost: $5\nCaps: $5,000 per month')).toMatchObject({ price: { amount: 450_000, currency: 'CAD' }, cost: { currency: 'CAD' }, caps: [{ limit: { amount: { amount: 50_000_000, currency: 'CAD' } } }] })
    expect(policy('Currency: CAD\nPrice: US$45\nCost: 5 USD')).toMatchObject({ price: { currency: 'USD' }, cost: { currency: 'USD' } })
    expect(policy('Currency: EUR\nPrice: $45\nCost: 5')).toMatchObject({ price: { currency: 'USD' }, cost: { currency: 'EUR' } })
    expect(policy('Price: $45\nCaps: $5,000 per month').price).toEqual({ amount: 450_000, currency: 'USD' })
  })
})

describe('batches, circuit breakers, alerts', () => {
  it.each([['100 leads or 5 minutes', { maxLeads: 100, maxWaitMs: 300_000 }], ['50 leads', { maxLeads: 50, maxWaitMs: 300_000 }], ['10 minutes', { maxLeads: 1_000, maxWaitMs: 600_000 }], ['1,500 leads, 1 hour', { maxLeads: 1_500, maxWaitMs: 3_600_000 }], ['100 leads,300 seconds', { maxLeads: 100, maxWaitMs: 300_000 }]])('Accumulate: %s', (text, expected) => expect(policy(`Batch:\n  Accumulate: ${text}`).batch).toEqual({ ...expected, schedule: null }))
  it.each(['0 leads', '5 leads or 0s', '10 minutes or 20 minutes', '5 leads or 6 leads', 'about 5 leads', 'some'])('Accumulate: %s is an error', (text) => expect(errorOf(`Batch:\n  Accumulate: ${text}`)).toContain('bad-batch'))
  it('a batch has the format that is written, else that of the recipient', () => {
    const format = (lines: string): unknown => endpoint(`${BASE}${lines}`).definition.batch?.format
    expect([format('Batch: {Accumulate: 5 leads, Format: JSON array}'), format('Batch: {Accumulate: 5 leads}\nFormat: XML'), format('Batch: {Accumulate: 5 leads}\nFormat: JSON'), format('Batch: {Accumulate: 5 leads}'), format('')]).toEqual(['json', 'xml', 'json', 'json', undefined])
    expect([format('Batch: {Accumulate: 5 leads, Format: CSV or JSON array}'), format('Batch: {Accumulate: 5 leads, Format: CSV or JSON array}\nFormat: JSON'), format('Batch: {Accumulate: 5 leads}\nFormat: CSV')]).toEqual(['csv', 'json', 'csv'])
    const typed = (lines: string): unknown => endpoint(`Recipient: R\n${lines}\nBatch: {Accumulate: 5 leads}`).definition.batch?.format
    expect([typed('Type: webhook.post\nURL: https://b.example/'), typed('Type: email\nEndpoint: smtp://mail.example\nFrom: a@b.example\nTo: c@d.example'), typed('Type: file\nPath: out/')]).toEqual(['json', 'csv', 'csv'])
    expect(endpoint(`${BASE}Batch: {Accumulate: 5 leads, Match: ref = lead.id, Results: results, Schedule: 0 6 * * *}`)).toMatchObject({ definition: { batch: { match: { result: 'ref', lead: 'lead.id' }, results: { text: 'results' } } }, policy: { batch: { schedule: '0 6 * * *' } } })
  })
  it('a Match may have its fields in braces', () => {
    for (const text of ['ref = {{lead.id}}', '{{ref}} = {{ lead.id }}', 'ref = lead.id']) expect(endpoint(`${BASE}Batch:\n  Accumulate: 5 leads\n  Match: ${text}\n`).definition.batch?.match).toEqual({ result: 'ref', lead: 'lead.id' })
  })
  it('a Match the other way round is told, since no row would be found', () => {
    expect(errorOf('Batch: {Accumulate: 5 leads, Match: lead.id = ref}')).toContain('write ref = lead.id; lead.id = lead.ref where')
    expect(endpoint(`${BASE}Batch: {Accumulate: 5 leads, Match: lead.id = lead.id}`).definition.batch?.match).toEqual({ result: 'lead.id', lead: 'lead.id' })
  })
  it.each([
    ['', { errorRate: 0.5, over: 100, waitMs: 300_000, maxWaitMs: 3_600_000 }], ['Circuit Breaker: off', null], ['Circuit Breaker: on', { errorRate: 0.5, over: 100, waitMs: 300_000, maxWaitMs: 3_600_000 }],
    ['Circuit Breaker: "> 20%"', { errorRate: 0.2, over: 100, waitMs: 300_000, maxWaitMs: 3_600_000 }], ['Circuit Breaker: {Wait: 2h}', { errorRate: 0.5, over: 100, waitMs: 7_200_000, maxWaitMs: 7_200_000 }],
    ['Circuit Breaker: {Error Rate: "> 20%", Over: 50 attempts, Wait: 1 min, Maximum Wait: 2h}', { errorRate: 0.2, over: 50, waitMs: 60_000, maxWaitMs: 7_200_000 }],
  ])('%s', (line, expected) => expect(policy(line).circuit).toEqual(expected))
  it.each(['0%', '100%', 'at 20%', '0.2'])('Circuit Breaker: %s is an error', (rate) => expect(errorOf(`Circuit Breaker: "${rate}"`)).toContain('bad-percentage'))
  it('reads alerts', () => expect(endpoint(`${BASE}Alert When: success_rate < 90%, response time > 2s, error rate > 20%\nNotify: ops@example.com`).definition).toMatchObject({
    notify: 'ops@example.com', alertWhen: [{ metric: 'success rate', op: '<', value: 0.9, text: 'success_rate < 90%' }, { metric: 'response time', op: '>', value: 2_000 }, { metric: 'error rate', op: '>', value: 0.2 }],
  }))
})

it('of Response Codes a row below one that takes all of its answers is told to be never read', () => {
  const unread = (...rows: readonly string[]): readonly string[] => load({ r: `${BASE}Price: $1\nResponse Codes:\n${rows.map((each) => `  ${each}\n`).join('')}` }).said
  const told = (line: number, above: number): string => `r.yaml:${line}:3 warning unreachable: this row is never read: the one in line ${above} takes all of its answers -> put it above that row; words in the body are written 200 + "DUP" in body`
  expect(unread('200 OK: Success', '200 DUP: Duplicate')).toEqual([told(6, 5)])
  expect(unread('2xx: Success', '400: Rejected', '202 + "DUP" in body: Duplicate', 'any: Error', '"x" in body: Error', '500: Retry')).toEqual([told(7, 5), told(9, 8), told(10, 8)])
  expect(unread('200 + "DUP" in body: Duplicate', '200: Success', '2xx: Rejected', '4xx: Rejected', 'any: Error')).toEqual([])
})

it.each<[string, readonly (readonly [number, number])[], string | undefined]>([
  ['200, 201', [[200, 200], [201, 201]], undefined], ['400/422', [[400, 400], [422, 422]], undefined], ['"500,502,503"', [[500, 500], [502, 502], [503, 503]], undefined], ['200-204 or 5xx', [[200, 204], [500, 599]], undefined],
  ['400, 422 + "zip" in body', [[400, 400], [422, 422]], 'zip'], ['200, "zip" in body', [[200, 200]], 'zip'], ['200 and "zip" in body', [[200, 200]], 'zip'],
])('a row of several statuses is one for each: %s', (key, statuses, words) => {
  expect(endpoint(`${BASE}Response Codes:\n  ${key}: Rejected\n`).definition.responseCodes).toMatchObject(statuses.map(([from, to]) => ({ status: { from, to }, means: 'rejected', when: words === undefined ? null : { value: words } })))
})
