import { readFileSync } from 'node:fs'

/** Of `finalmile init`: two buyers, a pattern that tries one after the other, and a pool for what nobody took. */
const NAMES = ['recipients/acme-insurance.yaml', 'recipients/brightpath.yaml', 'recipients/remediation-pool.yaml', 'recipients/auto-waterfall.yaml', 'leads.csv', '.env.example', '.env', '.gitignore', 'README.md']

/** Name and text of each of its files, which lie in `fixtures/project`; npm leaves out some whose names begin with a dot. */
export const exampleProject = (): readonly (readonly [name: string, text: string])[] =>
  NAMES.map((name) => [name, readFileSync(new URL(`../../fixtures/project/${name.replace(/^\./, 'dot.')}`, import.meta.url), 'utf8')])
