import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMParser } from '@xmldom/xmldom'
import { parse } from 'csv-parse/sync'
import type { Random } from '../../simulation/random.ts'
import { startRawBuyer } from '../../world/raw-buyer.ts'
import { createProject } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'

/**
 * Leads whose values try to be headers, XML, JSON, form fields, CSV and templates, sent in every format to buyers that
 * know no HTTP and keep the very bytes: each request has exactly the declared header lines, and each body, read by another
 * parser than ours, holds exactly the value.
 */
export const injection: Proof = {
  name: 'injection', shows: '21',
  run: async ({ short, random }) => {
    const leads = short ? 400 : 20_000
    const formats = Object.keys(READERS)
    const buyers = await Promise.all(formats.map(() => startRawBuyer('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')))
    const files = formats.map((format, i) => [`recipients/${format.toLowerCase()}.yaml`, yaml(format, buyers[i]?.url ?? '')] as const)
    const project = await createProject({ ...Object.fromEntries(files), 'recipients/all.yaml': `Recipient: All\nPattern: Simultaneous\nSend To: [${formats.map((each) => each.toLowerCase()).join(', ')}]\nAccept: all\n` })
    const values = Array.from({ length: leads }, (_, i) => ({ id: `L${i}`, value: valueOf(random) }))
    writeFileSync(join(project.folder, 'leads.jsonl'), values.map((each) => JSON.stringify(each)).join('\n'))
    const problems: string[] = []
    let [bodies, refused] = [0, 0]
    try {
      const end = await project.run(['deliver', 'leads.jsonl', '--to', 'all', '--yes', '--quiet'])
      if (end.code !== 0 && end.code !== 3) problems.push(`it ended with ${end.code}: ${end.err}`)
      const wanted = new Map(values.map((each) => [each.id, each.value]))
      formats.forEach((format, i) => {
        const seen = new Set<string>()
        for (const { head, body } of requestsOf(buyers[i]?.received() ?? [])) {
          bodies += 1
          const names = head.split('\r\n').slice(1).map((line) => line.slice(0, line.indexOf(':')).toLowerCase()).sort()
          if (names.join(' ') !== (format === 'Query' ? HEADERS.replace('content-length content-type ', '') : HEADERS)) problems.push(`${format}: headers ${names.join(' ')}`)
          const id = /^x-id: (L\d+)$/im.exec(head)?.[1] ?? ''
          if (seen.has(id)) problems.push(`${format}: ${id} came twice`)
          seen.add(id)
          const [value, got] = [wanted.get(id) ?? '', READERS[format]?.(body, head)]
          if (got !== comparable(format, value)) problems.push(`${format}: ${JSON.stringify(value)} arrived as ${JSON.stringify(got)}`)
        }
        refused += leads - seen.size
      })
      // Nothing is sent where a value cannot stand in the format (control characters in XML, say): that is told per lead.
      if (refused > bodies * 0.6) problems.push(`${refused} of ${leads * formats.length} were not sent`)
      return { line: `injection: ${leads} hostile leads in ${formats.length} formats: ${bodies} requests, each with exactly its ${HEADERS.split(' ').length} header lines and its value; ${refused} not sent, for such a value cannot stand there`, problems }
    } finally {
      await Promise.all(buyers.map((each) => each.close()))
      project.remove()
    }
  },
}

const HEADERS = 'accept connection content-length content-type host idempotency-key user-agent x-id'
const yaml = (format: string, url: string): string => `Recipient: ${format}
Settings:
  Endpoint: ${url}/leads
  Format: ${format}
Retries: none
Headers:
  X-Id: {{lead.id}}
Field Mapping:
  value: {{lead.value}}
  last: end
`

const READERS: Readonly<Record<string, (body: string, head: string) => string | undefined | null>> = {
  JSON: (body) => (JSON.parse(body) as { value?: string }).value,
  XML: (body) => new DOMParser().parseFromString(body, 'text/xml').getElementsByTagName('value')[0]?.textContent,
  Form: (body) => new URLSearchParams(body).get('value'),
  CSV: (body) => (parse(body, { columns: true, relax_column_count: false }) as { value?: string }[])[0]?.value,
  Query: (_body, head) => new URL(head.split(' ')[1] ?? '', 'http://x').searchParams.get('value'),
}

/** XML 1.0 has no control characters, so that they are left out; and this parser takes U+2028 for the line end that it is in XML 1.1. */
const comparable = (format: string, value: string): string =>
  format === 'XML' ? value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replaceAll('\u2028', '\n') : value

const PIECES = [
  'a', 'O\'Brien', '"', '\\', '<', '>', '&', ']]>', '<!--', '</value>', '&lt;', '{{x}}', '{{lead.id}}', '{{#if x}}', '${TOKEN}', '\r\n', '\n', '\r', '\nX-Evil: 1', '\r\nContent-Length: 0\r\n\r\nPOST / HTTP/1.1',
  ',', ';', '\t', '=1+1', '+1', '-1', '@x', '&value=2', '?a=b', '#', '%0d%0a', '%', '+', ' ', '"}', '\u00e9', '\u2028', '\u{1F600}', '\u0141', '- y: <z>', '\'', '`', '\u0000', '\u0007', '\ufeff', '\u200b',
]
const valueOf = (random: Random): string => `v${Array.from({ length: 1 + random.below(5) }, () => random.pick(PIECES)).join('')}w`

/** The requests of a connection's text; bodies as UTF-8. */
const requestsOf = (texts: readonly string[]): readonly { readonly head: string; readonly body: string }[] =>
  texts.flatMap((text) => {
    const found: { head: string; body: string }[] = []
    for (let rest = text; rest !== '';) {
      const end = rest.indexOf('\r\n\r\n')
      const head = rest.slice(0, end)
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
      found.push({ head, body: Buffer.from(rest.slice(end + 4, end + 4 + length), 'latin1').toString('utf8') })
      rest = rest.slice(end + 4 + length)
    }
    return found
  })
