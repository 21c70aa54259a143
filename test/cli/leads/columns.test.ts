import { afterEach, describe, expect, it } from 'vitest'
import { createProject, removeProjects } from '../../e2e/project.ts'
import { endpointYaml } from '../../engine/world.ts'
import { buyersOfTests } from '../../world/buyers.ts'

const buyer = buyersOfTests()
afterEach(removeProjects)

const planned = async (header: string, mapping: string, ...args: readonly string[]): Promise<string> => {
  const project = createProject({ a: `Endpoint: https://a.example/\nPrice: $1\nField Mapping:\n${mapping}\n` })
  project.write('leads.csv', `${header}\n${header.replace(/[^,]+/g, 'x')}\n`)
  return (await project.run('plan', 'leads.csv', '--to', 'a', '--limit', '1', ...args)).err.replace(`${project.folder}/`, '')
}

describe('columns of a CSV file', () => {
  it('of other names than the mapping has are shown as they are to be written, before anything is sent', async () => {
    expect(await planned('id,First Name,Mobile Phone', '  f: {{lead.first_name}}\n  {{#if lead.phone_1}}\n  p: {{lead.phone_1}}\n  {{/if}}')).toContain(
      'warning[columns]: fields that are mapped have other names in this file: they are left out of the requests\n --> leads.csv:1:1\n  = help: in Field Mapping write lead.[First Name] for lead.first_name, lead.[Mobile Phone] for lead.phone_1; or rename them in the file\n')
  })
  it('of other names than a Duplicate Check has stop the run, since it would keep nobody back', async () => {
    const checked = (header: string, field: string) => planned(header, `  all: {{lead}}\nDuplicate Check: ${field} within 30 days`)
    expect(await checked('id,Phone Number', 'phone')).toContain('error[columns]: Duplicate Check of a asks for phone, which has another name in this file: no lead is known by it\n --> leads.csv:1:1\n  |\n1 | id,Phone Number\n  | ^\n  = help: write lead.[Phone Number] there, or rename it in the file; where it is something else, name it there too\n')
    for (const [header, field] of [['id,Phone Number', 'lead.[Phone Number]'], ['id,phone', 'phone'], ['id,contact.phone,mobile', 'contact.phone'], ['id,name', 'member_key'], ['id,email_opt_in,Email Verified', 'email'], ['id,phone_type,is_mobile', 'phone_1']] as const) expect(await checked(header, field)).toBe('1 lead, nothing was sent\n')
  })
  it('of other names than a condition has stop the run, since one with not would let every lead pass', async () => {
    const checked = (header: string, condition: string) => planned(header, `  all: {{lead}}\n${condition}`)
    expect(await checked('id,DNC', 'Accept When: not (dnc = "yes")')).toContain('error[columns]: Accept When of a asks for dnc, which has another name in this file: no lead is known by it\n --> leads.csv:1:1\n  |\n1 | id,DNC\n  | ^\n  = help: write lead.DNC there, or rename it in the file; where it is something else, name it there too\n')
    expect(await checked('id,Do Not Call', 'Accept When: not (dnc = "yes")')).toContain('write lead.[Do Not Call] there')
    expect(await checked('id,Opt Out', 'Requirements: [not (lead.opt_out = "yes")]')).toContain('Requirements of a asks for opt_out')
    // Where no lead would pass, the run goes on, as others may take them.
    expect(await checked('id,DNC', 'Accept When: dnc = "clean" and not (not (dnc = "x"))')).toContain('warning[columns]: Accept When of a asks for dnc')
    for (const condition of ['Accept When: not (lead.dnc = "yes")', 'Accept When: not (lead.[dnc] = "yes" or source.name = "x" or campaign = "y")', 'Accept When: not (dnc = "yes") and not (DNC = "yes")']) expect(await checked('id,dnc,name', condition)).toBe('1 lead, nothing was sent\n')
  })
  it('of other names than the Accept When of a pattern has stop the run without a terminal too: nothing is sent', async () => {
    const project = createProject({
      a: 'Endpoint: http://127.0.0.1:9/\nPrice: $1\nField Mapping: {all: "{{lead}}"}\n',
      inner: 'Pattern: Waterfall\nTry: [a]\nAccept When: not (dnc = "yes")\n',
      outer: 'Pattern: Waterfall\nTry: [inner]\n',
    })
    project.write('leads.csv', 'id,DNC\n1,yes\n')
    const { code, err } = await project.run('deliver', 'leads.csv', '--to', 'outer', '--yes', '--quiet')
    expect([code, err]).toEqual([2, expect.stringContaining('Accept When of inner asks for dnc')])
    expect((await project.run('export', 'results')).out).toBe('')
  })
  it('of a stream, which cannot be looked at before, set its leads aside: none is sent', async () => {
    const a = await buyer({ script: { do: 'accept', price: '1.00' } })
    const project = createProject({ a: `${endpointYaml(a.url)}Accept When: not (dnc = "yes")\n` })
    const { code } = await project.piped('id,DNC\n1,yes\n2,no\n', 'deliver', '-', '--to', 'a', '--yes', '--quiet', '--out', 'out')
    expect([code, a.journal.length, project.rows('out/bad-rows.csv').map(({ line, reason }) => [line, reason?.slice(0, 43)])]).toEqual([3, 0, [['2', 'Accept When of a asks for dnc, which has an'], ['3', 'Accept When of a asks for dnc, which has an']]])
    // What some leads of a JSON stream have is there; a lead before them is sent as the file's would be.
    expect((await project.piped('{"id":1,"dnc":"no"}\n{"id":2,"DNC":"x"}\n{"id":3}\n', 'deliver', '-', '--to', 'a', '--yes', '--quiet')).code).toBe(0)
    expect(a.journal).toHaveLength(3)
  })
  it('of which the mapping names none are told', async () => {
    expect(await planned('id,Vorname', '  f: {{lead.first_name}}')).toContain('no field that is mapped is in this file: first_name\n --> leads.csv:1:1\n  = help: it has id, Vorname: in Field Mapping write lead.Vorname\n')
  })
  it('are told of the first of several files that have the same', async () => {
    const project = createProject({ a: 'Endpoint: https://a.example/\nPrice: $1\nField Mapping: {f: "{{lead.first_name}}"}\n' })
    const names = ['mon.csv', 'tue.csv', 'wed.csv']
    for (const name of names) project.write(name, name === 'wed.csv' ? 'id,Given Name\n3,x\n' : `id,First Name\n${name},x\n`)
    const { err } = await project.run('plan', ...names, '--to', 'a')
    expect(err.match(/mon\.csv:1|tue\.csv:1|wed\.csv:1|lead\.\[\w+ Name\]/g)).toEqual(['mon.csv:1', 'lead.[First Name]', 'wed.csv:1', 'lead.[Given Name]'])
  })
  it('without an id are told where one of them looks like it, unless --id names it', async () => {
    expect(await planned('Lead ID,email', '  e: {{lead.email}}')).toContain("no `id` in this file: a lead is known by all that it holds, and one of which anything changes is another lead\n --> leads.csv:1:1\n  = help: if `Lead ID` names leads, add --id 'Lead ID'\n")
    expect(await planned('email,Entry Id,Transaction Id', '  e: {{lead.email}}')).toContain("add --id 'Entry Id'")
    expect(await planned('Lead ID,email', '  e: {{lead.email}}', '--id', 'Lead ID')).toBe('1 lead, nothing was sent\n')
  })
  it.each([
    ['a field that no column resembles may be missing', 'id,email', '  e: {{lead.email}}\n  p: {{lead.phone_2}}'],
    ['a column in dots is the field before them', 'id,address.city', '  c: {{lead.address.city}}'],
    ['a column that is mapped by its own name stands for no other', 'id,phone', '  p: {{default lead.phone_1 lead.phone}}'],
    ['a bare name is a field of the lead too', 'id,email', '  e: {{lower email}}\n  v: {{lead.vertical}}'],
    ['all fields are sent, whatever is mapped beside them', 'id,Vorname', '  v: {{lead.vertical}}\nInclude All Fields: yes'],
    ['a mapping of constants names no field', 'id,Vorname', '  c: 77'],
    ['a name in brackets is that column', 'id,First Name', '  f: {{lead.[First Name]}}'],
  ])('%s', async (_, header, mapping) => { expect(await planned(header, mapping)).toBe('1 lead, nothing was sent\n') })
})

describe('fields of a JSON file', () => {
  const json = async (name: string, text: string, mapping = '{f: "{{lead.first_name}}"}'): Promise<string> => {
    const project = createProject({ a: `Endpoint: https://a.example/\nPrice: $1\nField Mapping: ${mapping}\n` })
    project.write(name, text)
    return (await project.run('plan', name, '--to', 'a', '--limit', '1')).err.replace(`${project.folder}/`, '')
  }
  it.each([
    ['lines', 'leads.jsonl', '{"id":1}\n{"id":2,"firstName":"Ann"}'],
    ['an array', 'leads.json', '[{"id":1},\n {"id":2,"firstName":"Ann"}]'],
    ['a wrapped array', 'leads.json', '{"leads":[{"id":1},{"id":2,"firstName":"Ann"}]}'],
  ])('of other names than the mapping has are told as columns are: %s', async (_what, name, text) => {
    expect(await json(name, text)).toContain('in Field Mapping write lead.firstName for lead.first_name; or rename them in the file\n')
  })
  it('without an id are told, and what only some leads have is there', async () => {
    expect(await json('leads.jsonl', '{"leadId":"7","first_name":"Ann"}\n')).toContain('if `leadId` names leads, add --id leadId\n')
    expect(await json('leads.jsonl', '{"id":1}\n{"id":2,"first_name":"Ann"}\n')).toBe('1 lead, nothing was sent\n')
    expect(await json('leads.jsonl', `{"id":1,"note":"${'x'.repeat(70_000)}"}\n{"id":2}\n`)).toBe('1 lead, nothing was sent\n')
  })
})
