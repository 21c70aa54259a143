/** Has something done once at a time under each name: whoever comes meanwhile waits for that, and nothing is asked twice. */
export const createOnce = (): ((name: string, work: () => Promise<void>) => Promise<void>) => {
  const underWay = new Map<string, Promise<void>>()
  return (name, work) => {
    const under = underWay.get(name)
    if (under) return under
    const begun = work().finally(() => underWay.delete(name))
    underWay.set(name, begun)
    return begun
  }
}

/** All that waited fail together where it was asked in vain; what comes later asks anew. Shorter than the first retry. */
export const FAILURE_LASTS_MS = 500
