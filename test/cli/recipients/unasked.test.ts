import { afterEach, expect, it } from 'vitest'
import { createProject, removeProjects } from '../../e2e/project.ts'

afterEach(removeProjects)

const BIDDER = 'Endpoint: https://a.example/post\nPing: {Endpoint: "https://a.example/ping", Fields: state, Response Parsing: {Bid: price, Ping ID: id}}\n'
const toldOf = async (mapping: string, to: string): Promise<string> => {
  const project = createProject({
    bidder: `${BIDDER}Field Mapping: {name: "{{lead.name}}", ${mapping}}\n`,
    auction: 'Pattern: Ping/Post\nBuyers: [bidder]\n', falls: 'Pattern: Waterfall\nTry: [bidder]\n', both: 'Pattern: Waterfall\nTry: [auction]\n',
  })
  project.write('leads.csv', 'id,name,state\n1,Ann,CA\n')
  return (await project.run('plan', 'leads.csv', '--to', to)).err
}

it.each([['alone', 'bidder'], ['in a Waterfall', 'falls']])('a buyer whose post says what its ping brought is told to be posted to unasked: %s', async (_, to) => {
  expect(await toldOf('ping_id: "{{ping.id}}"', to)).toMatch(/warning\[not-asked\]: bidder is posted to without being asked.*\n.*\n.*Pattern: Ping\/Post and Buyers: \[bidder\]/)
})
it.each([['that a Ping/Post pattern asks', 'ping_id: "{{ping.id}}"', 'auction'], ['asked by one within another pattern', 'ping_id: "{{ping.id}}"', 'both'], ['that takes posts alone too', 'state: "{{lead.state}}"', 'bidder']])('a buyer %s is not', async (_, mapping, to) => {
  expect(await toldOf(mapping, to)).not.toContain('not-asked')
})
