import { crm } from './crm.ts'
import { custom } from './custom.ts'
import { dialers } from './dialers.ts'
import { handover } from './handover.ts'
import { createStage, type Stage } from './servers.ts'
import { services } from './services.ts'

type Play = (stage: Stage) => Promise<Readonly<Record<string, string>>>

/** What plays the transcripts of each document; a type adds its own. Each gives texts by the names of their places. */
export const DOCUMENTS: readonly { readonly path: string; readonly plays: readonly Play[] }[] = [
  { path: 'docs/recipients.md', plays: [custom, dialers, handover, services] },
  { path: 'docs/crm.md', plays: [crm] },
]

export const playAll = async (plays: readonly Play[]): Promise<ReadonlyMap<string, string>> => {
  const texts = new Map<string, string>()
  for (const each of plays) {
    const stage = createStage()
    try {
      for (const [name, text] of Object.entries(await each(stage))) texts.set(name, text)
    } finally {
      await stage.close()
    }
  }
  return texts
}

/** The document with every transcript in its place: between `<!-- transcript: NAME -->` and `<!-- end -->`. */
export const withTranscripts = (document: string, texts: ReadonlyMap<string, string>): string => {
  const missing = [...texts.keys()].filter((name) => !document.includes(`<!-- transcript: ${name} -->`))
  if (missing.length > 0) throw new Error(`the document has no place for ${missing.join(', ')}`)
  return document.replaceAll(/<!-- transcript: ([^>]+?) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const text = texts.get(name)
    if (text === undefined) throw new Error(`nothing plays "${name}"`)
    return `<!-- transcript: ${name} -->\n${text}\n<!-- end -->`
  })
}
