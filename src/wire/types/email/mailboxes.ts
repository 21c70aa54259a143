import type { Mailbox } from '../../request.ts'

export type Mailboxes = { readonly ok: true; readonly mailboxes: readonly Mailbox[] } | { readonly ok: false; readonly problem: string }

/** `a@b.example`, `Desk <desk@b.example>`, several behind commas. */
export const readMailboxes = (text: string): Mailboxes => {
  const mailboxes: Mailbox[] = []
  for (const part of partsOf(text)) {
    const [, quoted, plain, inAngles] = /^(?:"([^"]*)"|([^<>"]*?))\s*<\s*([^<>]*?)\s*>$/.exec(part) ?? []
    const address = inAngles ?? part
    if (!ADDRESS.test(address) || address.length > 254) return { ok: false, problem: `"${part.slice(0, 60)}" is no e-mail address` }
    mailboxes.push({ name: oneLine(quoted ?? plain ?? ''), address })
  }
  return mailboxes.length === 0 ? { ok: false, problem: 'there is no e-mail address in it' } : { ok: true, mailboxes }
}

/** What a value may bring into an address line: nothing that separates, quotes or ends. */
export const forAddress = (value: string): string => value.replace(/[\s,;:<>()[\]"\\\u0000-\u001f\u007f-\u009f]/g, '')

/** Control characters and line ends become blanks: no value can end its header. */
export const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()

export const showMailboxes = (mailboxes: readonly Mailbox[]): string =>
  mailboxes.map(({ name, address }) => (name === '' ? address : `${/^[\w .-]+$/.test(name) ? name : JSON.stringify(name)} <${address}>`)).join(', ')

const partsOf = (text: string): readonly string[] =>
  (text.match(/(?:"[^"]*"|<[^>]*>|[^,;"<])+/g) ?? []).map((each) => each.trim()).filter((each) => each !== '')

const ADDRESS = /^[^\s@,;:<>()[\]"\\\u0000-\u001f]+@[^\s@,;:<>()"\\\u0000-\u001f]+$/
