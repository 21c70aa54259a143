import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml, createProject } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'

/** Rate, concurrency and a cap over four processes, one after the other and overlapping, counted by the buyer's own clock. */
export const limits: Proof = {
  name: 'limits', shows: '14',
  run: async ({ short }) => {
    const [rate, cap, leads] = short ? [20, 50, 80] : [40, 200, 320]
    const a = await spawnBuyer({ script: { do: 'accept', price: '5.00', afterMs: 30 } })
    const project = await createProject({ 'recipients/a.yaml': buyerYaml('a', a.url, `Rate: ${rate} per second\nConcurrency: 3\nCaps: ${cap} per day\n`) }, leads)
    try {
      const ends = await Promise.all(Array.from({ length: 4 }, (_, n) => project.run(n % 2 === 0 ? ['deliver', 'leads.csv', '--to', 'a', '--yes', '--quiet'] : ['resume', '--yes', '--quiet'])))
      const times = a.journal().map((each) => each.at).sort((x, y) => x - y)
      const most = (ms: number): number => Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + ms).length))
      const problems: string[] = []
      for (const each of ends) if (each.code !== 0) problems.push(`a process ended with ${each.code}: ${each.err}`)
      // The buyer sees requests some milliseconds after they were started, more on a busy machine: a stretch 10 % shorter is free of that.
      if (most(900) > rate) problems.push(`${most(900)} requests in 900 ms, ${rate} per second are allowed`)
      // Answers take 30 ms, so that more than three requests within 25 ms were under way together.
      if (most(25) > 3) problems.push(`${most(25)} requests at once, 3 are allowed`)
      if (times.length !== cap) problems.push(`${times.length} were sent, the cap is ${cap}`)
      return { line: `limits: 4 processes, ${leads} leads: the buyer saw ${times.length} (cap ${cap}), at most ${most(900)} in any 0.9 s (rate ${rate} per second), at most ${most(25)} in any 25 ms (concurrency 3, answers take 30 ms)`, problems }
    } finally {
      await a.close()
      project.remove()
    }
  },
}
