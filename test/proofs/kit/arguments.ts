/** What the proofs' command lines have in common: `--short`, `--seed N`, `--only NAME` (repeatable). */
export const readArguments = (argv: readonly string[]): { readonly short: boolean; readonly seed: number; readonly only: readonly string[] } => {
  const after = (flag: string): readonly string[] => argv.flatMap((each, i) => (each === flag ? [argv[i + 1] ?? ''] : []))
  return { short: argv.includes('--short'), seed: Number(after('--seed')[0] ?? Date.now() % 1_000_000), only: after('--only') }
}
