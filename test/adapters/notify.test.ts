import { describe, expect, it } from 'vitest'
import { createNotify, readAlertMail } from '../../src/adapters/notify.ts'
import type { Transport } from '../../src/ports.ts'
import type { AnyReply, OutgoingRequest } from '../../src/wire/request.ts'

const answering = (reply: Partial<AnyReply>) => {
  const sent: OutgoingRequest[] = []
  const send = (async (request: OutgoingRequest) => { sent.push(request); return { durationMs: 1, at: 0, ...reply } }) as Transport['send']
  return { sent, notify: createNotify({ send, close: () => Promise.resolve() }, { now: () => 0 }, readAlertMail('smtp://me:p%40ss@mail.example', 'us@seller.example')).notify }
}
const answer = (status: number): Partial<AnyReply> => ({ kind: 'answer', status, headers: {}, body: new Uint8Array(), truncated: false })

describe('an alert', () => {
  it.each([200, 204])('is told where the webhook answers %i', async (status) => {
    const { sent, notify } = answering(answer(status))
    await notify('https://chat.example/hook', 'acme', 'its circuit opened')
    expect(sent).toMatchObject([{ method: 'POST', url: 'https://chat.example/hook', body: '{"subject":"acme","text":"its circuit opened"}' }])
  })

  it.each<[string, Partial<AnyReply>, RegExp]>([
    ['moves it', answer(302), /HTTP 302/],
    ['knows it no more', answer(404), /HTTP 404/],
    ['does not answer', { kind: 'fault', fault: 'timeout', message: 'no answer in 10000 ms' }, /no answer/],
  ])('is not told where the webhook %s, and says so', async (_, reply, words) => {
    await expect(answering(reply).notify('https://chat.example/hook', 'acme', 'x')).rejects.toThrow(words)
  })

  it('goes by mail to an address', async () => {
    const { sent, notify } = answering({ kind: 'handed-over', to: 'email', words: '250 ok', rehearsal: false })
    await notify('boss@seller.example', 'acme\r\nBcc: x@y.example', 'a <b> & c')
    expect(sent).toMatchObject([{ kind: 'email', to: [{ address: 'boss@seller.example' }], from: { address: 'us@seller.example' }, subject: 'acme Bcc: x@y.example', body: 'a <b> & c\n', html: '<pre>a &#60;b&#62; &#38; c</pre>', server: { host: 'mail.example', port: 587, user: 'me', password: 'p@ss', secure: false } }])
  })

  it('is not told where the mail server refuses it, in its words', async () => {
    await expect(answering({ kind: 'refused', why: 'never', message: '550 no such mailbox' }).notify('boss@seller.example', 'a', 'b')).rejects.toThrow('550 no such mailbox')
  })
})

describe('the mail server of alerts', () => {
  it.each([
    ['smtps://mail.example', { port: 465, secure: true, user: null, password: null }, 'finalmile@mail.example'],
    ['smtp://leads%40seller.example:x@mail.example:2525', { port: 2525, secure: false, user: 'leads@seller.example', password: 'x' }, 'leads@seller.example'],
    ['smtp://me:50%off@mail.example', { user: 'me', password: '50%off' }, 'finalmile@mail.example'],
    ['smtp://[::1]:25', { host: '::1', port: 25 }, 'finalmile@[::1]'],
  ])('%s', (url, server, from) => expect(readAlertMail(url, null)).toMatchObject({ server, from }))

  it.each(['mail.example:25', 'https://mail.example', 'smtp:///x', 'smtp://'])('is none: %s', (url) => expect(readAlertMail(url, null)).toBeNull())
})
