import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../src')
/** Imports go only to floors further left (design, Floors). */
const FLOORS = ['base', 'core', 'definitions', 'wire', 'ports.ts', 'engine', 'adapters', 'cli']
/** Each npm package has one home. */
const HOMES: Record<string, string> = {
  croner: 'base',
  yaml: 'definitions', 'fastest-levenshtein': 'definitions',
  handlebars: 'wire', 'fast-xml-parser': 'wire', 'csv-stringify': 'wire', '@xmldom/xmldom': 'wire', xpath: 'wire', 'node-html-parser': 'wire',
  undici: 'adapters', 'csv-parse': 'wire', 'ipaddr.js': 'adapters', nodemailer: 'adapters', ssh2: 'adapters', pg: 'adapters', 'pg-boss': 'adapters',
  commander: 'cli', chalk: 'cli', ora: 'cli', 'string-width': 'cli',
}
const PURE = ['base', 'core', 'definitions', 'wire']
/** Node modules that neither read the world nor change it (`node:module` loads libraries). */
const PURE_NODE = new Set(['node:module', 'node:crypto', 'node:buffer', 'node:util', 'node:path', 'node:zlib'])

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((each) => each.isFile() && each.name.endsWith('.ts'))
  .map((each) => join(each.parentPath, each.name))

const floorOf = (file: string) => relative(src, file).split('/')[0] ?? ''
const importsOf = (text: string) =>
  [...text.matchAll(/^(?:import|export|\}) [^'\n]*from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)|\blazily<[^(]*>\('([^']+)'\)/gm)].map((match) => match.slice(1).find((name) => name) ?? '')

describe('floors', () => {
  it('every source file stands on a known floor', () => {
    expect(files.length).toBeGreaterThan(5)
    expect([...new Set(files.map(floorOf))].filter((each) => !FLOORS.includes(each))).toEqual([])
  })

  it('imports go down only, and packages stay at home', () => {
    const wrong: string[] = []
    for (const file of files) {
      const floor = FLOORS.indexOf(floorOf(file))
      for (const name of importsOf(readFileSync(file, 'utf8'))) {
        if (name.startsWith('.')) {
          const target = FLOORS.indexOf(floorOf(resolve(dirname(file), name)))
          if (target > floor) wrong.push(`${relative(src, file)} imports ${name}`)
        } else if (!name.startsWith('node:')) {
          const home = HOMES[name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/')]
          if (home !== floorOf(file)) wrong.push(`${relative(src, file)} imports the package ${name}, whose home is ${home ?? 'nowhere'}`)
        } else if (PURE.includes(floorOf(file)) && !PURE_NODE.has(name)) wrong.push(`${relative(src, file)} imports ${name}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('the libraries that the project is asked to use are used', () => {
    const used = new Set(files.flatMap((file) => importsOf(readFileSync(file, 'utf8')).map((name) => name.split('/')[0])))
    expect(['commander', 'yaml', 'handlebars', 'undici', 'csv-parse', 'csv-stringify', 'fast-xml-parser', 'chalk', 'ora'].filter((each) => !used.has(each))).toEqual([])
  })

  it('the pure floors use no clock, no chance, no process, no await', () => {
    const wrong: string[] = []
    for (const file of files.filter((each) => PURE.includes(floorOf(each)))) {
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      for (const [what, pattern] of Object.entries({
        'the clock': /\bDate\.now\(|new Date\(\)|performance\.now/,
        chance: /Math\.random|randomUUID|randomBytes/,
        process: /\bprocess\./,
        await: /\bawait\b|\basync\b/,
      })) if (pattern.test(code)) wrong.push(`${relative(src, file)} uses ${what}`)
    }
    expect(wrong).toEqual([])
  })
})
