/** How long a piece of work keeps the processor busy, in milliseconds: a machine that does other things too makes it no longer. */
export const cpuMsOf = (work: () => void): number => {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
