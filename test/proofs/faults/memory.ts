import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { spawnBuyer } from '../../world/spawn-buyer.ts'
import { buyerYaml, createProject } from '../kit/project.ts'
import type { Proof } from '../kit/proof.ts'

/** A large file and slow buyers: memory stays flat, and Ctrl-C ends within the time limit. Resident memory by /proc, so on Linux only. */
export const memory: Proof = {
  name: 'memory', shows: '15',
  run: async ({ short }) => {
    const leads = short ? 50_000 : 5_000_000
    const [slow, fast] = [await spawnBuyer({ script: { do: 'accept', price: '1.00', afterMs: 500 } }), await spawnBuyer({ script: { do: 'reject', message: 'no' } })]
    const project = await createProject({
      'recipients/slow.yaml': buyerYaml('slow', slow.url), 'recipients/fast.yaml': buyerYaml('fast', fast.url),
      'recipients/turn.yaml': 'Recipient: Turn\nPattern: Round Robin\nTry: [slow, fast]\n',
    }, leads)
    const problems: string[] = []
    try {
      const run = project.start(['deliver', 'leads.csv', '--to', 'turn', '--yes'])
      const samples: number[] = []
      const seconds = short ? 8 : 120
      for (let i = 0; i < seconds * 4 && run.child.exitCode === null; i++) {
        await new Promise((resolve) => setTimeout(resolve, 250))
        samples.push(residentMb(run.child.pid ?? 0))
      }
      const asked = performance.now()
      run.child.kill('SIGINT')
      const end = await run.done
      const stopped = (performance.now() - asked) / 1000
      if (end.code !== 130 || !/not taken up yet|waiting/.test(end.err)) problems.push(`Ctrl-C ended it with ${end.code}: ${end.err}`)
      if (stopped > 15) problems.push(`Ctrl-C took ${stopped.toFixed(1)} s`)
      const late = samples.slice(Math.floor(samples.length / 2))
      const [peak, spread] = [Math.max(...samples), Math.max(...late) - Math.min(...late)]
      if (peak > 300) problems.push(`${peak} MB at its peak`)
      return { line: `memory: ${leads} rows, a slow buyer and a fast one, ${seconds} s on ${cpus().length} cores: peak ${peak} MB, ${spread} MB between least and most in the second half; Ctrl-C ended it after ${stopped.toFixed(1)} s: ${/interrupted[^;\n]*/.exec(end.err)?.[0] ?? ''}`, problems }
    } finally {
      await Promise.all([slow.close(), fast.close()])
      project.remove()
    }
  },
}

const residentMb = (pid: number): number => {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch (error) {
    // It has just ended.
    if (error instanceof Error && 'code' in error) return 0
    throw error
  }
}
