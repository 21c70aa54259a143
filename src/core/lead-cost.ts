import { isOfLead, parseMoney, type Money } from '../base/money.ts'
import type { Lead } from './lead.ts'
import { saidIn, type InField } from './lead-field.ts'

/** Field `cost`; a bare number is in `currency`. Nobody is paid for taking a lead: what is below zero is no cost. */
export const readCost = (fields: Lead['fields'], currency: string): InField<Money> => saidIn(fields, 'cost', (value) => {
  const cost = parseMoney(value, currency)
  return cost !== null && isOfLead(cost) ? cost : null
})
