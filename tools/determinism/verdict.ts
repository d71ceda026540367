/** What a set of finished runs proves. REQ DST-1 */
import type { Run } from './plan.ts';

export interface Outcome {
  readonly run: Run;
  /** Full version of the Node that ran it, undefined when it could not be had. */
  readonly version: string | undefined;
  readonly traceHash: string | undefined;
  /** Why there is no hash, or what else was wrong with the run. */
  readonly problem: string | undefined;
}

export interface Verdict {
  /** Same seed with two hashes, or two seeds with the same: the simulator is not deterministic, or ignores its seed. */
  readonly differences: readonly string[];
  /** Runs that prove nothing: they failed, or their Node version was not to be had. */
  readonly problems: readonly string[];
}

export function judge(outcomes: readonly Outcome[]): Verdict {
  const differences: string[] = [];
  const hashOfSeed = new Map<number, Outcome>();
  const seedOfHash = new Map<string, number>();
  for (const outcome of outcomes) {
    const { seed } = outcome.run;
    if (outcome.traceHash === undefined) continue;
    const before = hashOfSeed.get(seed);
    if (before === undefined) {
      hashOfSeed.set(seed, outcome);
    } else if (before.traceHash !== outcome.traceHash) {
      differences.push(
        `seed ${seed}: ${nameOf(before)} gives ${before.traceHash}, ${nameOf(outcome)} gives ${outcome.traceHash}`,
      );
    }
    const other = seedOfHash.get(outcome.traceHash) ?? seed;
    if (other !== seed)
      differences.push(`seeds ${other} and ${seed} give the same hash: the seed changes nothing`);
    seedOfHash.set(outcome.traceHash, other);
  }
  const problems = outcomes.flatMap((outcome) => {
    return outcome.problem === undefined
      ? []
      : [`seed ${outcome.run.seed}, ${nameOf(outcome)}: ${outcome.problem}`];
  });
  return { differences: [...new Set(differences)], problems };
}

/** 5 not deterministic, 1 something could not be shown, 0 shown. */
export function exitCodeOf({ differences, problems }: Verdict): 0 | 1 | 5 {
  if (differences.length > 0) return 5;
  return problems.length > 0 ? 1 : 0;
}

function nameOf({ run, version }: Outcome): string {
  const node = `Node ${version ?? run.node}`;
  return run.round > 1 ? `${node} (run ${run.round})` : node;
}
