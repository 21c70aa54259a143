import type { Field } from './field.ts'
import { TEXT } from './plain.ts'
import { block } from './section.ts'

/** HubSpot's lists and workflow, as the subject document prints them. */
export const LISTS = block('Lists', {
  addTo: { key: 'Add to', aliases: ['Add'], kind: TEXT, doc: 'The list that the contact joins', example: 'New Leads - {{lead.product_interest}}' },
  workflow: { key: 'Workflow', kind: TEXT, doc: 'The workflow that it enters', example: 'Welcome Series - {{lead.state}}' },
} as const satisfies Readonly<Record<string, Field<unknown>>>, ({ values }) => values, {
  takes: 'the name of a list',
  read: (node, reading) => { const addTo = TEXT.read(node, reading); return addTo === undefined ? undefined : { addTo } },
})
