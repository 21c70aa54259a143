import type { Send } from '../core/step.ts'

interface Taken { readonly sends: Set<Send>; tight: boolean; readonly waiting: (() => void)[] }

/**
 * Places of caps that are taken by attempts whose answers are not recorded yet. While there are such, a refused claim does
 * not mean that the cap is reached: a rejection may free the place. The lead then waits for the next answer, and is
 * neither passed on nor put off to the next day.
 */
export const createCapPlaces = () => {
  const all = new Map<string, Taken>()
  const of = (recipient: string): Taken => {
    let found = all.get(recipient)
    if (!found) all.set(recipient, (found = { sends: new Set(), tight: false, waiting: [] }))
    return found
  }
  return {
    /** An attempt on a recipient with caps is durable as started. */
    taken: (send: Send): void => { of(send.recipient).sends.add(send) },
    /** Its answer is durable; `freed`: the buyer did not take the lead. What was not `taken` here (a batch) changes nothing. */
    answered: (send: Send, freed: boolean): void => {
      const places = all.get(send.recipient)
      if (!places?.sends.delete(send)) return
      const last = places.sends.size === 0
      if (freed || last) places.tight = false
      // One place, one lead; with the last answer all, so that nobody waits for what nobody will bring.
      for (const resume of places.waiting.splice(0, last ? Infinity : freed ? 1 : 0)) resume()
    },
    /** A claim was refused; true where an answer that is still to come may free a place. */
    refused: (recipient: string): boolean => {
      const places = of(recipient)
      places.tight = places.sends.size > 0
      return places.tight
    },
    /** No use to ask now: a claim was refused, and no answer has come since. */
    tight: (recipient: string): boolean => all.get(recipient)?.tight ?? false,
    /** Resolves when it is worth to ask again. */
    next: (recipient: string): Promise<void> => {
      const places = of(recipient)
      return places.tight ? new Promise((resolve) => { places.waiting.push(resolve) }) : Promise.resolve()
    },
  }
}
