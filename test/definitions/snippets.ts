import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Snippet { readonly title: string; readonly text: string }

/** The YAML blocks of the subject document, by the words printed above each. */
export const readSnippets = (): readonly Snippet[] => {
  const snippets: Snippet[] = []
  let title = ''
  let block: string[] | null = null
  for (const line of readFileSync(join(import.meta.dirname, 'fixtures/recipient-steps.md'), 'utf8').split('\n')) {
    if (block) {
      if (line === '```') { snippets.push({ title, text: `${block.join('\n')}\n` }); block = null } else block.push(line)
      continue
    }
    if (line === '```yaml') block = []
    else title = /^(?:#+ |\*\*)([^*]+?)(?:\*\*:?)?$/.exec(line)?.[1] ?? title
  }
  return snippets
}

export const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')
